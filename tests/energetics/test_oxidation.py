"""Oxidation states by hand, and on bulk end members with the potentials that give moments."""

from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms
from ase.spacegroup import crystal
from cells import moments, without
from toy import BULK, record

from delith import crystals, relaxation
from delith.energetics import net_charge, oxidation_states

POTENTIALS = ("chgnet-r2scan", "chgnet")


def made(atoms, magmoms, units=1):
    host = replace(BULK, formula_units=units)
    given = None if magmoms is None else np.array(magmoms, dtype=float)
    return replace(record(host, 0, 0.0), atoms=atoms, start=atoms, magmoms=given)


@pytest.mark.parametrize(
    ("element", "moment", "state"),
    [
        ("Co", 0.0, 3),
        ("Co", 0.45, np.nan),
        ("Co", 1.0, 4),
        ("Co", 1.8, np.nan),
        ("Co", 2.7, 2),
        ("Co", 3.1, np.nan),
        ("Ni", 0.1, 4),
        ("Ni", 0.6, np.nan),
        ("Ni", 1.0, 3),
        ("Ni", 1.45, np.nan),
        ("Ni", 1.7, 2),
        ("Mn", 1.0, np.nan),
        ("Mn", 3.0, 4),
        ("Mn", 3.5, np.nan),
        ("Mn", 3.9, 3),
        ("Mn", 4.6, 2),
    ],
)
def test_moments_tell_the_state_whatever_their_sign(element, moment, state):
    atoms = Atoms(f"{element}2O", cell=[5, 5, 5], pbc=True)
    found = oxidation_states(made(atoms, [moment, -moment, 0]))
    assert found == pytest.approx([state, state, -2], nan_ok=True)


def test_ions_without_moments_have_their_valence_and_iron_none():
    atoms = Atoms("LiMgAlFeO4", cell=[5, 5, 5], pbc=True)
    found = oxidation_states(made(atoms, np.zeros(8)))
    assert found == pytest.approx([1, 2, 3, np.nan, -2, -2, -2, -2], nan_ok=True)


def test_without_moments_metals_are_not_known():
    atoms = Atoms("LiCoO2", cell=[5, 5, 5], pbc=True)
    unknown = made(atoms, None)
    assert oxidation_states(unknown) == pytest.approx([1, np.nan, -2, -2], nan_ok=True)
    assert np.isnan(net_charge(unknown))


def test_charge_is_counted_and_not_forced():
    """Two CoO2, one cobalt read as 3+: one electron too many for two formula units."""
    atoms = Atoms("Co2O4", cell=[5, 5, 5], pbc=True)
    assert net_charge(made(atoms, [1, 1, 0, 0, 0, 0], units=2)) == 0
    assert net_charge(made(atoms, [1, 0, 0, 0, 0, 0], units=2)) == -0.5
    assert np.isnan(net_charge(made(atoms, [1, 0.45, 0, 0, 0, 0], units=2)))


@pytest.mark.parametrize("potential", POTENTIALS)
@pytest.mark.parametrize(
    ("name", "states"),
    [("LiCoO2", {"Co": 3}), ("CoO2_O1", {"Co": 4}), ("LiNi0.5Mn1.5O4", {"Ni": 2, "Mn": 4})],
)
def test_bulk_end_members_as_measured(name, states, potential):
    atoms = crystals.load(name).atoms
    bulk = made(atoms, moments(atoms, potential))
    found = oxidation_states(bulk)
    for element, state in states.items():
        assert set(found[atoms.symbols == element]) == {state}
    assert net_charge(bulk) == 0


@pytest.mark.parametrize("potential", POTENTIALS)
def test_nickel_that_was_not_relaxed_after_lithium_left_fails_the_charge_check(potential):
    """Both models still give 1.7 μB, Ni2+: four electrons too many in four Ni0.5Mn1.5O4."""
    atoms = without(crystals.load("LiNi0.5Mn1.5O4").atoms)
    assert net_charge(made(atoms, moments(atoms, potential), units=8)) == -1


LIMN2O4 = crystal(
    ("Li", "Mn", "O"),
    [(0, 0, 0), (0.625, 0.625, 0.625), (0.3875, 0.3875, 0.3875)],
    spacegroup=227,
    cellpar=(8.24, 8.24, 8.24, 90, 90, 90),
    primitive_cell=True,
)
LINIO2 = crystal(
    ("Li", "Ni", "O"),
    [(0, 0, 0), (0, 0, 0.5), (0, 0, 0.2415)],
    spacegroup=166,
    cellpar=(2.878, 2.878, 14.19, 90, 90, 120),
)


@pytest.mark.slow
@pytest.mark.parametrize("potential", POTENTIALS)
@pytest.mark.parametrize(
    ("atoms", "states"),
    [
        (without(crystals.load("LiNi0.5Mn1.5O4").atoms), {"Ni": [4] * 4, "Mn": [4] * 12}),
        (LIMN2O4, {"Mn": [3, 3, 4, 4]}),
        (LINIO2, {"Ni": [3] * 3}),
    ],
    ids=["Ni0.5Mn1.5O4", "LiMn2O4", "LiNiO2"],
)
def test_relaxed_bulk_end_members(atoms, states, potential):
    """LiMn2O4 parts into Mn3+ and Mn4+ of itself."""
    relaxed = relaxation.relax(atoms, potential, cell="full", fmax=0.02)
    bulk = made(relaxed.atoms, relaxed.magmoms)
    found = oxidation_states(bulk)
    for element, expected in states.items():
        assert sorted(found[relaxed.atoms.symbols == element]) == expected
    assert net_charge(bulk) == 0
