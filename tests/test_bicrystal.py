"""The joined cell: what it keeps of the crystal, whatever the plane, the height and the shift."""

from collections import Counter

import numpy as np
import pytest
from ase import Atoms
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from delith import bicrystal
from delith.bicrystal import ON_MIRROR
from delith.boundaries.cell import strained
from delith.crystals import from_atoms, inspection
from delith.crystals.inspection import CONTACT
from delith.crystals.lattice import primitive_indices
from delith.errors import DelithError

planes = (
    st.tuples(*[st.integers(-3, 3)] * 3)
    .filter(any)
    .map(lambda plane: tuple(int(i) for i in primitive_indices(plane)))
)
names = st.sampled_from(["LiCoO2", "NaCl", "SrTiO3", "BaTiO3", "TiO2", "CuAu", "Cu", "Si"])


def joined(join, *arguments):
    """The cell, or None where it is refused for its contacts."""
    try:
        return join(*arguments)
    except DelithError as error:
        if "Å apart, closer than" not in str(error):
            raise
        return None


def assert_sound(atoms, crystal, oriented, layers, shortest):
    """What holds for every joined cell."""
    assert np.linalg.det(atoms.cell[:]) > 0
    assert atoms.pbc.all()
    assert atoms.cell[:2, 2].tolist() == [0, 0]
    assert atoms.cell[2, 2] == pytest.approx(2 * layers * oriented.cell.spacing)
    primitive = Counter(crystal.primitive_atoms.symbols)
    assert Counter(atoms.symbols) == {s: 2 * layers * n for s, n in primitive.items()}
    assert shortest(atoms) >= CONTACT * crystal.shortest_distance
    half = atoms.cell[2, 2] / 2
    heights = atoms.positions[:, 2]
    assert heights.min() > -1e-6
    assert heights.max() < 2 * half
    nearest = np.abs(heights[:, None] - half * np.arange(3)).min(axis=1)
    assert atoms.arrays["distance"] == pytest.approx(nearest, abs=1e-9)
    assert (np.diff(heights) > -1e-4).all()


@given(names, planes, st.integers(2, 5), st.floats(0, 1, exclude_max=True))
@settings(max_examples=60, deadline=None)
def test_mirrored_cell_is_sound_or_refused(zoo, shortest, name, plane, layers, height):
    """No atom is lost or doubled at any height of any plane, but contacts may be too short."""
    crystal = zoo[name]
    oriented = bicrystal.orient(crystal, plane)
    assume(layers * oriented.cell.spacing > 4)
    atoms = joined(bicrystal.join, oriented, bicrystal.mirror(oriented, height), layers)
    if atoms is None:
        return
    assert_sound(atoms, crystal, oriented, layers, shortest)
    assert atoms.cell[2, :2].tolist() == [0, 0]
    grains = Counter(atoms.arrays["grain"])
    assert grains[0] == grains[1]
    on_mirror = atoms[atoms.arrays["grain"] == -1]
    assert on_mirror.arrays["distance"] == pytest.approx(0, abs=1e-12)
    moved = bicrystal.join(oriented, bicrystal.mirror(oriented, height + 1), layers)
    assert np.allclose(moved.positions, atoms.positions, atol=1e-6)


