"""Words in, files out: what is read back is what was built."""

from collections import Counter

import numpy as np
import pytest
from ase.io import read

from delith import boundaries, export
from delith.errors import DelithError


def words(**changes):
    usual = {
        "kind": "twin",
        "crystal": "LiCoO2",
        "plane": "1 0 4",
        "separation": 8.0,
        "vector": None,
        "repeat": "1 1",
    }
    return usual | changes


@pytest.fixture(scope="module")
def twin(lco):
    return boundaries.twin(lco, (1, 0, 4), separation=8.0)


def test_words_build_the_twin_they_name(twin):
    for plane, repeat in [("1 0 4", "1 1"), ("1,0,4", "1,1")]:
        built = export.build(**words(plane=plane, repeat=repeat))
        assert built.label == twin.label
        assert built.atoms.positions == pytest.approx(twin.atoms.positions)


def test_words_build_the_antiphase_boundary_they_name(lco):
    built = export.build(**words(kind="antiphase", vector="0 0 0.5", repeat="2 1"))
    expected = boundaries.antiphase(lco, (1, 0, 4), (0, 0, 0.5), 8.0, (2, 1))
    assert built.atoms.positions == pytest.approx(expected.atoms.positions)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "twist"}, "twin or antiphase"),
        ({"vector": "0 0 0.5"}, "a twin takes no vector"),
        ({"plane": "104"}, "plane must be 3 numbers"),
        ({"plane": "1 0 four"}, "plane must be 3 numbers"),
        ({"plane": "1 0 0.5"}, "plane must be 3 numbers"),
        ({"repeat": "2"}, "repeat must be 2 numbers"),
        ({"repeat": "0 1"}, "at least 1"),
        ({"kind": "antiphase", "vector": "0 0"}, "vector must be 3 numbers"),
        ({"crystal": "LiCoO3"}, "no crystal 'LiCoO3'"),
    ],
)
def test_words_that_name_no_boundary_are_refused(changes, message):
    with pytest.raises(DelithError, match=message):
        export.build(**words(**changes))


@pytest.mark.parametrize("name", ["twin.cif", "POSCAR", "twin.vasp", "twin.xyz", "twin.EXTXYZ"])
def test_files_hold_the_cell_that_was_built(twin, pair_energy, tmp_path, name):
    export.write(twin, tmp_path / name)
    form = export.FORMATS.get((tmp_path / name).suffix.lower(), "vasp")
    back = read(tmp_path / name, format=form)
    assert back.cell.cellpar() == pytest.approx(twin.atoms.cell.cellpar(), abs=1e-4)
    assert Counter(back.symbols) == Counter(twin.atoms.symbols)
    assert pair_energy(back) == pytest.approx(pair_energy(twin.atoms), rel=1e-4)


def test_poscar_lists_every_element_once(twin, tmp_path):
    export.write(twin, tmp_path / "POSCAR")
    assert (tmp_path / "POSCAR").read_text().splitlines()[5].split() == ["Co", "Li", "O"]


def test_extended_xyz_keeps_what_is_known_of_each_atom(twin, tmp_path):
    export.write(twin, tmp_path / "twin.xyz")
    arrays = read(tmp_path / "twin.xyz").arrays
    assert np.array_equal(arrays["sublattice"], twin.atoms.arrays["sublattice"])
    assert np.array_equal(arrays["grain"], twin.atoms.arrays["grain"])
    assert arrays["distance"] == pytest.approx(twin.atoms.arrays["distance"], abs=1e-6)


@pytest.mark.parametrize("name", ["twin.pdb", "twin", "twin.cif.gz"])
def test_unknown_formats_are_refused(twin, tmp_path, name):
    with pytest.raises(DelithError, match="cannot tell the format"):
        export.write(twin, tmp_path / name)


def test_path_that_cannot_be_written_is_refused(twin, tmp_path):
    with pytest.raises(DelithError, match="cannot write"):
        export.write(twin, tmp_path / "nowhere" / "twin.cif")
