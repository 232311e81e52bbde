"""Hops: counted by hand, sorted by where they are, and with ends that are orderings themselves."""

from types import SimpleNamespace

import numpy as np
import pytest
from ase.geometry import get_distances
from ase.neighborlist import neighbor_list
from ase.spacegroup import crystal
from hypothesis import given, settings
from hypothesis import strategies as st

from delith import boundaries, crystals
from delith.decorations import dopants, exchange, hops, lithium, voids
from delith.errors import DelithError


@pytest.fixture(scope="module")
def twin(lco):
    return boundaries.twin(lco, (1, 0, 4), separation=8, repeat=(3, 2))


@pytest.fixture(scope="module")
def antiphase(lco):
    return boundaries.antiphase(lco, (1, 0, 4), separation=6, repeat=(3, 2))


@pytest.fixture(scope="module")
def spinel():
    """LiMn2O4, Fd-3m: lithium on 8a, which is 1/8 1/8 1/8 in this setting."""
    atoms = crystal(
        ["Li", "Mn", "O"],
        [(1 / 8, 1 / 8, 1 / 8), (0.5, 0.5, 0.5), (0.2625, 0.2625, 0.2625)],
        spacegroup=227,
        setting=2,
        cellpar=[8.24, 8.24, 8.24, 90, 90, 90],
    )
    return SimpleNamespace(atoms=atoms, mobile="Li", formula_units=8)


def without(host, *sites):
    """The host less mobile atoms, by their place among them."""
    mobile = np.flatnonzero(host.atoms.symbols == host.mobile)
    return host.atoms[np.delete(np.arange(len(host.atoms)), mobile[list(sites)])]


def beside(host, site):
    """A mobile site next to another in its layer."""
    sites = host.atoms.positions[host.atoms.symbols == host.mobile]
    away = np.linalg.norm(sites - sites[site], axis=1)
    return int(np.flatnonzero(np.abs(away - 2.8166) < 1e-3)[0])


def on_sites(host, atoms):
    """Site of the host that each atom is on."""
    away = get_distances(atoms.positions, host.atoms.positions, cell=atoms.cell, pbc=True)[1]
    assert away.min(axis=1).max() < 1e-6
    return away.argmin(axis=1)


def heights(host, hop):
    """Å above the nearest boundary, at both ends."""
    half = host.atoms.cell[2, 2] / 2
    z = hop.start.positions[hop.ion, 2]
    z = np.array([z, z + hop.vector[2]])
    near = np.abs(z / half - np.rint(z / half)).argmin()
    return z - half * np.rint(z[near] / half)


def test_one_vacancy_in_a_layer(layered):
    """All six neighbours of a vacancy do the same, and nothing else of the layer is empty."""
    host = layered(4, 4, 1)
    (hop,) = hops(host, without(host, 0))
    assert (hop.element, hop.place, hop.distance, hop.label) == ("Li", "bulk", None, "Li bulk 1")
    assert hop.length == pytest.approx(2.8166)
    assert (hop.vacancies, hop.degeneracy) == (0, 6)


def test_two_vacancies_side_by_side(layered):
    """Of eight neighbours the two next to both vacancies hop to either, past the other one."""
    host = layered(4, 4, 1)
    found = hops(host, without(host, 0, beside(host, 0)))
    assert (found[0].vacancies, found[0].degeneracy) == (1, 4)
    assert sorted((hop.vacancies, hop.degeneracy) for hop in found[1:]) == [(0, 2), (0, 4)]


def test_a_narrow_cell_does_not_see_one_vacancy_on_both_sides(layered):
    """Of three sites in a row two are vacant. The third hops to one of them: the other is next
    to both ends, yet at the far end of the row and not beside the hop."""
    host = layered(3, 3, 1)
    found = hops(host, without(host, 0, beside(host, 0)))
    assert sum(hop.degeneracy for hop in found if hop.vacancies) == 4
    assert any(hop.degeneracy == 2 for hop in found if not hop.vacancies)


def test_a_spinel_hops_from_8a_over_16c(spinel):
    (hop,) = hops(spinel, without(spinel, 0))
    assert hop.length == pytest.approx(8.24 * np.sqrt(3) / 4)
    assert (hop.vacancies, hop.degeneracy) == (0, 4)
    empty = voids(spinel.atoms)
    middle = hop.start.positions[hop.ion] + hop.vector / 2
    away = get_distances(middle[None], empty.positions, cell=spinel.atoms.cell, pbc=True)[1][0]
    assert away.min() < 1e-3
    assert empty.kinds[away.argmin()] == "octahedral"