@given(names, planes, st.integers(2, 5), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_shifted_cell_is_sound_or_refused(zoo, shortest, name, plane, layers, u, v):
    crystal = zoo[name]
    oriented = bicrystal.orient(crystal, plane)
    assume(layers * oriented.cell.spacing > 4)
    shift = np.array([u, v, 0]) @ oriented.cell.vectors
    atoms = joined(bicrystal.join, oriented, bicrystal.shift(oriented, shift), layers)
    if atoms is None:
        return
    assert_sound(atoms, crystal, oriented, layers, shortest)
    assert Counter(atoms.arrays["grain"]) == {0: len(atoms) // 2, 1: len(atoms) // 2}
    upper = atoms.positions[:, 2] > atoms.cell[2, 2] / 2
    assert (atoms.arrays["grain"] == upper).all()


@given(names, planes, st.integers(2, 5))
@settings(max_examples=25, deadline=None)
def test_no_shift_gives_the_bulk(zoo, pair_energy, name, plane, layers):
    crystal = zoo[name]
    oriented = bicrystal.orient(crystal, plane)
    atoms = bicrystal.join(oriented, bicrystal.shift(oriented, np.zeros(3)), layers)
    assert inspection.is_bulk(atoms, crystal)
    assert pair_energy(atoms) == pytest.approx(pair_energy(crystal.atoms), rel=1e-9)


@pytest.mark.parametrize(("name", "height"), [("Cu", 0.0), ("Si", 0.375)])
def test_growth_twin_of_elements_keeps_every_neighbour(zoo, name, height):
    """The coherent Σ3 (111) twin: as many nearest neighbours, at the same distance, as in bulk."""
    crystal = zoo[name]
    oriented = bicrystal.orient(crystal, (1, 1, 1))
    twin = bicrystal.join(oriented, bicrystal.mirror(oriented, height), 6)
    assert not inspection.is_bulk(twin, crystal)
    assert inspection.boundaries_equivalent(twin)
    cutoff = 1.1 * crystal.shortest_distance
    bonds = {"Cu": 12, "Si": 4}[name]
    distances = np.sort(twin.repeat((4, 4, 1)).get_all_distances(mic=True), axis=1)
    assert (np.count_nonzero(distances < cutoff, axis=1) == bonds + 1).all()
    assert distances[:, 1 : bonds + 1] == pytest.approx(crystal.shortest_distance, abs=1e-6)


def test_high_index_twin_is_refused_for_its_contacts_and_loses_no_atom(zoo):
    """(310) planes of copper are 0.57 Å apart: the second plane meets its own image."""
    oriented = bicrystal.orient(zoo["Cu"], (3, 1, 0))
    with pytest.raises(DelithError, match=r"Cu.*1\.14 Å apart"):
        bicrystal.join(oriented, bicrystal.mirror(oriented, 0.0), 20)


def test_atoms_near_a_mirror_meet_their_image_on_it(lco):
    """Oxygen is 0.08 Å off the (104) layer, well inside the limit, and 1.9 Å from lithium."""
    oriented = bicrystal.orient(lco, (1, 0, 4))
    offset = oriented.fractions[:, 2] - np.rint(oriented.fractions[:, 2])
    heights = np.abs(offset) * oriented.cell.spacing
    assert np.sort(heights) == pytest.approx([0, 0, 0.084, 0.084], abs=1e-3)
    assert heights.max() < ON_MIRROR * lco.shortest_distance
    atoms = bicrystal.join(oriented, bicrystal.mirror(oriented, 0.0), 6)
    on_mirror = atoms[atoms.arrays["grain"] == -1]
    assert Counter(on_mirror.symbols) == {"Li": 2, "Co": 2, "O": 4}
    assert (on_mirror.arrays["distance"] == 0).all()


def test_orient_keeps_distances_and_sublattices(zoo, pair_energy):
    for crystal in zoo.values():
        oriented = bicrystal.orient(crystal, (2, 1, 1))
        vectors = oriented.cell.vectors
        atoms = oriented.atoms(
            oriented.fractions @ vectors, np.arange(len(oriented.fractions)), vectors[2]
        )
        assert pair_energy(atoms) == pytest.approx(pair_energy(crystal.atoms), rel=1e-9)
        assert set(atoms.arrays["sublattice"]) == set(crystal.atoms.arrays["sublattice"])


@pytest.mark.parametrize(
    ("heights", "middle"),
    [([0.0], 0.5), ([0.0, 0.5], 0.25), ([0.9, 0.3], 0.6), ([0.0, 0.04, 0.96], 0.5)],
)
def test_widest_gap_is_where_no_plane_is_split(heights, middle):
    assert bicrystal.widest_gap(np.array(heights)) == pytest.approx(middle)


@given(st.lists(st.tuples(*[st.floats(0, 0.999)] * 3), min_size=2, max_size=8))
@settings(max_examples=60, deadline=None)
def test_short_contacts_are_found_across_all_faces(fractions):
    """`check_contacts` refuses a leaning cell where the plain search over images does."""
    cell = np.array([[4.0, 0, 0], [1.5, 4.0, 0], [-1.0, 2.0, 5.0]])
    atoms = Atoms(f"H{len(fractions)}", cell=cell, scaled_positions=fractions, pbc=True)
    gap = np.array(fractions)[:, None] - np.array(fractions)[None]
    around = np.array(np.meshgrid(*[(-2, -1, 0, 1, 2)] * 3)).reshape(3, -1).T
    distance = np.linalg.norm((gap[:, :, None] + around) @ cell, axis=3)
    distance[np.arange(len(atoms)), np.arange(len(atoms))] = np.inf
    crystal = from_atoms(Atoms("H", cell=3 * [1.9 / CONTACT], pbc=True))
    assume(abs(distance.min() - 1.9) > 1e-6)
    if distance.min() < 1.9:
        with pytest.raises(DelithError, match=f"{distance.min():.2f} Å apart"):
            inspection.check_contacts(atoms, crystal)
    else:
        inspection.check_contacts(atoms, crystal)


def test_strain_moves_atoms_and_distances_with_the_cell(lco):
    oriented = bicrystal.orient(lco, (1, 0, 4))
    atoms = bicrystal.join(oriented, bicrystal.mirror(oriented, 0.0), 4)
    cell = atoms.cell[:] * [1.01, 0.99, 1.02]
    out = strained(atoms, cell)
    assert out.get_scaled_positions() == pytest.approx(atoms.get_scaled_positions())
    assert out.arrays["distance"] == pytest.approx(1.02 * atoms.arrays["distance"])
    assert atoms.cell[2, 2] < out.cell[2, 2]
