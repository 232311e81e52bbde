"""Levels of theory in files: what they begin with, and how fine they are."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, make_supercell

from delith import crystals, potentials
from delith.errors import DelithError
from delith.potentials import preset
from dft_presets import preset_of

DFT = [entry for entry in potentials.available() if entry.level == "DFT"]


@pytest.mark.parametrize("name", [entry.name for entry in DFT])
def test_every_preset_is_one_and_names_its_functional(name):
    (file,) = potentials.info(name).files
    assert file.read_text().startswith("# ")
    assert preset_of(name).cutoff >= 500
    assert ("hubbard" in file.read_text()) == ("+u" in name)


def test_k_points_are_as_dense_in_every_cell():
    lco = crystals.load("LiCoO2").atoms
    made = preset_of("gpaw-pbe")
    assert made.kpoints(lco) == (7, 7, 2)
    twice = make_supercell(lco, np.diag([2, 1, 1]))
    assert made.kpoints(twice)[0] == 4
    assert made.kpoints(Atoms("Li", cell=np.eye(3) * 100, pbc=True)) == (1, 1, 1)


def test_k_points_of_a_metal_are_denser_than_those_that_suffice_to_an_oxide():
    metal = bulk("Li", cubic=True)
    coarse = preset_of("gpaw-r2scan")
    assert coarse.kpoints(metal) == coarse.model_copy(update={"spacing": 0.2}).kpoints(metal)
    assert coarse.kpoints(crystals.load("LiCoO2").atoms)[0] < coarse.kpoints(metal)[0]


def test_k_points_beside_gamma_are_so_where_their_number_is_even():
    beside = preset_of("gpaw-pbe").model_copy(update={"gamma": False})
    assert beside.shifts((4, 3, 2)) == [0.5, 0, 0.5]
    assert preset_of("gpaw-pbe").shifts((4, 3, 2)) == [0, 0, 0]


def test_full_licoo2_begins_without_spin():
    assert preset_of("gpaw-pbe+u").starts(crystals.load("LiCoO2").atoms) == [None]


def test_empty_layers_begin_with_moments_and_without():
    atoms = crystals.load("LiCoO2").atoms
    del atoms[atoms.numbers == 3]
    moments, none = preset_of("gpaw-pbe+u").starts(atoms)
    assert none is None
    assert moments == pytest.approx(np.where(atoms.numbers == 27, 1.0, 0.0))


def test_a_level_may_do_without_a_start_without_spin():
    atoms = crystals.load("LiCoO2").atoms
    del atoms[atoms.numbers == 3]
    (moments,) = preset_of("gpaw-r2scan").starts(atoms)
    assert moments.max() == 1


def test_between_two_states_some_ions_have_the_moment_of_each():
    """One lithium is missing, so one cobalt of three is Co4+."""
    atoms = crystals.load("LiCoO2").atoms
    lithium = np.flatnonzero(atoms.numbers == 3)
    del atoms[lithium[:1]]
    moments, alike, none = preset_of("gpaw-pbe+u").starts(atoms)
    assert sorted(moments[atoms.numbers == 27]) == [0, 0, 1]
    assert none is None
    # an ion that begins without may stay so, 96 meV too high in a cell of bulk at x = 1/4 by r2SCAN
    assert alike == pytest.approx(np.where(atoms.numbers == 27, 1.0, 0.0))


def test_cobalt_where_lithium_was_begins_in_high_spin_too():
    """Charges make it Co3+; CHGNet has 2.6 μB there, by which r2SCAN ends 0.3 eV lower."""
    atoms = crystals.load("LiCoO2").atoms * (2, 1, 1)
    lithium, cobalt = (np.flatnonzero(atoms.symbols == e) for e in ("Li", "Co"))
    atoms.positions[cobalt[0]] = atoms.positions[lithium[0]]
    atoms.set_cell(atoms.cell * 1.04, scale_atoms=True)
    del atoms[lithium[:3]]
    nominal, _, high = preset_of("gpaw-r2scan").starts(atoms)
    moved = np.flatnonzero(high != nominal)
    assert high[moved] == pytest.approx(3)
    assert atoms.symbols[moved[0]] == "Co"


def test_cobalt_that_was_moved_begins_in_high_spin_whatever_chgnet_has():
    """At the twin on (018) CHGNet has 0.7 μB on it; r2SCAN ends 0.5 eV lower with 3."""
    atoms = crystals.load("LiCoO2").atoms
    moved = np.arange(len(atoms)) == np.flatnonzero(atoms.symbols == "Co")[1]
    atoms.set_array("moved", moved)
    high = preset_of("gpaw-r2scan").starts(atoms)[-1]
    assert high == pytest.approx(np.where(moved, 3, 0))


def test_a_metal_atom_alone_begins_though_chgnet_knows_nothing_of_it():
    alone = Atoms("Co", cell=[10, 10, 10], pbc=True)
    assert all(
        moments is None or moments.any() for moments in preset_of("gpaw-r2scan").starts(alone)
    )


def test_false_stress_is_told_where_every_element_is_known():
    """Two thirds of what all atoms lose by truncation, over the volume."""
    atoms = crystals.load("LiCoO2").atoms
    known = preset_of("gpaw-pbe+u").model_copy(
        update={"truncation": {"Li": -0.1, "Co": -0.2, "O": -1}}
    )
    assert known.pulay(atoms) == pytest.approx(-2.3 * 2 / atoms.get_volume())
    assert known.model_copy(update={"truncation": {"Li": -0.1}}).pulay(atoms) == 0


def test_the_ordered_spinel_is_ferrimagnetic():
    atoms = crystals.load("LiNi0.5Mn1.5O4").atoms
    moments = preset_of("gpaw-pbe+u").starts(atoms)[0]
    assert moments[atoms.symbols == "Mn"] == pytest.approx(3)
    assert moments[atoms.symbols == "Ni"] == pytest.approx(-2)
    assert not moments[atoms.symbols == "O"].any()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{code: vasp, xc: PBE}", "cutoff: Field required"),
        ("{code: vasp, xc: PBE, cutoff: 500, spacng: 1}", "spacng: no such key"),
        ("{code: vasp, xc: PBE, cutoff: -5}", "greater than 0"),
        ("{code: siesta, xc: PBE, cutoff: 500}", "code: "),
    ],
)
def test_bad_presets_are_errors_a_person_can_act_on(text, complaint, tmp_path):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(DelithError, match=complaint):
        preset.load([tmp_path / "mine.yaml"])


def test_a_level_has_one_preset(tmp_path):
    with pytest.raises(DelithError, match="has one preset, not 2"):
        preset.load([tmp_path / "a.yaml", tmp_path / "b.yaml"])


@pytest.mark.parametrize("key", ["hubbard", "moments", "pseudopotentials", "truncation"])
def test_what_is_no_element_is_refused(key):
    """It would be another level of theory, in silence."""
    values = {"hubbard": 3.3, "moments": {3: 1.0}, "pseudopotentials": "a.UPF", "truncation": -0.1}
    with pytest.raises(ValueError, match="'co' is no element"):
        preset.Preset.model_validate(
            {"code": "gpaw", "xc": "PBE", "cutoff": 500, key: {"co": values[key]}}
        )


@pytest.mark.parametrize(
    ("code", "given", "complaint"),
    [
        ("cp2k", {"hubbard": {"Co": 3.3}}, r"DFT\+U by CP2K is not supported"),
        ("gpaw", {"pseudopotentials": {"Co": "Co.9"}}, "gpaw takes none from a preset"),
        ("abinit", {"pseudopotentials": {"Co": "Co.xml"}}, "abinit takes none from a preset"),
    ],
)
def test_what_a_code_would_ignore_is_refused(code, given, complaint):
    with pytest.raises(ValueError, match=complaint):
        preset.Preset.model_validate({"code": code, "xc": "PBE", "cutoff": 500} | given)


@pytest.mark.parametrize("entry", DFT, ids=lambda entry: entry.name)
def test_oxygen_begins_as_a_triplet_as_a_gas_and_without_moments_in_an_oxide(entry):
    begun = preset_of(entry.name).starts(crystals.load("O2").atoms)[0]
    assert begun.sum() == 2
    oxide = crystals.load("CoO").atoms
    begun = preset_of(entry.name).starts(oxide)[0]
    assert not begun[oxide.symbols == "O"].any()
    assert begun[oxide.symbols == "Co"].all()


def test_moments_that_a_structure_brings_along_count():
    atoms = crystals.load("LiCoO2").atoms
    given = np.where(atoms.symbols == "Co", 3.0, 0.0)
    atoms.set_initial_magnetic_moments(given)
    assert preset_of("gpaw-pbe+u").starts(atoms)[0] == pytest.approx(given)
