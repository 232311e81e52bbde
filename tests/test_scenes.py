"""Scenes: one parent lattice filled without gap or overlap, each region exactly its variant."""

from collections import Counter

import numpy as np
import pytest
from ase.neighborlist import neighbor_list
from ase.spacegroup import crystal as spacegroup
from hypothesis import given, settings
from hypothesis import strategies as st

from delith import boundaries, crystals, domains, scenes
from delith.crystals import NONMETALS, inspection
from delith.errors import DelithError

NAMES = ["LiCoO2", "BaTiO3", "Ba2MgWO6", "NiAl", "CuAu", "Ni3Al", "LiNi0.5Mn1.5O4", "CaTiO3", "Cu"]
SMALL = (16.0, 16.0, 8.0)

#: Distances (Å) between the first, second, third and fourth shell of rock salt.
BETWEEN_SHELLS = (2.4, 3.2, 3.75)


@pytest.fixture(scope="module")
def zoo(zoo):
    """Those of the other tests, with L1_2, a chiral spinel and a strongly tilted perovskite."""
    ordered = spacegroup(
        ["Al", "Ni"], [(0, 0, 0), (0.5, 0.5, 0)], spacegroup=221, cellpar=[3.57] * 3 + [90] * 3
    )
    tilted = spacegroup(
        ["Ca", "Ti", "O", "O"],
        [(0.036, 0.25, -0.007), (0, 0, 0.5), (0.484, 0.25, 0.071), (0.289, 0.037, -0.29)],
        spacegroup=62,
        cellpar=[5.44, 7.64, 5.38, 90, 90, 90],
    )
    return zoo | {
        "Ni3Al": crystals.from_atoms(ordered, name="Ni3Al"),
        "CaTiO3": crystals.from_atoms(tilted, name="CaTiO3"),
        "LiNi0.5Mn1.5O4": crystals.load("LiNi0.5Mn1.5O4"),
    }


def only(region):
    return lambda fractions, cell: np.full(len(fractions), region)


def idealised(crystal):
    """The crystal without its homogeneous strain from the parent."""
    parent = domains.variants(crystal)[0].parent
    atoms = crystal.atoms.copy()
    atoms.set_cell(np.linalg.inv(parent.basis) @ parent.cell, scale_atoms=True)
    return atoms


def merged(atoms):
    """Count sites as the parent tells them apart."""
    return Counter(s if s in NONMETALS else "metal" for s in atoms.symbols)


def shells(atoms):
    """Symbol of each atom, and how many of each element its first three shells hold."""
    i, j, d = neighbor_list("ijd", atoms, BETWEEN_SHELLS[-1])
    shell, elements = np.digitize(d, BETWEEN_SHELLS), sorted(set(atoms.symbols))
    counts = np.zeros((len(atoms), len(BETWEEN_SHELLS), len(elements)), dtype=int)
    np.add.at(counts, (i, shell, np.searchsorted(elements, np.array(atoms.symbols)[j])), 1)
    return [(s, *c) for s, c in zip(atoms.symbols, counts.reshape(len(atoms), -1), strict=True)]


@pytest.mark.parametrize("name", NAMES)
def test_a_block_of_any_one_variant_is_the_crystal(zoo, pair_energy, name):
    crystal = zoo[name]
    ideal = idealised(crystal)
    for number in range(len(domains.variants(crystal))):
        block = scenes.build(crystal, (8.0, 8.0, 8.0), variants=[number])
        assert set(block.arrays["domain"]) == {number}
        assert pair_energy(block) == pytest.approx(pair_energy(ideal), rel=1e-9)
        here, whole = Counter(block.arrays["sublattice"]), Counter(ideal.arrays["sublattice"])
        times = len(block) / len(ideal)
        assert here == {label: times * n for label, n in whole.items()}


def test_the_ideal_lattice_of_layered_oxides_is_cubic(lco):
    block = scenes.build(lco, SMALL)
    edge = block.cell.lengths()[2]
    assert block.cell.cellpar() == pytest.approx([2 * edge, 2 * edge, edge, 90, 90, 90])
    assert (edge / 2) ** 3 / 4 == pytest.approx(lco.atoms.cell.volume / 6, rel=1e-3)


