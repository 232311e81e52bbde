"""Dopants: which atoms are replaced, how often each way occurs, and what follows from it."""

from math import comb

import numpy as np
import pytest
from ase.neighborlist import neighbor_list
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from delith import boundaries
from delith.crystals.valence import nominal_charges
from delith.decorations import canonical, dopants, lithium, site_permutations
from delith.decorations.ewald import electrostatics
from delith.decorations.host import decorated, distances
from delith.errors import DelithError


@pytest.fixture(scope="module")
def twin(lco):
    return boundaries.twin(lco, (1, 0, 4), separation=8, repeat=(2, 1))


@pytest.fixture(scope="module")
def hosts(lco, zoo, twin):
    """Twins, an antiphase boundary, bulk, and a cell whose two boundaries differ."""
    return [
        (twin, "Co"),
        (boundaries.antiphase(lco, (1, 0, 4), separation=6, repeat=(2, 1)), "Co"),
        (boundaries.bulk(twin), "Co"),
        (boundaries.twin(zoo["BaTiO3"], (1, 0, 1), separation=6, repeat=(2, 1)), "Ba"),
    ]


def replaced(host, result):
    """Tell which atoms of the host are another element in the result."""
    return np.flatnonzero(host.atoms.numbers != result.atoms.numbers)


def at_boundary(host, site):
    """Places of the atoms of a sublattice, by boundary and distance to it."""
    mine = np.flatnonzero(host.atoms.symbols == site)
    if not host.count:
        return {(0, 0.0): mine.tolist()}
    half = host.atoms.cell[2, 2] / 2
    nearest = np.rint(host.atoms.positions[mine, 2] / half).astype(int) % 2
    found = {}
    for atom, boundary in zip(mine, nearest, strict=True):
        distance = round(float(host.atoms.arrays["distance"][atom]), 3)
        found.setdefault((int(boundary), distance), []).append(int(atom))
    return found


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 3), st.integers(0, 3), st.integers(1, 3))
def test_every_choice_of_atoms_at_a_boundary_is_counted_once(hosts, which, shell, number):
    host, site = hosts[which]
    places = at_boundary(host, site)
    distances = sorted({distance for _, distance in places})
    assume(shell < len(distances))
    # Half way between the boundaries an atom belongs to both: left to a test of its own.
    half_way = host.atoms.cell[2, 2] / 4
    assume(not host.count or distances[shell] < half_way - 0.1)
    layers = [set(atoms) for (_, d), atoms in places.items() if d == distances[shell]]
    if number > max(map(len, layers)):
        with pytest.raises(DelithError, match="do not fit"):
            dopants(host, "Mg", site, number, shell)
        return
    results = dopants(host, "Mg", site, number, shell, limit=1000)
    assert sum(r.degeneracy for r in results) == sum(comb(len(atoms), number) for atoms in layers)
    mine = np.flatnonzero(host.atoms.symbols == site)
    rows = np.array([np.isin(mine, replaced(host, r)) for r in results], dtype=np.uint8)
    group = site_permutations(host.atoms, mine)
    assert len(np.unique(canonical(group, rows), axis=0)) == len(rows)
    for result in results:
        chosen = set(replaced(host, result).tolist())
        assert len(chosen) == number
        assert any(chosen <= atoms for atoms in layers)
        assert all(result.atoms.symbols[i] == "Mg" for i in chosen)
        assert np.array_equal(result.atoms.positions, host.atoms.positions)
        (change,) = result.changes
        assert (change.element, change.onto, change.number) == ("Mg", site, number)
        if host.count:
            assert change.shell == shell
            assert change.distance == pytest.approx(distances[shell], abs=2e-3)
            assert change.coverage == pytest.approx(100 * number / host.area)
            assert chosen <= set(places[result.boundary, distances[shell]])
        else:
            assert (change.shell, change.distance, change.coverage) == (None, None, None)
            assert result.boundary is None


