"""A crystal is the same whatever cell, frame and order of atoms its file has."""

from collections import Counter

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from ase.io import write
from hypothesis import given, settings
from hypothesis import strategies as st

from delith import boundaries, crystals
from delith.errors import DelithError


def orbits(crystal):
    """Element and size of each orbit; which oxygen is O1 may follow the order of the file."""
    sizes = Counter(zip(crystal.atoms.symbols, crystal.atoms.arrays["sublattice"], strict=True))
    return sorted((element, size) for (element, _), size in sizes.items())


def same(one, other):
    return (
        one.number == other.number
        and one.unit == other.unit
        and one.mobile == other.mobile
        and orbits(one) == orbits(other)
        and np.allclose(one.atoms.cell.cellpar(), other.atoms.cell.cellpar(), atol=1e-4)
        and np.isclose(one.shortest_distance, other.shortest_distance, atol=1e-4)
    )


def test_lithium_cobalt_oxide_is_layered_with_mobile_lithium(lco):
    assert (lco.number, lco.symbol) == (166, "R-3m")
    assert (lco.mobile, lco.unit) == ("Li", {"Co": 1, "O": 2})
    assert lco.formula_units(lco.atoms) == 3
    assert len(lco.primitive_atoms) == 4
    assert lco.atoms.cell.volume == pytest.approx(3 * abs(np.linalg.det(lco.primitive)))
    # Li-O 2.09, Co-O 1.92 Å
    assert lco.shortest_distance == pytest.approx(1.92, abs=0.005)


def test_formula_units_do_not_change_as_lithium_leaves(lco):
    left = lco.atoms[lco.atoms.numbers != 3]
    assert lco.formula_units(left) == 3


def test_shipped_crystals_load_by_name():
    assert "LiCoO2" in crystals.names()
    assert all(crystals.load(name).name == name for name in crystals.names())


def test_elements_have_nothing_mobile(zoo):
    assert crystals.load("Li").mobile is None
    assert zoo["Cu"].unit == {"Cu": 1}


def test_inequivalent_sites_of_an_element_are_numbered(zoo):
    assert set(zoo["BaTiO3"].atoms.arrays["sublattice"]) == {"Ba", "Ti", "O1", "O2"}
    assert set(zoo["TiO2"].atoms.arrays["sublattice"]) == {"Ti", "O"}


@pytest.mark.parametrize(
    ("name", "plane", "spacing"),
    [
        ("LiCoO2", (0, 0, 1), 14.052 / 3),
        ("LiCoO2", (0, 0, 3), 14.052 / 3),
        ("LiCoO2", (1, 0, 4), 2.0036),
        ("NaCl", (1, 0, 0), 5.64 / 2),
        ("Cu", (1, 1, 1), 3.61 / np.sqrt(3)),
        ("SrTiO3", (1, 1, 0), 3.905 / np.sqrt(2)),
    ],
)
def test_primitive_planes_are_those_of_the_centred_lattice(zoo, name, plane, spacing):
    crystal = zoo[name]
    reciprocal = np.linalg.inv(crystal.primitive) @ crystal.primitive_plane(plane)
    assert 1 / np.linalg.norm(reciprocal) == pytest.approx(spacing, abs=1e-4)


@pytest.mark.parametrize("plane", [(0, 0, 0), (1, 0), (1, 0, 0.5)])
def test_what_is_no_plane_is_refused(lco, plane):
    with pytest.raises(DelithError, match="three integers"):
        lco.primitive_plane(plane)