@given(
    name=st.sampled_from(NAMES),
    seed=st.integers(0, 2**32),
    columns=st.integers(1, 6),
    data=st.data(),
)
@settings(max_examples=25, deadline=None)
def test_every_site_is_filled_once_and_every_region_is_its_variant(
    zoo, shortest, name, seed, columns, data
):
    crystal = zoo[name]
    count = len(domains.variants(crystal))
    chosen = data.draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=4), "variants")
    scene = scenes.build(crystal, SMALL, scenes.voronoi(columns, seed), chosen)
    assert set(scene.arrays["domain"]) <= set(chosen)
    ideal = idealised(crystal)
    times = scene.cell.volume / ideal.cell.volume
    assert merged(scene) == {k: pytest.approx(n * times) for k, n in merged(ideal).items()}
    assert shortest(scene) > 0.8 * crystal.shortest_distance
    for region, number in enumerate(chosen):
        whole = scenes.build(crystal, SMALL, only(region), chosen)
        mine = scene.arrays["domain"] == number
        assert (scene.numbers == whole.numbers)[mine].all()
        assert (scene.arrays["sublattice"] == whole.arrays["sublattice"])[mine].all()
        assert scene.positions[mine] == pytest.approx(whole.positions[mine], abs=1e-9)


@pytest.mark.parametrize("name", ["LiCoO2", "BaTiO3", "CuAu", "Ni3Al", "LiNi0.5Mn1.5O4"])
def test_away_from_walls_every_atom_sees_the_crystal(zoo, name):
    crystal, size = zoo[name], (33.0, 33.0, 8.0)
    scene = scenes.build(
        crystal, size, scenes.checkerboard(), [0, len(domains.variants(crystal)) - 1]
    )
    i, j = neighbor_list("ij", scene, 6.5)  # `surroundings` reach 6 Å
    domain = scene.arrays["domain"]
    near = np.zeros(len(scene), dtype=bool)
    near[i[domain[i] != domain[j]]] = True
    assert 0.2 < near.mean() < 0.95
    species = sorted(set(crystal.atoms.symbols))
    here = inspection.surroundings(scene, species)
    bulk = inspection.surroundings(idealised(crystal), species)
    off = np.abs(here[:, None] - bulk[None]).max(axis=2).min(axis=1)
    assert off[~near].max() < 1e-6
    assert off[near].max() > 1e-3


@pytest.mark.parametrize(
    ("pair", "columns"),
    [
        ((0, 4), (2, 1)),
        ((0, 5), (2, 1)),  # the mirror that variant 5 shares with 0 stands one layer on
        ((4, 2), (1, 2)),
        ((6, 2), (2, 1)),
        ((0, 6), (1, 2)),
    ],
)
def test_flat_walls_are_coherent_twins(lco, pair, columns):
    """So are those of a checkerboard of 0, 4, 2, 6: each stands between two of these pairs."""
    twin = boundaries.twin(lco, (1, 0, 4), separation=16.0)
    size = np.where(np.array([*columns, 1]) == 2, 32.0, 8.0)
    slab = scenes.build(lco, size, scenes.checkerboard(columns), pair)
    area = slab.cell.volume / slab.cell.lengths().max()
    assert area == pytest.approx(4 * twin.area, rel=0.01)
    bulk = set(shells(lco.atoms.repeat((4, 4, 1))))
    expected = Counter(s for s in shells(twin.atoms) if s not in bulk)
    assert expected
    found = Counter(s for s in shells(slab) if s not in bulk)
    assert found == {kind: 4 * n for kind, n in expected.items()}


def test_an_antiphase_slab_is_the_antiphase_boundary(zoo):
    """L1_2 on {100}, displaced within the plane; it is not distorted, so all is as it is there."""
    crystal, vector = zoo["Ni3Al"], (0, 0.5, 0.5)
    boundary = boundaries.antiphase(crystal, (1, 0, 0), vector, separation=14.0)
    number = domains.translated(crystal, np.array(vector)).number
    slab = scenes.build(
        crystal, (28.6, 3.6, 3.6), scenes.checkerboard((2, 1)), [0, number], axes=np.eye(3)
    )
    expected = inspection.fingerprint(boundary.atoms, crystal)
    assert len(expected)
    assert inspection.fingerprint(slab, crystal) == pytest.approx(expected, abs=1e-6)


def test_domains_of_a_polar_crystal_keep_their_polarity(zoo):
    """All variants of BaTiO3 have one element on a site: they differ in displacements only."""
    scene = scenes.build(zoo["BaTiO3"], (48.0, 48.0, 4.0), scenes.voronoi(6))
    i, j, vectors = neighbor_list("ijD", scene, {("Ti", "O"): 2.5})
    titanium = scene.symbols[i] == "Ti"
    sums = np.zeros((len(scene), 3))
    np.add.at(sums, i[titanium], vectors[titanium])
    domain, inside = scene.arrays["domain"], np.array(scene.symbols) == "Ti"
    inside[i[titanium & (domain[i] != domain[j])]] = False
    polar = {n: sums[inside & (domain == n)] for n in np.unique(domain[inside])}
    assert len(polar) == 6
    means = np.array([p.mean(axis=0) for p in polar.values()])
    assert all(np.ptp(p, axis=0).max() < 1e-6 for p in polar.values())
    cosines = means @ means.T / np.linalg.norm(means[0]) ** 2
    assert Counter(np.rint(cosines).astype(int).ravel().tolist()) == {1: 6, -1: 6, 0: 24}
    assert cosines == pytest.approx(np.rint(cosines), abs=1e-6)


