"""Transition metals in the lithium layer: who moves where, what must leave, and what it costs."""

from types import SimpleNamespace

import numpy as np
import pytest
from ase.geometry import get_distances
from ase.neighborlist import neighbor_list
from ase.spacegroup import crystal
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core import Lattice, Structure

from delith import boundaries
from delith.crystals.valence import nominal_charges
from delith.decorations import dopants, exchange, jumps, lithium
from delith.errors import DelithError


@pytest.fixture(scope="module")
def twin(lco):
    return boundaries.twin(lco, (1, 0, 4), separation=8, repeat=(2, 1))


@pytest.fixture(scope="module")
def hosts(lco, twin):
    return [
        twin,
        boundaries.antiphase(lco, (1, 0, 4), separation=6, repeat=(2, 1)),
        boundaries.bulk(twin),
    ]


@pytest.fixture(scope="module")
def spinel():
    atoms = crystal(
        ["Li", "Mn", "O"],
        [(1 / 8, 1 / 8, 1 / 8), (0.5, 0.5, 0.5), (0.2625, 0.2625, 0.2625)],
        spacegroup=227,
        setting=2,
        cellpar=[8.24, 8.24, 8.24, 90, 90, 90],
    )
    return SimpleNamespace(atoms=atoms, mobile="Li", formula_units=8)


def of(atoms, element):
    return atoms.positions[atoms.symbols == element]


def gaps(atoms, these, those):
    return get_distances(these, those, cell=atoms.cell, pbc=True)[1]


def unmatched(atoms, these, those):
    """Those of the first points at which there is none of the second."""
    return these[gaps(atoms, these, those).min(axis=1, initial=9) > 1e-3]


def moves(host, result, element="Co"):
    """Sites left and places taken."""
    before, after = of(host.atoms, element), of(result.atoms, element)
    return unmatched(host.atoms, before, after), unmatched(host.atoms, after, before)


def test_none_exchanged_is_the_host_itself(twin):
    (same,) = exchange(twin, 0)
    assert same.atoms is twin.atoms
    assert (same.label, same.changes, same.boundary, same.degeneracy) == ("", (), None, 1)
    assert (same.mobile, same.formula_units) == ("Li", twin.formula_units)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 2), st.integers(1, 2), st.sampled_from([0, 1, -1]), st.integers(1, 12))
def test_octahedral_exchange_takes_the_place_of_lithium(hosts, which, number, shell, limit):
    host = hosts[which]
    results = exchange(host, number, shell=shell, limit=limit)
    assert 1 <= len(results) <= limit
    for result in results:
        atoms = result.atoms
        before, after = host.atoms.symbols.formula.count(), atoms.symbols.formula.count()
        assert after == before | {"Li": before["Li"] - number}
        left, taken = moves(host, result)
        assert len(left) == len(taken) == number
        assert not len(unmatched(atoms, taken, of(host.atoms, "Li")))
        assert not len(unmatched(atoms, of(atoms, "Li"), of(host.atoms, "Li")))
        assert gaps(atoms, taken, left).min(axis=1).max() < 3.5
        assert neighbor_list("d", atoms, 3.0).min() > 1.5
        assert np.array_equal(of(atoms, "O"), of(host.atoms, "O"))
        moved = atoms.arrays["moved"] == 1
        assert not len(unmatched(atoms, atoms.positions[moved], taken))
        assert atoms.symbols[moved].count("Co") == moved.sum() == number
        assert set(atoms.arrays["sublattice"][moved]) == {"Li"}
        (change,) = result.changes
        assert (change.element, change.onto, change.number) == ("Co", "octahedral", number)
        if host.count:
            of_cobalt = host.atoms.arrays["distance"][host.atoms.symbols == "Co"]
            layers = np.unique(of_cobalt.round(2))
            assert change.distance == pytest.approx(layers[shell], abs=0.01)
            assert layers[change.shell] == layers[shell]
            half = host.atoms.cell[2, 2] / 2
            away = left[:, 2] - half * np.rint(left[:, 2] / half)
            assert np.abs(away) == pytest.approx(change.distance, abs=1e-3)
        else:
            assert (change.distance, change.shell) == (None, None)


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 1), st.sampled_from(["octahedral", "tetrahedral"]), st.integers(1, 2))
def test_grains_and_distances_are_those_of_the_new_places(hosts, which, into, number):
    host = hosts[which]
    half = host.atoms.cell[2, 2] / 2
    for result in exchange(host, number, into=into, limit=4):
        atoms = result.atoms
        steps = atoms.positions[:, 2] / half
        distance = np.abs(steps - np.rint(steps)) * half
        assert atoms.arrays["distance"] == pytest.approx(distance, abs=1e-6)
        grain = np.where(distance < 1e-3, -1, np.floor(steps % 2))
        assert np.array_equal(atoms.arrays["grain"], grain)
        # All of it at one boundary, the one that is named.
        left, _ = moves(host, result)
        assert set(np.rint(left[:, 2] / half) % 2) == {result.boundary}
        moved = atoms.arrays["moved"] == 1
        assert distance[moved].max() <= result.changes[0].distance + 3.5
        assert result.changes[0].coverage == pytest.approx(100 * number / host.area)


