"""What a cell is told by: surroundings that neither frame nor order changes, and contacts."""

from contextlib import nullcontext

import numpy as np
import pytest
from ase import Atoms
from ase.neighborlist import neighbor_list
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from delith import bicrystal, boundaries
from delith.crystals import inspection
from delith.errors import DelithError

NAMES = ["LiCoO2", "BaTiO3", "TiO2", "CuAu", "Ni3Al", "CuInSe2", "SiO2", "ZnO", "LiMn2O4"]


@pytest.fixture(scope="module")
def cells(lco, zoo):
    """Boundary cells and their crystals: a twin, two antiphase boundaries, a polar wall."""
    made = [
        boundaries.twin(lco, (1, 0, 4)),
        boundaries.antiphase(lco, (1, 0, 4)),
        boundaries.antiphase(zoo["Ni3Al"], (1, 1, 1), (0.5, 0.5, 0)),
        boundaries.inversion(zoo["ZnO"], (0, 0, 1), separation=14),
    ]
    return [(b.atoms, b.crystal) for b in made]


def moved(atoms, random, flip):
    """The same cell elsewhere: another frame, handedness, origin, order of atoms and wrapping."""
    rotation = Rotation.random(random_state=random.randrange(2**32)).as_matrix() * (-1) ** flip
    order = random.sample(range(len(atoms)), len(atoms))
    steps = [random.choices((-1, 0, 1), k=3) for _ in atoms] @ atoms.cell[:]
    shift = [random.uniform(-5, 5) for _ in range(3)]
    return Atoms(
        numbers=atoms.numbers[order],
        positions=(atoms.positions + steps + shift)[order] @ rotation.T,
        cell=atoms.cell[:] @ rotation.T,
        pbc=True,
    )


@given(st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=30, deadline=None)
def test_fingerprint_is_the_same_in_every_frame_and_order(cells, random, flip):
    atoms, crystal = random.choice(cells)
    here = inspection.fingerprint(atoms, crystal)
    assert len(here)
    there = inspection.fingerprint(moved(atoms, random, flip), crystal)
    assert there == pytest.approx(here, abs=1e-9)


@given(st.sampled_from(NAMES), st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=30, deadline=None)
def test_bulk_has_no_fingerprint_in_any_cell(zoo, name, random, flip):
    crystal = zoo[name]
    atoms = crystal.primitive_atoms.copy()
    shear = np.eye(3, dtype=int)
    shear[1, 0], shear[2, 1] = random.choices((-1, 0, 1), k=2)
    atoms.set_cell(shear @ atoms.cell[:])
    same = moved(atoms.repeat(random.choices((1, 2), k=3)), random, flip)
    assert len(inspection.fingerprint(same, crystal)) == 0
    assert inspection.is_bulk(same, crystal)