@settings(deadline=None, max_examples=20)
@given(st.sets(st.integers(0, 23), min_size=1, max_size=23))
def test_every_hop_is_counted_once(layered, vacant):
    """Brute force: all pairs of a lithium atom and a vacant site side by side."""
    host = layered(4, 2, 1)
    found = hops(host, without(host, *vacant))
    sites = host.atoms[host.atoms.symbols == "Li"]
    i, j = neighbor_list("ij", sites, 3.0)
    pairs = {(a, b) for a, b in zip(i.tolist(), j.tolist(), strict=True)}
    free = {(a, b) for a, b in pairs if a not in vacant and b in vacant}
    assert sum(hop.degeneracy for hop in found) == len(free)
    assert len({hop.label for hop in found}) == len(found)


def test_a_larger_cell_has_the_same_hops(layered):
    """The ordering doubled: each hop is there twice, and none is new."""
    host, double = layered(4, 3, 1), layered(4, 6, 1)
    ordering = without(host, 0, 2, 7)
    there, twice = hops(host, ordering), hops(double, ordering.repeat((1, 2, 1)))
    kinds = [[(h.vacancies, round(h.length, 3), h.degeneracy) for h in f] for f in (there, twice)]
    assert kinds[1] == [(vacancies, length, 2 * n) for vacancies, length, n in kinds[0]]


@pytest.mark.slow
@settings(deadline=None, max_examples=4)
@given(st.sampled_from(["twin", "antiphase"]), st.integers(0, 5))
def test_ends_are_orderings_that_differ_by_one_ion(request, name, seed):
    host = request.getfixturevalue(name)
    ordering = lithium(host, 0.5, limit=6, seed=seed)[-1]
    for hop in hops(host, ordering)[::7]:
        assert hop.start == ordering
        rest = np.arange(len(ordering)) != hop.ion
        assert hop.end[rest] == ordering[rest]
        before, after = on_sites(host, hop.start), on_sites(host, hop.end)
        assert len(set(after.tolist())) == len(after)
        assert after[hop.ion] not in before
        assert hop.start.symbols[hop.ion] == host.atoms.symbols[after[hop.ion]] == "Li"
        for array in ("distance", "grain", "sublattice"):
            expected = host.atoms.arrays[array][after]
            if expected.dtype.kind == "f":
                assert hop.end.arrays[array] == pytest.approx(expected, abs=1e-6)
            else:
                assert np.array_equal(hop.end.arrays[array], expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["twin", "antiphase"])
def test_where_a_hop_is(request, name):
    """By the heights of its ends: Å from the nearest layer of sites to the boundary, as built."""
    host = request.getfixturevalue(name)
    nearest = {"twin": 0.0, "antiphase": 1.0018}[name]
    found = [hop for o in lithium(host, 0.5, limit=6) for hop in hops(host, o)]
    found += hops(host, without(host, 0))
    assert {"along", "across", "inside"} <= {hop.place for hop in found}
    for hop in found:
        low, high = sorted(heights(host, hop))
        crosses = low < -0.1 < 0.1 < high or (min(abs(low), abs(high)) < 0.1 < high - low)
        beside = max(abs(low), abs(high)) < nearest + 0.1
        assert hop.place == ("across" if crosses else "along" if beside else "inside")
        assert hop.distance == pytest.approx(min(abs(low), abs(high)), abs=1e-3)
    (ordering,) = lithium(host, 0.5, limit=1)
    places = [("along", "across", "inside").index(hop.place) for hop in hops(host, ordering)]
    assert places == sorted(places)


def test_no_vacancy_no_hop(twin):
    assert hops(twin, twin.atoms) == []
    assert hops(twin, twin.atoms, "Co") == []


def test_reach_sets_what_a_neighbour_is(layered):
    host = layered(5, 5, 1)
    ordering = without(host, 0)
    near, far = hops(host, ordering), hops(host, ordering, reach=5.1)
    assert len(near) == 1
    # second shell of the layer, and the next layers
    assert {round(hop.length, 2) for hop in far} == {2.82, 4.88, 4.96}


