"""Cosets: a partition of the parent's group, and exactly the ways to order the crystal on it."""

from itertools import product

import numpy as np
import pytest
import spglib
from hypothesis import given, settings
from hypothesis import strategies as st

from delith import crystals
from delith.crystals.cosets import Cosets, Operation
from delith.crystals.parent import parent
from delith.errors import DelithError

#: Crystals, and the parents on which they order.
ORDERED = [
    ("LiCoO2", "sites"),
    ("LiCoO2", "anions"),
    ("LiMn2O4", "anions"),
    ("LiNi0.5Mn1.5O4", "sites"),
    ("LiCoO2_spinel", "sites"),
    ("CuInSe2", "sites"),
    ("Ba2MgWO6", "sites"),
    ("Ni3Al", "sites"),
    ("NiAl", "sites"),
    ("CuAu", "sites"),
]
#: With those that differ from their parent by displacements only, or not at all.
ALL = [
    *ORDERED,
    ("BaTiO3", "sites"),
    ("SiO2", "sites"),
    ("ZnO", "sites"),
    ("ZnO", "anions"),
    ("CuInSe2", "anions"),
    ("TiO2", "anions"),
    ("NaCl", "sites"),
]


@pytest.fixture(scope="module")
def cosets(zoo):
    """Cosets of a crystal in one of its parents."""
    return lambda name, kept="sites": Cosets.of(zoo[name], parent(zoo[name], kept))


def step(row):
    return Operation(np.eye(3, dtype=np.int64), np.asarray(row, dtype=float))


def key(operation, lattice):
    """The same for operations that differ by a translation of the crystal."""
    fractions = np.linalg.solve(lattice.T, operation.translation)
    # rounding must not tell 0 from 1, nor one side of a step from the other
    rest = np.floor(np.round((fractions - np.floor(fractions + 1e-4)) * 1e3) + 0.5)
    return operation.rotation.tobytes(), *rest.astype(int)


def order(crystal):
    """Operations of a crystal for each of its primitive cells."""
    atoms = crystal.primitive_atoms
    fractions = atoms.positions @ np.linalg.inv(crystal.primitive)
    cell = crystal.primitive, fractions, atoms.numbers
    return len(spglib.get_symmetry(cell, symprec=1e-3)["rotations"])


def turned(operation, lattice):
    """Translations of the crystal that an operation takes it into, rows."""
    return lattice @ operation.rotation.T


@pytest.mark.parametrize(("name", "kept"), ALL)
def test_there_are_as_many_cosets_as_the_orders_of_the_groups_demand(zoo, cosets, name, kept):
    found = parent(zoo[name], kept)
    assert len(cosets(name, kept)) * order(zoo[name]) == found.order


@pytest.mark.parametrize(("name", "kept"), ALL)
def test_cosets_share_no_operation_and_hold_all(cosets, name, kept):
    found = cosets(name, kept)
    keys = [key(e, turned(e, found.lattice)) for n in range(len(found)) for e in found.elements(n)]
    assert len(set(keys)) == len(keys) == found.parent.order


@pytest.mark.parametrize(("name", "kept"), ALL)
def test_every_element_has_the_number_of_its_coset(cosets, name, kept):
    found = cosets(name, kept)
    for number in range(len(found)):
        assert found.number(found.representative(number)) == number
        assert {found.number(e) for e in found.elements(number)} == {number}
        assert found.orientation(number) == number // len(found.shifts)
    first = found.representative(0)
    assert (first.rotation == np.eye(3)).all()
    assert not first.translation.any()


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_coset_is_closed_under_the_crystals_group_applied_first(cosets, data):
    found = cosets(*data.draw(st.sampled_from(ALL)))
    number = data.draw(st.integers(0, len(found) - 1))
    element = data.draw(st.sampled_from(found.elements(number)))
    own = data.draw(st.sampled_from(found.own))
    move = step(np.array(data.draw(st.tuples(*[st.integers(-3, 3)] * 3))) @ found.lattice)
    assert found.number(element @ own @ move) == number
    assert found.number(element @ move @ own) == number


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_operations_of_the_parent_permute_the_cosets(cosets, data):
    found = cosets(*data.draw(st.sampled_from(ALL)))
    k = data.draw(st.integers(0, len(found.parent.rotations) - 1))
    move = step(data.draw(st.tuples(*[st.integers(-3, 3)] * 3)))
    g = move @ Operation(found.parent.rotations[k], found.parent.translations[k])
    images = [found.number(g @ found.representative(n)) for n in range(len(found))]
    assert sorted(images) == list(range(len(found)))
    assert [found.number(g.inverse() @ found.representative(n)) for n in images] == list(
        range(len(found))
    )


def decoration(crystal, found, operation, period):
    """Which element stands where, in a cube of the parent that repeats every variant."""
    source = crystal.primitive_atoms
    to_parent = np.linalg.inv(crystal.atoms.cell[:]) @ np.linalg.inv(found.parent.basis)
    ideal = found.parent.ideal(source.positions @ to_parent)
    steps = np.array(list(product(range(period), repeat=3))) @ found.lattice % period
    sites = (np.unique(steps, axis=0)[:, None] + ideal).reshape(-1, 3)
    sites = sites @ operation.rotation.T + operation.translation
    fine = np.floor(sites * 240 + 0.37).astype(int) % (240 * period)
    numbers = np.resize(source.numbers, len(sites))
    return frozenset(zip(*fine.T.tolist(), numbers.tolist(), strict=True))


def common_period(lattice):
    """Shortest edge of a cube of the parent's vectors that is a supercell of the crystal."""
    inverse = np.linalg.inv(lattice)
    return next(n for n in range(1, 100) if np.allclose(n * inverse, np.rint(n * inverse)))


