"""Ordered beside disordered: the sites of one crystal, the metals of one grain mixed."""

from collections import Counter

import numpy as np
import pytest
from ase.neighborlist import neighbor_list

from delith import boundaries, crystals
from delith.errors import DelithError
from delith.study import Study
from delith.study.choices import BoundaryChoice
from delith.study.planning import plan


@pytest.fixture(scope="module")
def lnmo():
    return crystals.load("LiNi0.5Mn1.5O4")


@pytest.fixture(scope="module")
def interface(lnmo):
    return boundaries.interface(lnmo, (1, 0, 0), ("Ni", "Mn"), separation=8.0)


def environments(atoms, element, other):
    """Numbers of `other` neighbours of `element` within 3 Å."""
    i, j = neighbor_list("ij", atoms, 3.0)
    symbols = np.array(atoms.symbols)
    here = np.flatnonzero(symbols == element)
    return np.bincount(i[symbols[j] == other], minlength=len(atoms))[here]


@pytest.mark.parametrize("plane", [(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 1, 2)])
def test_one_grain_is_ordered_and_the_other_mixed(lnmo, plane):
    made = boundaries.interface(lnmo, plane, ("Ni", "Mn"), separation=8.0)
    atoms, bulk = made.atoms, boundaries.bulk(made).atoms
    grain = atoms.arrays["grain"]
    np.testing.assert_allclose(atoms.positions, bulk.positions, atol=1e-9)
    assert (atoms.numbers[grain == 0] == bulk.numbers[grain == 0]).all()
    changed = atoms.numbers != bulk.numbers
    assert changed.any()
    assert set(atoms.symbols[changed]) == {"Ni", "Mn"}
    for part in (0, 1):
        assert Counter(atoms.symbols[grain == part]) == Counter(bulk.symbols[grain == part])
    assert (made.kind, made.equivalent, made.excess) == ("interface", False, {})
    for cell in (made, boundaries.disordered_bulk(made)):
        labels = cell.atoms.arrays["sublattice"][changed]
        assert (labels == np.array(cell.atoms.symbols)[changed]).all()


def test_disordered_bulk_repeats_the_mixed_grain(interface):
    bulk = boundaries.disordered_bulk(interface)
    grain = interface.atoms.arrays["grain"]
    assert (bulk.atoms.numbers[grain == 1] == interface.atoms.numbers[grain == 1]).all()
    # periodic with half the cell: every surrounding comes twice
    for pair in (("Ni", "Ni"), ("Ni", "Mn")):
        counts = Counter(environments(bulk.atoms, *pair).tolist())
        assert all(n % 2 == 0 for n in counts.values())
    ordered = environments(boundaries.bulk(interface).atoms, "Ni", "Ni")
    assert environments(bulk.atoms, "Ni", "Ni").sum() > ordered.sum()


def test_arrangements_follow_the_seed(lnmo, interface):
    again = boundaries.interface(lnmo, (1, 0, 0), ("Ni", "Mn"), separation=8.0)
    assert (again.atoms.numbers == interface.atoms.numbers).all()


def test_elements_that_cannot_be_mixed_are_refused(lnmo):
    with pytest.raises(DelithError, match="Co"):
        boundaries.interface(lnmo, (1, 0, 0), ("Ni", "Co"), separation=8.0)


@pytest.mark.parametrize("elements", [("Ni", "O"), ("Li", "Ni")])
def test_only_metals_that_stay_share_sites(lnmo, elements):
    with pytest.raises(DelithError, match=f"{elements[0]}, {elements[1]} share no sites"):
        boundaries.interface(lnmo, (1, 0, 0), elements, separation=8.0)


def test_an_element_that_is_named_twice_is_one(lnmo, interface):
    made = boundaries.interface(lnmo, (1, 0, 0), ("Ni", "Mn", "Mn"), separation=8.0)
    assert made.label == interface.label == "interface (100) Mn/Ni disordered"
    assert (made.atoms.numbers == interface.atoms.numbers).all()


def test_study_compares_half_with_each_kind_of_bulk():
    choice = BoundaryChoice(kind="interface", plane=(1, 0, 0), elements=["Ni", "Mn"])
    given = {"crystal": "LiNi0.5Mn1.5O4", "boundaries": [choice], "separation": 8}
    planned = plan(Study.model_validate(given | {"lithium": [1.0]}))
    mixed, whole = sorted(planned.boundary, key=lambda g: g.host.count)
    assert (mixed.host.kind, whole.host.kind) == ("bulk", "interface")
    task = next(t for g in (whole,) for t in planned._tasks(g, "chgnet", planned.study.relax, None))
    assert (task.host.reference, task.host.other) == ("bulk for (100)", mixed.host.label)


@pytest.mark.parametrize(
    "keys",
    [
        {"kind": "interface", "plane": (1, 0, 0)},
        {"kind": "antiphase", "plane": (1, 0, 0), "elements": ["Ni", "Mn"]},
    ],
)
def test_interfaces_and_no_others_take_elements(lnmo, keys):
    with pytest.raises(DelithError, match="takes elements"):
        BoundaryChoice(**keys).build(lnmo, 8.0, (1, 1))