def test_labels_say_what_and_where_and_differ(twin):
    (nearest,) = dopants(twin, "Mg", "Co")
    (farthest,) = dopants(twin, "Mg", "Co", shell=-1)
    assert (nearest.label, farthest.label) == ("Mg on Co at 0.0 Å", "Mg on Co at 4.0 Å")
    several = dopants(twin, "Al", "Co", number=2, shell=1)
    labels = [result.label for result in several]
    assert labels == [f"2 Al on Co at 2.0 Å #{n}" for n in range(1, len(several) + 1)]
    assert len(several) > 1
    bulk = boundaries.bulk(twin)
    assert [result.label for result in dopants(bulk, "Mg", "Co", shell=-1)] == ["Mg on Co"]


def test_atoms_half_way_between_boundaries_are_chosen_together(twin):
    places = at_boundary(twin, "Co")
    half_way = max(distance for _, distance in places)
    assert half_way == pytest.approx(twin.atoms.cell[2, 2] / 4, abs=1e-3)
    there = sum(len(atoms) for (_, distance), atoms in places.items() if distance == half_way)
    pairs = dopants(twin, "Mg", "Co", number=2, shell=-1)
    assert sum(result.degeneracy for result in pairs) == comb(there, 2)


def test_boundaries_that_differ_are_each_decorated(zoo):
    host = boundaries.twin(zoo["BaTiO3"], (1, 0, 1), separation=6)
    assert not host.equivalent
    at = {boundary for boundary, distance in at_boundary(host, "Ba") if distance == 0}
    assert at == {0, 1}
    assert {result.boundary for result in dopants(host, "Ca", "Ba")} == at


def test_lowest_electrostatic_energies_come_first(twin):
    results = dopants(boundaries.bulk(twin), "Zr", "Co", number=2)
    energies = []
    for result in results:
        charges = nominal_charges(result.atoms, "Li", 16)
        every = np.arange(len(charges))
        energies += list(electrostatics(result.atoms, every, charges).energies(charges[None]))
    assert np.ptp(energies) > 0.1
    assert (np.diff(energies) > -1e-5).all()
    # Zr4+ repel each other: together is worst.
    gaps = [
        neighbor_list("d", result.atoms[result.atoms.symbols == "Zr"], 6.0).min()
        for result in (results[0], results[-1])
    ]
    assert gaps[0] > gaps[1]
    few = dopants(boundaries.bulk(twin), "Zr", "Co", number=2, limit=2)
    assert len(few) == 2
    assert np.array_equal(few[0].atoms.numbers, results[0].atoms.numbers)


def test_several_species_add_up_at_one_boundary(twin):
    (first,) = dopants(twin, "Mg", "Co")
    both = dopants(first, "Al", "Co") + dopants(first, "Al", "Co", shell=1)
    assert both[0].label == "Mg on Co at 0.0 Å, Al on Co at 0.0 Å"
    for result in both:
        assert result.host is twin
        assert result.atoms.get_chemical_formula() == "AlCo14Li16MgO32"
        assert result.boundary == first.boundary
        assert [change.element for change in result.changes] == ["Mg", "Al"]
        assert result.degeneracy == 4 * result.changes[1].degeneracy
    # The other Co beside Mg on one of the two boundaries; the four of the next layer in one.
    assert [result.changes[1].degeneracy for result in both[:1]] == [1]
    assert sum(result.changes[1].degeneracy for result in both[1:]) == 4
    assert not {"Al", "Mg"} & set(twin.atoms.symbols)


def test_a_sublattice_is_chosen_by_its_label(zoo):
    host = boundaries.bulk(boundaries.twin(zoo["BaTiO3"], (1, 0, 1), separation=6))
    labels = host.atoms.arrays["sublattice"]
    for label in ("O1", "O2"):
        results = dopants(host, "F", label)
        assert sum(result.degeneracy for result in results) == np.count_nonzero(labels == label)
        for result in results:
            assert set(labels[replaced(host, result)]) == {label}
            assert (result.atoms.arrays["sublattice"] == labels).all()
    every = sum(result.degeneracy for result in dopants(host, "F", "O"))
    assert every == np.count_nonzero(host.atoms.symbols == "O")