@pytest.mark.parametrize(("name", "kept"), ORDERED)
def test_cosets_are_the_distinct_ways_to_order_the_crystal_on_its_parent(zoo, cosets, name, kept):
    """All elements of a coset put the same species on the same sites, no two cosets do."""
    crystal, found = zoo[name], cosets(name, kept)
    period = common_period(found.lattice)
    seen = []
    for number in range(len(found)):
        elements = found.elements(number)
        orders = {
            decoration(crystal, found, e, period)
            for e in elements[:: max(1, len(elements) // 6)]  # six are enough and quick
        }
        assert len(orders) == 1
        seen.append(orders.pop())
    sites = {tuple(site[:3]) for site in seen[0]}
    if kept == "sites":  # of the anion lattice each variant fills other interstices
        assert all({tuple(site[:3]) for site in other} == sites for other in seen)
    assert len(set(seen)) == len(seen)


def test_displacements_alone_leave_the_order_as_it_is(zoo, cosets):
    """On idealised sites the six variants of BaTiO3 are one crystal."""
    crystal, found = zoo["BaTiO3"], cosets("BaTiO3")
    assert len({decoration(crystal, found, found.representative(n), 1) for n in range(6)}) == 1


def test_layered_oxides_know_two_relations_antiphase_and_twin(cosets):
    for name in ("LiCoO2", "LiNiO2"):
        assert cosets(name).relations() == [0, 1, *[2] * 6]


@pytest.mark.parametrize("name", ["LiCoO2", "CuInSe2", "LiNi0.5Mn1.5O4", "CuAu", "SiO2"])
def test_relations_are_double_cosets(cosets, name):
    """By brute force: h g h' or its inverse, for all h and h' of the crystal's group."""
    found = cosets(name)
    relations = found.relations()
    moves = [step(np.array(n) @ found.lattice) for n in product((0, 1), repeat=3)]
    for one in range(len(found)):
        g = found.representative(one)
        reached = {
            found.number(own @ move @ k)
            for k in (g, g.inverse())
            for own in found.own
            for move in moves
        }
        assert {relations[other] for other in reached} == {relations[one]}
        # translations by two vectors and more reach nothing new here
        assert reached == {n for n, r in enumerate(relations) if r == relations[one]}


def test_an_operation_and_its_inverse_are_one_relation():
    """In a crystal without symmetry each is a double coset of its own, and they differ."""
    crystal = crystals.load("LiNi0.5Mn1.5O4_disordered")
    found = Cosets.of(crystal, parent(crystal))
    back = [found.number(found.representative(n).inverse()) for n in range(len(found))]
    assert len(found) == 192
    assert max(np.subtract(back, range(len(found)))) > 0
    assert found.relations() == [
        sorted({min(pair) for pair in enumerate(back)}).index(min(pair)) for pair in enumerate(back)
    ]


def test_a_parent_of_another_crystal_is_refused(zoo):
    with pytest.raises(DelithError, match="not a child"):
        Cosets.of(zoo["SrTiO3"], parent(zoo["ZnO"]))


rotations = st.sampled_from(
    [
        w
        for w in np.array(list(product((-1, 0, 1), repeat=9)), dtype=int).reshape(-1, 3, 3)
        if (w @ w.T == np.eye(3)).all()
    ]
)
operations = st.builds(
    Operation, rotations, st.tuples(*[st.integers(-24, 24)] * 3).map(lambda t: np.array(t) / 24)
)


@given(operations, operations, operations)
def test_operations_multiply_as_a_group(a, b, c):
    left, right = (a @ b) @ c, a @ (b @ c)
    assert (left.rotation == right.rotation).all()
    assert left.translation == pytest.approx(right.translation)
    point = np.array([0.1, 0.7, -0.3])
    after = b.rotation @ point + b.translation
    assert (a @ b).rotation @ point + (a @ b).translation == pytest.approx(
        a.rotation @ after + a.translation
    )
    for nothing in (a @ a.inverse(), a.inverse() @ a):
        assert (nothing.rotation == np.eye(3)).all()
        assert nothing.translation == pytest.approx(0)


CELL = np.diag([4.0, 5.0, 6.0])


@pytest.mark.parametrize(
    ("diagonal", "translation", "slip"),
    [
        ((1, 1, 1), (0.5, 0, 0.5), np.hypot(2, 3)),  # translation
        ((1, 1, -1), (0, 0, 0.3), 0),  # mirror, off the origin
        ((1, 1, -1), (0.5, 0, 0.3), 2),  # glide
        ((-1, -1, 1), (0.2, 0.4, 0), 0),  # axis, off the origin
        ((-1, -1, 1), (0.2, 0.4, 0.5), 3),  # screw
        ((-1, -1, -1), (0.2, 0.4, 0.5), 0),  # inversion
    ],
)
def test_slip_is_what_a_glide_or_screw_moves_along(diagonal, translation, slip):
    operation = Operation(np.diag(diagonal), np.array(translation))
    assert operation.slip(CELL) == pytest.approx(slip)


def test_elements_come_with_least_slip(cosets):
    """No translation of the crystal makes them purer."""
    found = cosets("LiCoO2")
    cell = found.parent.cell
    steps = [step(np.array(n) @ found.lattice) for n in product((-2, -1, 0, 1, 2), repeat=3)]
    for number in range(len(found)):
        for e in found.elements(number):
            least = min((e @ s).slip(cell) for s in steps)
            assert e.slip(cell) == pytest.approx(least, abs=2e-3)