@pytest.mark.parametrize("name", ["twin", "antiphase"])
def test_metals_go_where_exchange_puts_them(request, name):
    """Where no lithium is in the way there are as many hops as ways to exchange one metal."""
    host = request.getfixturevalue(name)
    (empty,) = lithium(host, 0)
    found = hops(host, empty, "Co")
    assert {hop.element for hop in found} == {"Co"}
    layers = len({d.round(2) for d in host.atoms.arrays["distance"][host.atoms.symbols == "Co"]})
    made = [one for shell in range(layers) for one in exchange(host, 1, shell=shell, limit=100)]
    assert sum(hop.degeneracy for hop in found) == sum(one.degeneracy for one in made)
    for hop in found:
        assert host.atoms.symbols[on_sites(host, hop.end)[hop.ion]] == "Li"


def test_metals_keep_away_from_lithium(twin):
    found = [hop for ordering in lithium(twin, 0.5, limit=2) for hop in hops(twin, ordering, "Co")]
    assert found
    for hop in found:
        lithiums = np.flatnonzero(hop.end.symbols == "Li")
        assert hop.end.get_distances(hop.ion, lithiums, mic=True).min() > 2.5
        assert hop.end.arrays["sublattice"][hop.ion] == "Li"
        assert hop.label.startswith("Co ")


def test_metals_keep_away_from_metals_that_moved(twin):
    """An octahedron that shares a face with cobalt in a tetrahedron is not free."""
    (host, *_) = exchange(twin, 1, into="tetrahedral", limit=1)
    (empty,) = lithium(host, 0)
    found = hops(host, empty, "Co")
    assert found
    for hop in found:
        others = np.flatnonzero(hop.end.symbols == "Co")
        others = others[others != hop.ion]
        assert hop.end.get_distances(hop.ion, others, mic=True).min() > 2.5


def test_metals_of_a_spinel_need_both_tetrahedra_empty(spinel):
    """16d to 16c: an octahedron that shares a face with two 8a."""
    assert hops(spinel, without(spinel, 0), "Mn") == []
    (hop,) = hops(spinel, without(spinel, *range(8)), "Mn")
    assert hop.end.arrays.get("sublattice") is None
    assert hop.length == pytest.approx(8.24 / np.sqrt(8), abs=0.01)
    assert hop.degeneracy == 16 * 6


def test_a_decorated_host_has_hops_of_its_own(twin):
    (doped, *_) = dopants(twin, "Mg", "Co")
    ordering = lithium(doped, 0.5, limit=1)[0]
    found = hops(doped, ordering)
    assert {hop.element for hop in found} == {"Li"}
    assert all(hop.end.symbols.count("Mg") == 1 for hop in found)


def test_ends_of_a_relaxed_start(layered):
    """Strained, carried along and with one anion displaced: the ion goes where anions have gone."""
    host = layered(4, 4, 1)
    (hop,) = hops(host, without(host, 0))
    relaxed = hop.start.copy()
    relaxed.set_cell(relaxed.cell[:] * [1.01, 1.01, 1.02], scale_atoms=True)
    relaxed.positions += (0.1, 0.2, 0.3)
    start, end = hop.ends(relaxed)
    assert start == relaxed
    site = hop.end.positions[hop.ion] * [1.01, 1.01, 1.02] + (0.1, 0.2, 0.3)
    np.testing.assert_allclose(end.positions[hop.ion], site, atol=1e-9)
    rest = np.arange(len(end)) != hop.ion
    np.testing.assert_array_equal(end.positions[rest], relaxed.positions[rest])
    np.testing.assert_array_equal(end.cell[:], relaxed.cell[:])
    anions = np.flatnonzero(end.symbols == "O")
    around = anions[np.argsort(end.get_distances(hop.ion, anions, mic=True))[:6]]
    relaxed.positions[around[0]] += (0, 0, 0.6)
    np.testing.assert_allclose(hop.ends(relaxed)[1].positions[hop.ion], np.add(site, (0, 0, 0.1)))