def test_every_jump_out_of_the_nearest_layer_is_counted_once(hosts):
    # Equivalent results would count their jumps twice.
    for host in hosts:
        results = exchange(host, 1)
        metal = host.atoms.symbols == "Co"
        if host.count:
            nearest = host.atoms.arrays["distance"][metal].min()
            metal &= host.atoms.arrays["distance"] < nearest + 0.01
        i, j = neighbor_list("ij", host.atoms, 3.5)
        jumps = {
            (a, b) for a, b in zip(i, j, strict=True) if metal[a] and host.atoms.numbers[b] == 3
        }
        assert sum(result.degeneracy for result in results) == len(jumps)


def test_lowest_electrostatic_energies_come_first(twin):
    bulk = boundaries.bulk(twin)
    for content in (0.5, None):
        results = exchange(bulk, 2, content=content, limit=6)
        energies = []
        for result in results:
            atoms = result.atoms
            number = 14 if content is None else 8
            charges = nominal_charges(bulk.atoms, "Li", number)
            by_element = dict(zip(bulk.atoms.symbols, charges, strict=True))
            by_element["Li"] = number / 14
            structure = Structure(
                Lattice(atoms.cell[:]), list(atoms.symbols), atoms.get_scaled_positions()
            )
            structure.add_oxidation_state_by_site([by_element[s] for s in atoms.symbols])
            energies.append(EwaldSummation(structure).total_energy)
        assert (np.diff(energies) > -1e-5).all()
        assert np.ptp(energies) > 0.1
    every = exchange(bulk, 2, limit=1000)
    assert [result.label for result in every[:2]] == ["2 Co exchanged #1", "2 Co exchanged #2"]
    for few, many in zip(exchange(bulk, 2, limit=6), every, strict=False):
        assert np.array_equal(few.atoms.positions, many.atoms.positions)


def test_pairs_are_complete_and_distinct(hosts):
    # Two of the four antiphase Co nearest to one boundary, each into a lithium site within reach.
    host = hosts[1]
    results = exchange(host, 2, limit=1000)
    i, j = neighbor_list("ij", host.atoms, 3.5)
    half = host.atoms.cell[2, 2] / 2
    side = np.rint(host.atoms.positions[:, 2] / half) % 2
    near = host.atoms.arrays["distance"] < 1.1
    jumps = {
        (int(a), int(b))
        for a, b in zip(i, j, strict=True)
        if near[a] and host.atoms.symbols[a] == "Co" and host.atoms.symbols[b] == "Li"
    }
    structures = {
        (frozenset({a, c}), frozenset({b, e}))
        for a, b in jumps
        for c, e in jumps
        if a != c and b != e and side[a] == side[c]
    }
    assert sum(result.degeneracy for result in results) == len(structures)


def test_a_tetrahedron_opens_to_the_metal_across_its_face_and_three_lithium_leave(hosts):
    bulk = hosts[2]
    (result,) = exchange(bulk, 1, into="tetrahedral")
    atoms = result.atoms
    assert atoms.symbols.count("Li") == bulk.atoms.symbols.count("Li") - 3
    left, taken = moves(bulk, result)
    assert np.count_nonzero(gaps(atoms, taken, of(atoms, "O")) < 2.2) == 4
    assert gaps(atoms, left, taken).min() < 1.9
    assert gaps(atoms, taken, of(atoms, "Li")).min() > 2.5
    assert np.sort(gaps(atoms, taken, of(atoms, "Co")))[0, 1] > 2.5
    assert result.label == "1 Co exchanged (tetrahedral)"
    assert atoms.arrays["sublattice"][atoms.arrays["moved"] == 1] == ["tetrahedral"]
    for pair in exchange(bulk, 2, into="tetrahedral", limit=100):
        _, taken = moves(bulk, pair)
        assert gaps(atoms, taken[:1], taken[1:]).min() > 2.3
    # Magnesium stays where it is, so the tetrahedra on its faces are closed.
    (doped,) = dopants(bulk, "Mg", "Co")
    for beside in exchange(doped, 1, into="tetrahedral", limit=100):
        _, taken = moves(doped, beside)
        assert gaps(atoms, taken, of(doped.atoms, "Mg")).min() > 2.3