@given(st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_supercell_shift_rotation_order_and_wrapping_do_not_matter(zoo, random):
    crystal = zoo[random.choice(sorted(zoo))]
    atoms = crystal.atoms.repeat([random.choice((1, 2)) for _ in range(3)])
    atoms = atoms[random.sample(range(len(atoms)), len(atoms))]
    atoms.positions += [random.uniform(-5, 5) for _ in range(3)]
    atoms.positions += [random.choices((-1, 0, 1), k=3) for _ in atoms] @ atoms.cell[:]
    atoms.rotate(random.uniform(0, 360), (1, 2, 3), rotate_cell=True)
    assert same(crystals.from_atoms(atoms, name=crystal.name), crystal)


def test_structure_that_drifted_is_not_distorted(lco):
    """A few mÅ of rigid shift, as relaxations leave, stay out of the bond lengths."""
    for drift in (0.001, 0.004, -0.004):
        atoms = lco.atoms.copy()
        atoms.positions[:, 2] += drift
        crystal = crystals.from_atoms(atoms)
        assert crystal.shortest_distance == pytest.approx(lco.shortest_distance, abs=1e-6)


def test_noise_in_a_file_is_symmetrised(lco):
    atoms = lco.atoms.copy()
    atoms.rattle(0.0005, rng=np.random.default_rng(0))
    crystal = crystals.from_atoms(atoms)
    assert crystal.number == 166
    assert crystal.shortest_distance == pytest.approx(lco.shortest_distance, abs=0.002)


def test_primitive_input_gives_the_conventional_cell(zoo):
    for crystal in zoo.values():
        primitive = crystal.primitive_atoms
        assert same(crystals.from_atoms(primitive, name=crystal.name), crystal)


def test_left_handed_input_gives_a_right_handed_crystal(lco):
    atoms = Atoms(
        lco.atoms.symbols,
        cell=lco.atoms.cell[[1, 0, 2]],
        scaled_positions=lco.atoms.get_scaled_positions()[:, [1, 0, 2]],
        pbc=True,
    )
    crystal = crystals.from_atoms(atoms)
    assert same(crystal, lco)
    assert np.linalg.det(crystal.atoms.cell[:]) > 0


@pytest.mark.parametrize("name", ["POSCAR", "lco.cif", "lco.xyz"])
def test_structure_files_give_the_crystal_they_hold(lco, tmp_path, name):
    write(tmp_path / name, lco.atoms)
    assert same(crystals.load(tmp_path / name), lco)


def test_mobile_element_can_be_chosen(zoo):
    assert crystals.from_atoms(zoo["TiO2"].atoms, mobile="Ti").unit == {"O": 2}
    with pytest.raises(DelithError, match="choose one of Ti, O"):
        crystals.from_atoms(zoo["TiO2"].atoms, mobile="Li")
    with pytest.raises(DelithError, match="something left"):
        crystals.from_atoms(zoo["Cu"].atoms, mobile="Cu")


def test_missing_file_is_refused_with_the_shipped_names():
    with pytest.raises(DelithError, match=r"no crystal 'LiCoO3\.cif'.*LiCoO2"):
        crystals.load("LiCoO3.cif")


def test_file_without_a_structure_is_refused(tmp_path):
    path = tmp_path / "notes.cif"
    path.write_text("lithium leaves the crystal\n")
    with pytest.raises(DelithError, match=r"notes\.cif"):
        crystals.load(path)


def test_partly_occupied_sites_are_refused(tmp_path):
    path = tmp_path / "half.cif"
    path.write_text("""data_half
_cell_length_a 2.8166
_cell_length_b 2.8166
_cell_length_c 14.052
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
_symmetry_Int_Tables_number 166
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Li1 Li 0 0 0 0.5
Co1 Co 0 0 0.5 1
O1 O 0 0 0.2395 1
""")
    with pytest.raises(DelithError, match="partly occupied"):
        crystals.load(path)


def test_duplicate_atoms_are_refused_by_index(lco):
    twice = lco.atoms + lco.atoms[[3]]
    twice.positions[-1] += 0.1
    with pytest.raises(DelithError, match=r"atoms 3 \(O\) and 12 \(O\).*duplicate"):
        crystals.from_atoms(twice)


def test_structure_that_does_not_repeat_is_refused(lco, tmp_path):
    slab = lco.atoms.copy()
    slab.pbc = (True, True, False)
    with pytest.raises(DelithError, match="all three directions"):
        crystals.from_atoms(slab)
    write(tmp_path / "water.xyz", molecule("H2O"))
    with pytest.raises(DelithError, match="all three directions"):
        crystals.load(tmp_path / "water.xyz")


def test_atoms_are_not_loaded_but_taken(lco):
    with pytest.raises(DelithError, match=r"from_atoms takes ase\.Atoms"):
        crystals.load(lco.atoms)


@pytest.mark.parametrize("name", ["Li3Co3O6", "Li2Co2O4", "LiCoO2"])
def test_a_formula_of_a_larger_cell_counts_no_units(lco, name):
    """ASE and others call files after their conventional cells."""
    twin = boundaries.twin(crystals.from_atoms(lco.atoms, name), (1, 0, 4), separation=6)
    assert twin.formula_units == len(twin.atoms) / 4


def test_a_shipped_name_is_no_file_in_the_folder_one_works_in(tmp_path, monkeypatch):
    """A file called Li would else be the metal of every study."""
    (tmp_path / "Li").write_text("notes\n")
    monkeypatch.chdir(tmp_path)
    assert len(crystals.load("Li").atoms) == 2
    with pytest.raises(DelithError, match="cannot read a structure from Li"):
        crystals.load("./Li")


@pytest.mark.parametrize("where", ["positions", "cell"])
def test_what_is_no_number_is_refused(lco, where):
    """Neighbours of such an atom are looked for in C, which ends the interpreter."""
    atoms = lco.atoms.copy()
    getattr(atoms, where)[0, 0] = np.nan
    with pytest.raises(DelithError, match="are no numbers"):
        crystals.from_atoms(atoms)


def test_a_site_without_an_element_is_refused(lco):
    atoms = lco.atoms.copy()
    atoms.numbers[0] = 0
    with pytest.raises(DelithError, match="hold no element"):
        crystals.from_atoms(atoms)
