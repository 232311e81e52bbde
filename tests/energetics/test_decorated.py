"""Segregation and exchange energies by hand, from records of ten square ångströms."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from toy import BULK, TWIN, record

from delith.energetics import boundary_energies, decoration_energies
from delith.facts import State
from delith.units import EV_PER_A2

NEAR = State(dopant="Mg on Co", dopants=1, shell=0, distance=0.0)
FAR = replace(NEAR, shell=2, distance=6.0)
IN_BULK = State(dopant="Mg on Co", dopants=1)
MOVED = State(exchanged=1)


def decorated(host, state, lithium, energy, **more):
    made = record(host, lithium, energy, **more)
    atoms = made.atoms.copy()
    if state.dopant:
        atoms.symbols[0] = "Mg"
    key = f"{made.key} {state.label}"
    return replace(made, state=state, atoms=atoms, start=atoms, key=key)


@pytest.fixture
def records():
    return [
        record(BULK, 4, -40.0),
        record(BULK, 2, -30.0),
        record(TWIN, 4, -38.0),
        record(TWIN, 2, -27.5),
        decorated(BULK, IN_BULK, 4, -36.0),
        decorated(TWIN, NEAR, 4, -34.5),
        decorated(TWIN, NEAR, 4, -34.4, ordering=1),
        decorated(TWIN, NEAR, 4, -99.0, ordering=2, problem="left its basin"),
        decorated(TWIN, FAR, 4, -34.0),
        decorated(BULK, MOVED, 2, -29.4),
        decorated(TWIN, MOVED, 2, -27.7),
    ]


def row(table, **wanted):
    found = table[(table[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


def test_segregation_is_the_boundary_less_the_bulk(records):
    """(−34.5 + 38) − (−36 + 40) = −0.5 eV; the unusable one does not count, the higher neither."""
    near = row(decoration_energies(records), state=NEAR.label)
    assert near.energy_eV == pytest.approx(3.5)
    assert near.bulk_energy_eV == pytest.approx(4.0)
    assert near.segregation_energy_eV == pytest.approx(-0.5)
    assert near.delta_gamma_J_per_m2 == pytest.approx(-0.05 * EV_PER_A2)
    assert near.coverage_per_nm2 == pytest.approx(10.0)
    assert (near.distance_A, near.converged) == (0.0, 2)
    assert row(
        decoration_energies(records), state=FAR.label
    ).segregation_energy_eV == pytest.approx(0.0)


def test_lower_valence_oxidises_the_host(records):
    """Li4 Co4 has Co at 0 here, for lack of oxygen: Mg at 2 takes two electrons less from it."""
    assert "Co" in row(decoration_energies(records), state=NEAR.label).valence_shift


def test_exchange_costs_what_it_costs_at_each_place(records):
    moved = row(decoration_energies(records), exchanged=1)
    assert moved.energy_eV == pytest.approx(-0.2)
    assert moved.bulk_energy_eV == pytest.approx(0.6)
    assert moved.segregation_energy_eV == pytest.approx(-0.8)


def test_doped_boundaries_compare_with_doped_bulk(records):
    table = boundary_energies(records)
    near = row(table, state=NEAR.label)
    # one of the two boundaries is doped: their sum
    assert near.gamma_J_per_m2 == pytest.approx((-34.5 + 36.0) / 10 * EV_PER_A2)
    assert not near.boundaries_equivalent
    plain = row(table, state="", lithium_content=1.0)
    assert plain.gamma_J_per_m2 == pytest.approx(2.0 / 20 * EV_PER_A2)


def test_bulk_may_exchange_as_the_boundary_does(records):
    """Same composition, one hull: exchanged bulk that is lower is the reference for both."""
    lower = [decorated(BULK, MOVED, 2, -30.6), *records]
    table = boundary_energies(lower)
    for state, energy, area in (("", -27.5, 20), ("1 exchanged", -27.7, 10)):
        found = row(table, state=state, lithium_content=0.5)
        assert found.gamma_J_per_m2 == pytest.approx((energy + 30.6) / area * EV_PER_A2)


def test_exchanged_bulk_is_no_stand_in_for_bulk_that_failed(records):
    plain = [r for r in records if r.host is not BULK or r.state != State() or r.content != 0.5]
    failed = record(BULK, 2, -30.0, problem="not converged")
    table = boundary_energies([failed, *plain])
    half = table[table.lithium_content == 0.5]
    assert len(half) == 2
    assert half.gamma_J_per_m2.isna().all()


def test_a_dopant_in_a_smaller_bulk_gives_no_gamma(records):
    """It would weigh more there; segregation energies are differences and stay."""
    thick = replace(TWIN, formula_units=5)
    full = [r for r in records if r.content == 1]
    climbing = [replace(r, host=thick, mobile_count=5) if r.host is TWIN else r for r in full]
    assert np.isnan(row(boundary_energies(climbing), state=NEAR.label).gamma_J_per_m2)
    near = row(decoration_energies(climbing), state=NEAR.label)
    assert np.isfinite(near.segregation_energy_eV)


def test_polar_boundaries_are_marked():
    polar = replace(TWIN, polar=True, equivalent=False)
    assert boundary_energies([record(BULK, 4, -40.0), record(polar, 4, -38.0)]).polar.all()


def test_without_bulk_or_plain_cells_there_is_no_number(records):
    alone = decoration_energies([r for r in records if r.state == NEAR])
    assert alone.segregation_energy_eV.isna().all()
    assert len(decoration_energies([])) == 0


def test_excess_atoms_need_a_reservoir():
    rich = replace(TWIN, excess="Co+1")
    table = boundary_energies([record(BULK, 4, -40.0), record(rich, 4, -38.0)])
    assert table.gamma_J_per_m2.isna().all()
    assert table.excess.tolist() == ["Co+1"]


def test_two_kinds_of_grain_count_half_each():
    mixed = replace(BULK, label="mixed bulk")
    between = replace(TWIN, label="interface", other="mixed bulk", equivalent=False)
    cells = [record(BULK, 4, -40.0), record(mixed, 4, -39.0), record(between, 4, -38.5)]
    table = boundary_energies(cells)
    assert table.gamma_J_per_m2.tolist() == [pytest.approx((-38.5 + 39.5) / 10 * EV_PER_A2)]
    alone = boundary_energies([cells[0], cells[2]])
    assert alone.gamma_J_per_m2.isna().all()


def test_at_an_interface_bulk_of_each_grain_counts_half(records):
    """As in γ: the change of γ is the difference of the γ with and without the dopant."""
    mixed, between = (
        replace(BULK, label="mixed bulk"),
        replace(TWIN, label="interface", other="mixed bulk", equivalent=False),
    )
    cells = [
        record(BULK, 4, -40.0),
        record(mixed, 4, -39.0),
        record(between, 4, -38.5),
        decorated(BULK, IN_BULK, 4, -36.0),
        decorated(mixed, IN_BULK, 4, -35.4),
        decorated(between, NEAR, 4, -35.0),
    ]
    found = row(decoration_energies(cells), state=NEAR.label)
    assert found.bulk_energy_eV == pytest.approx((4.0 + 3.6) / 2)
    gamma = boundary_energies(cells).set_index("state").gamma_J_per_m2
    assert found.delta_gamma_J_per_m2 == pytest.approx(gamma[NEAR.label] - gamma[""])
    assert np.isnan(
        row(decoration_energies(cells[:3] + cells[5:]), state=NEAR.label).bulk_energy_eV
    )


def test_what_stands_behind_a_segregation_energy_is_told(records):
    near = row(decoration_energies(records), state=NEAR.label)
    assert (near.orderings, near.converged, near.fewest_converged) == (3, 2, 1)
    assert near.spread_eV == pytest.approx(0.1)