@pytest.mark.parametrize("site", ["Co", "Li"])
def test_lithium_leaves_a_doped_host_as_it_leaves_any(twin, site):
    (doped,) = dopants(twin, "Mg", site)
    assert doped.formula_units == twin.formula_units
    for atoms in lithium(doped, 0.5, limit=4):
        assert atoms.symbols.count("Li") == 8
        assert atoms.symbols.count("Mg") == 1
        assert atoms.symbols.count("Co") == 16 - (site == "Co")
    if site == "Li":
        with pytest.raises(DelithError, match=r"content 1 is outside 0 to 0\.9375"):
            lithium(doped, 1.0)


@pytest.mark.parametrize(
    ("element", "site", "extra", "message"),
    [
        ("Mg", "Mn", {}, "no atoms on sites 'Mn' to replace: its sublattices are Co, Li, O"),
        ("Mg", "Co1", {}, "no atoms on sites 'Co1'"),
        ("Magnesium", "Co", {}, "no chemical element"),
        ("Co", "Co", {}, "what it would replace"),
        ("Li", "Co", {}, "the element that moves"),
        ("Mg", "Co", {"shell": 3}, "no shell 3: there is 0 at 0.00 Å, 1 at 2.00 Å, 2 at 4.01 Å"),
        ("Mg", "Co", {"shell": -4}, "no shell -4"),
        ("Mg", "Co", {"number": 3}, r"3 dopants do not fit in the chosen layer of Co, which has 2"),
        ("Mg", "Co", {"number": 0}, "at least one of each"),
        ("Mg", "Co", {"limit": 0}, "at least one of each"),
    ],
)
def test_what_cannot_be_is_explained(twin, element, site, extra, message):
    with pytest.raises(DelithError, match=message):
        dopants(twin, element, site, **extra)


def test_a_whole_layer_can_be_replaced_and_not_again(twin):
    (result,) = dopants(twin, "Al", "Co", number=2)
    assert result.degeneracy == 2
    with pytest.raises(DelithError, match="which has 0 Co"):
        dopants(result, "Mg", "Co")
    (next_layer,) = dopants(result, "Mg", "Co", shell=1)
    assert next_layer.changes[1].distance == pytest.approx(2.0, abs=0.01)


def test_crystals_without_redox_metals_take_dopants_of_their_own_valence(zoo):
    inversion = boundaries.inversion(zoo["ZnO"], (1, 1, 0), separation=8)
    (made, *_) = dopants(inversion, "Mg", site="Zn")
    assert made.atoms.symbols.formula.count()["Mg"] == 1
    with pytest.raises(DelithError, match="not neutral"):
        dopants(inversion, "Al", site="Zn")


def test_half_a_dopant_and_bare_atoms_are_refused(twin):
    with pytest.raises(DelithError, match=r"number 1\.5"):
        dopants(twin, "Mg", site="Co", number=1.5)
    with pytest.raises(DelithError, match="not a bare Atoms"):
        dopants(twin.atoms, "Mg", site="Co")


def test_shells_are_counted_from_each_of_two_unlike_boundaries(zoo):
    """Heads and tails of polar crystals stand at other distances from their boundaries."""
    polar = boundaries.inversion(zoo["ZnO"], (0, 0, 1), separation=8)
    near = {
        (r.boundary, r.changes[0].shell): r.changes[0].distance
        for shell in (0, 1)
        for r in dopants(polar, "Mg", "Zn", shell=shell)
    }
    assert near.keys() == {(0, 0), (1, 0), (0, 1), (1, 1)}
    away = distances(decorated(polar))[:, polar.atoms.symbols == "Zn"]
    for boundary in (0, 1):
        mine = np.unique(np.round(np.sort(away[boundary]), 3))
        assert [near[boundary, shell] for shell in (0, 1)] == pytest.approx(mine[:2], abs=1e-3)


def test_what_would_be_a_cation_does_not_replace_an_anion(lco):
    bulk = boundaries.bulk(boundaries.twin(lco, (1, 0, 4), separation=6))
    with pytest.raises(DelithError, match=r"S beside O counts as a cation of charge \+6"):
        dopants(bulk, "S", "O")
    assert dopants(bulk, "F", "O")