def test_rows_along_the_columns_keep_the_composition_of_layered_oxides(lco):
    scene = scenes.build(lco, (50.0, 50.0, 8.0), scenes.voronoi(12, seed=3))
    counts = scene.symbols.formula.count()
    assert counts["Li"] == counts["Co"] == counts["O"] / 2
    assert set(scene.arrays["domain"]) == set(range(8))


def test_the_seed_makes_the_scene(lco):
    first, again, other = (
        scenes.build(lco, SMALL, scenes.voronoi(4, seed)).arrays["domain"] for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("pattern", [scenes.voronoi(7, 5), scenes.checkerboard((2, 4))])
def test_patterns_are_columns_that_repeat_with_the_block(pattern):
    cell = np.array([[40.0, 0, 0], [15, 30, 0], [7, -5, 20]])
    places = np.random.default_rng(0).random((500, 3))
    regions = pattern(places, cell)
    assert len(set(regions)) in (4, 7)
    for axis in range(2):
        assert (pattern(places + np.eye(3)[axis], cell) == regions).all()
    assert (pattern(places * (1, 1, 0), cell) == regions).all()


def test_voronoi_walls_lie_midway_seen_along_the_columns():
    """A leaning block has the walls of an upright one on the same base."""
    cell = np.array([[40.0, 0, 0], [0, 30, 0], [30, 0, 20]])
    upright = np.diag([40 * 20 / np.hypot(30, 20), 30, 20])
    places = np.random.default_rng(0).random((500, 3))
    pattern = scenes.voronoi(7, 5)
    assert (pattern(places, cell) == pattern(places, upright)).all()


def test_columns_of_a_checkerboard_are_counted_round_a_square():
    places = np.array([(x, y, 0) for y in (0.2, 0.7) for x in (0.2, 0.7)])
    assert scenes.checkerboard()(places, np.eye(3)).tolist() == [0, 1, 3, 2]


def test_edges_may_follow_the_crystal(lco, pair_energy):
    """Along the hexagonal axes, and [100] upwards: the zone axis that shows layers edge-on."""
    hexagonal = scenes.build(lco, (9, 9, 14), variants=[0], axes=np.eye(3, dtype=int))
    assert hexagonal.cell.cellpar()[3:] == pytest.approx([90, 90, 120])
    assert pair_energy(hexagonal) == pytest.approx(pair_energy(idealised(lco)))
    for region in range(4):  # an edge that repeats one orientation need not repeat the others
        edge_on = scenes.build(
            lco, (9, 9, 5), only(region), (0, 4, 2, 6), [(0, 0, 1), (1, 2, 0), (-1, 0, 0)]
        )
        assert edge_on.cell.array == pytest.approx(np.tril(edge_on.cell.array))
        assert pair_energy(edge_on) == pytest.approx(pair_energy(idealised(lco)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": (10, 10)}, "size must be three lengths"),
        ({"size": (10, 0, 10)}, "size must be three lengths"),
        ({"size": (10, 10, float("inf"))}, "size must be three lengths"),
        ({"variants": [0, 8]}, "the domain variants 0 to 7"),
        ({"variants": []}, "the domain variants 0 to 7"),
        ({"axes": [(1, 0, 0), (0, 1, 0), (1, 1, 0)]}, "right-handed"),
        ({"axes": [(0, 1, 0), (1, 0, 0), (0, 0, 1)]}, "right-handed"),
        ({"axes": [(1, 0, 0), (0, 1, 0), (0, 0, 0.5)]}, "whole numbers"),
    ],
)
def test_what_is_no_scene_is_refused(lco, changes, message):
    with pytest.raises(DelithError, match=message):
        scenes.build(lco, **{"size": SMALL} | changes)


def test_patterns_without_columns_are_refused():
    for make in (scenes.voronoi, lambda n: scenes.checkerboard((2, n))):
        with pytest.raises(DelithError, match="at least 1"):
            make(0)
    with pytest.raises(DelithError, match="seed at least 0"):
        scenes.voronoi(8, seed=-1)


def test_a_block_too_large_to_hold_is_refused(lco):
    with pytest.raises(DelithError, match="1e\\+08 atoms: ask for at most 5e\\+06"):
        scenes.build(lco, (3000, 3000, 100))


def test_axes_that_span_too_large_a_block_are_refused(lco):
    """Before it is built."""
    with pytest.raises(DelithError, match="smallest block with these axes would hold 1e"):
        scenes.build(lco, SMALL, axes=[(60, 1, 0), (0, 60, 1), (1, 0, 60)])
