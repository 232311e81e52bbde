"""Nominal valences: who is reduced first, and what a dopant does to its host."""

import numpy as np
import pytest
from ase import Atoms
from hypothesis import assume, given
from hypothesis import strategies as st

from delith.crystals.valence import LADDER, is_anion, nominal_charges, valence, valences
from delith.errors import DelithError

METALS = sorted({element for element, _ in LADDER})
SPINEL = "Li8Ni4Mn12O32"


def shift_of(before, after):
    was, now = valences(before, "Li"), valences(after, "Li")
    return {element: now[element] - was[element] for element in was if element in now}


def only(known, *elements):
    return {element: pytest.approx(known[element]) for element in elements}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("LiCoO2", {"Co": 3}),
        ("Li2Co4O8", {"Co": 3.5}),
        ("LiMn2O4", {"Mn": 3.5}),
        ("Li2NiMn3O8", {"Ni": 2, "Mn": 4}),
        ("LiNiMn3O8", {"Ni": 3, "Mn": 4}),
        ("NiMn3O8", {"Ni": 4, "Mn": 4}),
        ("Li3NiCoMnO6", {"Ni": 2, "Co": 3, "Mn": 4}),
        ("LiNiCoMnO6", {"Ni": 4, "Co": 3, "Mn": 4}),
        ("NiCoMnO6", {"Ni": 4, "Co": 4, "Mn": 4}),
        ("LiCoMnO4", {"Co": 3, "Mn": 4}),
        ("LiCrMnO4", {"Cr": 3, "Mn": 4}),
        ("Li2CuMn3O8", {"Cu": 2, "Mn": 4}),
        ("Li2FeMn(PO4)2", {"Fe": 2, "Mn": 2, "P": 5}),
        ("LiFeMn(PO4)2", {"Fe": 3, "Mn": 2}),
        ("LiTiS2", {"Ti": 3, "S": -2}),
        ("LiTiMnO4", {"Ti": 4, "Mn": 3}),
        ("Ba2MgWO6", {"Mg": 2, "W": 6}),
    ],
)
def test_valences_are_those_chemists_write(formula, expected):
    assert only(valences(Atoms(formula), "Li"), *expected) == expected


def test_charges_are_the_valences_of_what_is_left():
    full = Atoms(SPINEL)
    half = full[np.delete(np.arange(len(full)), [0, 3, 5])]
    charges = nominal_charges(full, "Li", 5)
    known = valences(half, "Li")
    assert charges == pytest.approx([known[element] for element in full.symbols])


@given(
    st.dictionaries(st.sampled_from(METALS), st.integers(1, 4), min_size=1),
    st.integers(0, 12),
    st.integers(1, 12),
)
def test_cells_are_neutral_and_lithium_reduces(metals, lithium, oxygen):
    framework = "".join(f"{element}{n}" for element, n in metals.items()) + f"O{oxygen}"
    less, more = (
        valences(Atoms(f"Li{n}{framework}" if n else framework), "Li")
        for n in (lithium, lithium + 1)
    )
    total = lithium - 2 * oxygen + sum(n * less[element] for element, n in metals.items())
    assert total == pytest.approx(0, abs=1e-9)
    changes = [metals[element] * (more[element] - less[element]) for element in metals]
    assert max(changes) < 1e-9
    assert sum(changes) == pytest.approx(-1)


@given(
    st.sampled_from(["Mg", "Al", "Zn", "Ga", "Sc", "Ti", "Zr", "Nb", "Ta", "W"]),
    st.sampled_from(["Ni", "Mn"]),
    st.integers(0, 8),
)
def test_a_dopant_of_lower_valence_oxidises_the_host_and_one_of_higher_reduces_it(
    element, replaced, lithium
):
    before = Atoms(SPINEL)
    before = before[np.append(np.arange(lithium), np.arange(8, len(before)))]
    after = before.copy()
    after.symbols[list(before.symbols).index(replaced)] = element
    given_up = valences(before, "Li")[replaced] - valence(element, [element, "O"])
    assume(abs(given_up) > 1e-9)
    shift = shift_of(before, after)
    host = {metal: list(after.symbols).count(metal) for metal in ("Ni", "Mn")}
    assert sum(n * shift[metal] for metal, n in host.items()) == pytest.approx(given_up)
    assert all(shift[metal] * given_up > -1e-9 for metal in host)


def test_magnesium_on_manganese_raises_nickel():
    before, after = Atoms(SPINEL), Atoms("Li8Ni4Mn11MgO32")
    shift = shift_of(before, after)
    assert shift == {
        "Li": 0,
        "Ni": pytest.approx(0.5),
        "Mn": pytest.approx(0),
        "O": 0,
    }


def test_beyond_the_ladder_the_metals_share_evenly():
    known = valences(Atoms("Ni4Mn11MgO32"), "Li")
    assert only(known, "Ni", "Mn") == {"Ni": 4 + 2 / 15, "Mn": 4 + 2 / 15}
    known = valences(Atoms("Ni4Mn10MgTiO32"), "Li")
    assert only(known, "Ni", "Mn", "Ti") == {"Ni": 4 + 1 / 7, "Mn": 4 + 1 / 7, "Ti": 4}
    known = valences(Atoms("Li20Mn4Ni4O8"), "Li")
    assert known["Mn"] == pytest.approx(known["Ni"])


@pytest.mark.parametrize(
    ("expected", "elements"),
    [(-1, "F"), (1, "Na"), (2, "Mg Zn Cu"), (3, "Al Ga Fe B"), (4, "Ti Zr Si"), (5, "Nb P")],
)
def test_dopants_have_their_common_valence_in_the_spinel(expected, elements):
    for element in elements.split():
        known = valences(Atoms(f"Li8Ni4Mn12O31{element}"), "Li")
        assert known[element] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("formula", "anions"),
    [
        ("LiCoO2", "O"),
        ("LiFePO4", "O"),
        ("LiFeSO4F", "OF"),
        ("TiS2", "S"),
        ("NiAl", ""),
        ("He", ""),
    ],
)
def test_anions_are_what_takes_electrons(formula, anions):
    atoms = Atoms(formula)
    assert set(atoms.symbols[is_anion(atoms)]) == set(anions)


def test_a_neutral_compound_needs_no_redox_metal():
    assert valences(Atoms("Zn3MgO4"), None) == {"Zn": 2, "Mg": 2, "O": -2}
    with pytest.raises(DelithError, match="AlO4Zn3 is not neutral"):
        valences(Atoms("Zn3AlO4"), None)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("Li7PS6", {"S": -2, "P": 5}),
        ("Li6PS5Cl", {"S": -2, "P": 5, "Cl": -1}),
        ("LiTi4S7Cl", {"S": -2, "Ti": 3.5}),
        ("Li2FeCl4", {"Fe": 2}),
        ("Na2MnFe(CN)6", {"Fe": 2, "Mn": 2, "C": 2, "N": -3}),
        ("MnCN2", {"Mn": 2, "C": 4, "N": -3}),
        ("Li2CN2", {"C": 4, "N": -3}),
        ("LiFeSO4F", {"S": 6, "Fe": 2, "F": -1}),
    ],
)
def test_several_kinds_of_anion(formula, expected):
    atoms = Atoms(formula)
    found = valences(atoms, "Na" if "Na" in atoms.symbols else "Li")
    assert only(found, *expected) == expected