@given(st.sampled_from(NAMES), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_one_atom_out_of_place_is_seen(zoo, name, random):
    crystal = zoo[name]
    atoms = crystal.atoms.repeat(2)
    turn = Rotation.random(random_state=random.randrange(2**32))
    atoms.positions[random.randrange(len(atoms))] += turn.apply([0.01, 0, 0])
    assert not inspection.is_bulk(atoms, crystal)


def test_two_atoms_exchanged_are_seen(zoo):
    for name, pair in [("LiCoO2", "LiCo"), ("CuInSe2", "CuIn"), ("LiNi0.5Mn1.5O4", "NiMn")]:
        crystal = zoo[name]
        atoms = crystal.atoms.copy()
        one, other = (atoms.symbols.search(s)[0] for s in (pair[:2], pair[2:]))
        atoms.numbers[[one, other]] = atoms.numbers[[other, one]]
        assert not inspection.is_bulk(atoms, crystal)


def test_a_wall_between_opposite_polar_domains_is_no_bulk(zoo):
    """In BaTiO3 displacements of 0.1 Å cancel to first order at a 180° wall, and are seen."""
    for plane in [(1, 0, 0), (1, 1, 0)]:
        wall = boundaries.inversion(zoo["BaTiO3"], plane)
        assert (wall.kind, wall.equivalent, wall.polar) == ("inversion", True, False)
        traits = inspection.fingerprint(wall.atoms, zoo["BaTiO3"])
        assert len(traits)


def test_surroundings_are_sums_over_neighbours(lco):
    """Against ASE's neighbour list, atom by atom."""
    atoms = lco.atoms.repeat((2, 1, 1))
    atoms.rattle(0.1, rng=np.random.default_rng(0))
    here = inspection.surroundings(atoms, ["Li", "O"])
    i, j, d = neighbor_list("ijd", atoms, 6.0)
    fades = (1 + np.cos(np.pi * d / 6.0)) / 2
    expected = np.zeros((len(atoms), 7))
    expected[:, 0] = atoms.numbers
    for column, (element, decay) in enumerate(
        [(e, decay) for e in ("Li", "O") for decay in (0.5, 1.0, 2.0)], start=1
    ):
        terms = (atoms.symbols[j] == element) * fades * np.exp(-d / decay)
        np.add.at(expected[:, column], i, terms)
    assert here == pytest.approx(expected, abs=1e-9)


def test_surroundings_are_smooth_where_neighbours_leave(zoo):
    """Shells at exactly 6 Å neither jump in nor out: no rounding tells two equal cells apart."""
    atoms = zoo["NaCl"].atoms.copy()
    for edge in (6.0 - 1e-7, 6.0 + 1e-7):
        atoms.set_cell([edge] * 3, scale_atoms=True)
        here = inspection.surroundings(atoms, ["Na", "Cl"])
        atoms.set_cell([6.0] * 3, scale_atoms=True)
        assert here == pytest.approx(inspection.surroundings(atoms, ["Na", "Cl"]), abs=1e-6)


def test_thicker_grains_change_nothing_and_wider_cells_repeat(lco):
    """Boundaries 12 Å apart are out of each other's sight."""
    one = boundaries.antiphase(lco, (0, 1, 8), separation=13)
    traits = inspection.fingerprint(one.atoms, lco)
    thick = boundaries.antiphase(lco, (0, 1, 8), separation=19)
    assert inspection.fingerprint(thick.atoms, lco) == pytest.approx(traits, abs=1e-9)
    wide = boundaries.antiphase(lco, (0, 1, 8), separation=13, repeat=(2, 1))
    doubled = inspection.fingerprint(wide.atoms, lco)
    assert doubled == pytest.approx(np.repeat(traits, 2, axis=0), abs=1e-9)


def test_different_boundaries_have_different_fingerprints(lco):
    made = [
        boundaries.twin(lco, (1, 0, 4)),
        boundaries.antiphase(lco, (1, 0, 4)),
        boundaries.twin(lco, (0, 1, 8)),
        *(boundaries.antiphase(lco, (0, 0, 3), position=k) for k in (0, 1)),
    ]
    traits = [inspection.fingerprint(b.atoms, lco) for b in made]
    for k, one in enumerate(traits):
        for other in traits[:k]:
            assert one.shape != other.shape or np.abs(one - other).max() > 100 * inspection.SAME


def test_boundaries_are_equivalent_only_if_symmetry_exchanges_them(lco):
    """A twin cell has two like boundaries until an atom near one of them is another."""
    atoms = boundaries.twin(lco, (1, 0, 4), separation=8).atoms
    assert inspection.boundaries_equivalent(atoms)
    middle = np.abs(atoms.positions[:, 2] - atoms.cell[2, 2] / 2)
    lithium = np.flatnonzero((atoms.symbols == "Li") & (middle < 0.5))
    atoms.numbers[lithium[0]] = 11
    assert not inspection.boundaries_equivalent(atoms)


def test_symmetry_that_leaves_each_boundary_in_place_does_not_count(zoo):
    """A mirror of the plane maps each wall of BaTiO3 onto itself, head-to-head onto its own."""
    wall = boundaries.inversion(zoo["BaTiO3"], (0, 0, 1), separation=14)
    atoms = wall.atoms.copy()
    assert not inspection.boundaries_equivalent(atoms)
    atoms.positions[:, 2] += atoms.cell[2, 2] / 2
    assert not inspection.boundaries_equivalent(atoms)
    oriented = bicrystal.orient(zoo["BaTiO3"], (1, 0, 0))
    bulk = bicrystal.join(oriented, bicrystal.shift(oriented, np.zeros(3)), 4)
    assert inspection.boundaries_equivalent(bulk)


@pytest.mark.parametrize(("gap", "fits"), [(2.0, True), (1.9, False)])
def test_anions_keep_apart_though_bonds_are_shorter(lco, gap, fits):
    """Oxygen beside oxygen, 2.61 Å apart in the crystal, where Co-O is 1.92 Å."""
    pair = Atoms("O2", positions=[(0, 0, 0), (0, 0, gap)], cell=(9, 9, 9), pbc=True)
    with nullcontext() if fits else pytest.raises(DelithError, match=r"closer than 1\.96 Å"):
        inspection.check_contacts(pair, lco)


def test_positions_that_are_no_numbers_are_refused(lco):
    """Python itself would end where neighbours are looked for."""
    atoms = lco.atoms.copy()
    atoms.positions[1, 2] = np.nan
    with pytest.raises(DelithError, match="must be numbers"):
        inspection.is_bulk(atoms, lco)