def test_ends_of_a_boundary_know_their_distance_to_it(twin):
    hop = hops(twin, without(twin, 0))[0]
    relaxed = boundaries.cell.strained(hop.start, twin.atoms.cell[:] * [1, 1, 1.1])
    end = hop.ends(relaxed)[1]
    half = end.cell[2, 2] / 2
    steps = end.positions[:, 2] / half
    off = np.abs(steps - np.rint(steps)) * half
    assert end.arrays["distance"] == pytest.approx(off, abs=1e-6)


def test_ends_in_a_cell_that_turned_are_those_of_the_hop(layered):
    host = layered(4, 4, 1)
    (hop,) = hops(host, without(host, 0))
    turned = hop.start.copy()
    turned.rotate(90, "z", rotate_cell=True)
    start, end = hop.ends(turned)
    assert hop.missed(start, end) == ""
    assert np.linalg.norm(end.positions - start.positions, axis=1).max() == pytest.approx(2.8166)


def test_ends_in_an_alloy_move_with_the_atoms_that_stay():
    """There are no anions to go by."""
    atoms = crystal(
        ["Li", "Ag"], [(0, 0, 0), (0.5, 0.5, 0.5)], spacegroup=221, cellpar=[3.168] * 3 + [90] * 3
    )
    host = boundaries.antiphase(crystals.from_atoms(atoms), (1, 0, 0), separation=8, repeat=(2, 1))
    (ordering,) = lithium(host, 0.5, limit=1)
    hop = hops(host, ordering)[0]
    drift = np.array([0.1, 0.2, 0.3])
    drifted = ordering.copy()
    drifted.positions += drift
    start, end = hop.ends(drifted)
    assert hop.missed(start, end) == ""
    np.testing.assert_allclose(end.positions, hop.end.positions + drift, atol=1e-9)


def test_what_cannot_hop_is_told_of_a_short_formula(twin):
    with pytest.raises(DelithError) as refused:
        hops(twin, without(twin, 0), "Fe")
    assert str(refused.value).startswith(f"{twin.atoms.get_chemical_formula()} has no Fe")


def test_ends_that_relaxed_elsewhere_are_told(layered):
    host = layered(4, 4, 1)
    (hop,) = hops(host, without(host, 0))
    start, end = hop.ends(hop.start)
    assert hop.missed(start, end) == ""
    end.positions += np.random.default_rng(0).normal(scale=0.1, size=end.positions.shape)
    assert hop.missed(start, end) == ""
    # back where it came from
    assert hop.missed(start, start) == f"another hop: atom {hop.ion} (Li) ends 2.8 Å from its place"
    # and another one in its place
    other = (hop.ion + 1) % 16
    end.positions[other] += (0, 2, 0)
    assert hop.missed(start, end).startswith(f"another hop: atom {other} (Li)")


def test_what_is_no_ordering_of_the_host_is_refused(twin, antiphase):
    with pytest.raises(DelithError, match="is no ordering of"):
        hops(twin, antiphase.atoms)
    moved = without(twin, 0)
    moved.positions[4] += 0.3
    with pytest.raises(DelithError, match="as built"):
        hops(twin, moved)
    swapped = without(twin, 0)
    swapped.symbols[np.flatnonzero(swapped.symbols == "Co")[0]] = "Ni"
    with pytest.raises(DelithError, match="is no ordering of"):
        hops(twin, swapped)
    with pytest.raises(DelithError, match="is no ordering of"):
        hops(twin, twin.atoms[~(twin.atoms.symbols == "Co")])
    with pytest.raises(DelithError, match="no Fe that could hop"):
        hops(twin, without(twin, 0), "Fe")


def test_lithium_of_an_ordered_spinel_hops_along_a_boundary():
    """Its layers are not flat, and stand at other distances on either side."""
    ordered = crystals.load("LiNi0.5Mn1.5O4")
    host = boundaries.antiphase(ordered, (1, 1, 0), vector=(0, 1 / 2, 1 / 2), separation=8)
    found = hops(host, lithium(host, content=0.5, limit=1)[0])
    along = [hop for hop in found if hop.place == "along"]
    assert along
    for hop in along:
        start, end = heights(host, hop)
        assert start * end > 0
    lowest = {np.sign(heights(host, hop)[0]): hop.distance for hop in reversed(along)}
    inside = [hop for hop in found if hop.place == "inside"]
    for hop in inside:
        ends = heights(host, hop)
        side = lowest.get(np.sign(ends[0]))
        assert side is None or np.abs(ends).max() > side + 0.2
