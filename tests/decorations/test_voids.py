"""Interstices of anion lattices, against the Wyckoff positions they are, and under distortion."""

import numpy as np
import pytest
from ase import Atoms
from ase.geometry import get_distances
from ase.spacegroup import crystal
from hypothesis import given, settings
from hypothesis import strategies as st

from delith import boundaries
from delith.decorations import interstices, voids
from delith.errors import DelithError


def spinel(u=0.25):
    """Build LiMn2O4, Fd-3m, origin at the inversion centre; oxygen at 1/4 is cubic close-packed."""
    return crystal(
        ["Li", "Mn", "O"],
        [(1 / 8, 1 / 8, 1 / 8), (0.5, 0.5, 0.5), (u, u, u)],
        spacegroup=227,
        setting=2,
        cellpar=[8.24, 8.24, 8.24, 90, 90, 90],
    )


def without(atoms, *elements):
    return atoms[[i for i, symbol in enumerate(atoms.symbols) if symbol not in elements]]


def wyckoff(like, position):
    """Place atoms on the positions that the symmetry of the spinel makes of one."""
    return crystal(["X"], [position], spacegroup=227, setting=2, cell=like.cell[:])


def same_places(one, other, atoms):
    gaps = get_distances(one, other, cell=atoms.cell, pbc=True)[1]
    return len(one) == len(other) and (gaps.min(axis=1, initial=1) < 1e-6).all()


def of_kind(found, kind):
    return found.positions[found.kinds == kind]


def test_lithium_sites_of_a_layered_oxide_are_its_empty_octahedra(lco):
    for atoms in (lco.atoms, lco.atoms.repeat((2, 1, 1))):
        empty = voids(without(atoms, "Li"))
        lithium = atoms.positions[atoms.symbols == "Li"]
        assert same_places(of_kind(empty, "octahedral"), lithium, atoms)
        assert len(of_kind(empty, "tetrahedral")) == 2 * np.count_nonzero(atoms.symbols == "O")
        assert set(voids(atoms).kinds) == {"tetrahedral"}


def test_rock_salt_without_cations(zoo):
    atoms = zoo["NaCl"].atoms
    empty = voids(without(atoms, "Na"))
    assert same_places(of_kind(empty, "octahedral"), atoms.positions[atoms.symbols == "Na"], atoms)
    corners = atoms.positions[atoms.symbols == "Na"] + atoms.cell[:].sum(axis=0) / 4
    assert same_places(of_kind(empty, "tetrahedral"), np.vstack([corners, -corners]), atoms)


def test_voids_of_an_ideal_spinel_are_16c_8b_and_48f():
    atoms = spinel()
    empty = voids(atoms)
    assert same_places(of_kind(empty, "octahedral"), wyckoff(atoms, (0, 0, 0)).positions, atoms)
    b, f = (wyckoff(atoms, place).positions for place in [(3 / 8,) * 3, (3 / 8, 1 / 8, 1 / 8)])
    assert (len(b), len(f)) == (8, 48)
    assert same_places(of_kind(empty, "tetrahedral"), np.vstack([b, f]), atoms)


def test_a_real_spinel_has_as_many():
    atoms = spinel(0.2625)
    every, empty = interstices(atoms), voids(atoms)
    octahedra = wyckoff(atoms, (0, 0, 0)).positions
    assert same_places(of_kind(empty, "octahedral"), octahedra, atoms)
    assert len(of_kind(empty, "tetrahedral")) == 56
    kinds = {symbol: set() for symbol in ("Li", "Mn")}
    for kind, occupant in zip(every.kinds, every.occupants, strict=True):
        if occupant >= 0:
            kinds[atoms.symbols[occupant]].add(kind)
    assert kinds == {"Li": {"tetrahedral"}, "Mn": {"octahedral"}}


def test_phosphorus_is_a_cation_in_a_tetrahedron():
    atoms = crystal(
        ["Li", "Fe", "P", "O", "O", "O"],
        [
            (0, 0, 0),
            (0.2822, 0.25, 0.9747),
            (0.0948, 0.25, 0.4182),
            (0.0968, 0.25, 0.7428),
            (0.4571, 0.25, 0.2060),
            (0.1656, 0.0465, 0.2848),
        ],
        spacegroup=62,
        cellpar=[10.334, 6.010, 4.693, 90, 90, 90],
    )
    every = interstices(atoms)
    filled = {
        (atoms.symbols[occupant], kind)
        for kind, occupant in zip(every.kinds, every.occupants, strict=True)
        if occupant >= 0
    }
    assert filled == {("Li", "octahedral"), ("Fe", "octahedral"), ("P", "tetrahedral")}


@pytest.fixture(scope="module")
def cells(lco):
    made = [boundaries.twin(lco, plane, separation=8) for plane in [(1, 0, 4), (0, 1, 8)]]
    made.append(boundaries.antiphase(lco, (1, 0, 4), separation=8))
    return [cell.atoms for cell in made]


@settings(deadline=None, max_examples=12)
@given(
    st.integers(0, 2),
    st.floats(0, 0.07),
    st.tuples(*[st.floats(0, 1, exclude_max=True)] * 3),
    st.integers(0, 2**32 - 1),
)
def test_boundary_cells_have_an_octahedron_and_two_tetrahedra_an_anion(
    cells, which, distortion, origin, seed
):
    # The twins join grains of one close-packed anion lattice; no choice of origin or order of the
    # atoms, and no distortion well below a bond, may change what is found.
    rng = np.random.default_rng(seed)
    atoms = cells[which][rng.permutation(len(cells[which]))]
    atoms.positions += rng.normal(scale=distortion, size=(len(atoms), 3)) + origin @ atoms.cell[:]
    anions = np.count_nonzero(atoms.symbols == "O")
    every = interstices(atoms)
    fractions = every.positions @ np.linalg.inv(atoms.cell[:])
    assert ((fractions > -1e-5) & (fractions < 1)).all()
    assert len(of_kind(every, "octahedral")) == anions
    assert len(of_kind(every, "tetrahedral")) == 2 * anions
    occupants = every.occupants[every.occupants >= 0]
    assert sorted(occupants) == np.flatnonzero(~(atoms.symbols == "O")).tolist()
    assert set(every.kinds[every.occupants >= 0]) == {"octahedral"}


def test_what_has_no_interstices_is_refused(zoo):
    with pytest.raises(DelithError, match="repeats in all three directions"):
        interstices(Atoms("LiO", positions=[(0, 0, 0), (2, 0, 0)], cell=[4, 4, 4]))
    with pytest.raises(DelithError, match="no anions"):
        voids(zoo["NiAl"].atoms)