def test_manganese_goes_to_16c_or_8a_of_a_spinel(spinel):
    (result,) = exchange(spinel, 1)
    atoms = result.atoms
    assert atoms.get_chemical_formula() == "Li6Mn16O32"
    _, taken = moves(spinel, result, "Mn")
    # 16c and 16d are multiples of a quarter of the cell, and 16d was full of manganese.
    quarters = 4 * taken / 8.24
    assert np.allclose(quarters, np.rint(quarters))
    assert len(unmatched(atoms, taken, spinel.atoms.positions)) == 1
    assert gaps(atoms, taken, of(atoms, "Li")).min() > 2.5
    assert result.degeneracy == 16 * 6
    (inverse,) = exchange(spinel, 1, into="tetrahedral")
    assert inverse.atoms.get_chemical_formula() == "Li7Mn16O32"
    _, taken = moves(spinel, inverse, "Mn")
    assert not len(unmatched(atoms, taken, of(spinel.atoms, "Li")))
    assert inverse.degeneracy == 8 * 12


def test_lithium_leaves_what_is_left(twin):
    result = exchange(twin, 2)[0]
    for atoms in lithium(result, 0.5, limit=5):
        assert atoms.symbols.count("Li") == 8
        assert atoms.symbols.count("Co") == 16
        assert atoms.arrays["moved"].sum() == 2
    with pytest.raises(DelithError, match=r"content 1 is outside 0 to 0\.875"):
        lithium(result, 1.0)


def test_steps_add_up(twin):
    first = exchange(twin, 1)[0]
    for second in exchange(first, 1):
        assert second.host is twin
        assert second.label.startswith("1 Co exchanged #1, 1 Co exchanged")
        left, taken = moves(twin, second)
        assert second.atoms.arrays["moved"].sum() == len(left) == len(taken) == 2
        assert second.boundary == first.boundary
    doped = dopants(first, "Mg", "Co")
    for result in doped:
        assert result.atoms.symbols[result.atoms.arrays["moved"] == 1].count("Co") == 1
        assert len(lithium(result, 0.25, limit=2)) == 2
    (nickel,) = dopants(twin, "Ni", "Co")
    for result in exchange(nickel, 1, element="Ni"):
        assert result.atoms.symbols[result.atoms.arrays["moved"] == 1].count("Ni") == 1
        assert result.changes[1].element == "Ni"
    (blocked,) = dopants(twin, "Mg", "Li", number=2)
    for result in exchange(blocked, 1):
        assert not len(unmatched(twin.atoms, of(result.atoms, "Mg"), of(blocked.atoms, "Mg")))
        assert neighbor_list("d", result.atoms, 3.0).min() > 1.5


@pytest.mark.parametrize(
    ("number", "extra", "message"),
    [
        (3, {}, "3 Co cannot be exchanged, 2 can"),
        (1, {"reach": 1.0}, "1 Co cannot be exchanged, 0 can"),
        (1, {"shell": 3}, r"Co has no shell 3: there is 0 at 0.00 Å, 1 at 2.00 Å, 2 at 4.01 Å"),
        (1, {"into": "cubic"}, "choose tetrahedral or octahedral"),
        (1, {"element": "Mn"}, "element is Mn, and the transition metals of .* are Co: name one"),
        (1, {"element": "O"}, "element is O"),
        (-1, {}, "at least 0"),
        (1, {"limit": 0}, "at least 1"),
    ],
)
def test_what_cannot_be_is_explained(twin, number, extra, message):
    with pytest.raises(DelithError, match=message):
        exchange(twin, number, **extra)


def test_where_there_are_several_metals_one_must_be_named(twin):
    (mixed,) = dopants(twin, "Ni", "Co")
    with pytest.raises(DelithError, match=r"not given, and the transition metals of .* are Co, Ni"):
        exchange(mixed, 1)


def test_no_places_have_no_distances(lco):
    """As where a host has no free interstice of a kind."""
    nowhere = np.empty((0, 3))
    assert jumps.gaps(lco.atoms, nowhere, lco.atoms.positions).shape == (0, len(lco.atoms))
    assert jumps.gaps(lco.atoms, lco.atoms.positions, nowhere).shape == (len(lco.atoms), 0)
