"""Files out: what is read back is what was built."""

from collections import Counter

import numpy as np
import pytest
from ase.io import read

from delith import boundaries, export, scenes
from delith.errors import DelithError


@pytest.fixture(scope="module")
def twin(lco):
    return boundaries.twin(lco, (1, 0, 4), separation=8.0)


@pytest.mark.parametrize(
    "name", ["twin.cif", "POSCAR", "twin.vasp", "twin.xyz", "twin.EXTXYZ", "twin.lmp"]
)
def test_files_hold_the_cell_that_was_built(twin, pair_energy, tmp_path, name):
    export.write(twin, tmp_path / name)
    form = export.FORMATS.get((tmp_path / name).suffix.lower(), "vasp")
    back = read(tmp_path / name, format=form)
    assert back.cell.cellpar() == pytest.approx(twin.atoms.cell.cellpar(), abs=1e-4)
    assert Counter(back.symbols) == Counter(twin.atoms.symbols)
    assert pair_energy(back) == pytest.approx(pair_energy(twin.atoms), rel=1e-4)


@pytest.mark.parametrize("name", ["scene.data", "scene.lmp"])
def test_lammps_files_hold_every_atom_and_its_mass(lco, tmp_path, name):
    leaning = scenes.build(lco, (16, 16, 14), axes=[(1, 0, 0), (0, 1, 0), (0, 0, 1)])
    export.write(leaning, tmp_path / name)
    back = read(tmp_path / name, format="lammps-data", units="metal", atom_style="atomic")
    assert back.cell.array == pytest.approx(leaning.cell.array)
    assert (back.symbols == leaning.symbols).all()
    assert back.positions == pytest.approx(leaning.positions)
    assert back.get_masses() == pytest.approx(leaning.get_masses())
    assert back.pbc.all()


def test_poscar_lists_every_element_once(twin, tmp_path):
    export.write(twin, tmp_path / "POSCAR")
    assert (tmp_path / "POSCAR").read_text().splitlines()[5].split() == ["Co", "Li", "O"]


def test_extended_xyz_keeps_what_is_known_of_each_atom(twin, tmp_path):
    export.write(twin, tmp_path / "twin.xyz")
    arrays = read(tmp_path / "twin.xyz").arrays
    assert np.array_equal(arrays["sublattice"], twin.atoms.arrays["sublattice"])
    assert np.array_equal(arrays["grain"], twin.atoms.arrays["grain"])
    assert arrays["distance"] == pytest.approx(twin.atoms.arrays["distance"], abs=1e-6)


def test_extended_xyz_keeps_the_domain_of_each_atom(lco, tmp_path):
    scene = scenes.build(lco, (16, 16, 8))
    export.write(scene, tmp_path / "scene.xyz")
    assert np.array_equal(read(tmp_path / "scene.xyz").arrays["domain"], scene.arrays["domain"])


@pytest.mark.parametrize("name", ["twin.pdb", "twin", "twin.cif.gz"])
def test_unknown_formats_are_refused(twin, tmp_path, name):
    with pytest.raises(DelithError, match="cannot tell the format"):
        export.write(twin, tmp_path / name)


def test_path_that_cannot_be_written_is_refused(twin, tmp_path):
    with pytest.raises(DelithError, match="cannot write"):
        export.write(twin, tmp_path / "nowhere" / "twin.cif")
