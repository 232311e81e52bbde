"""γ(μ) by its definition, and the identities that any such function obeys."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toy import BULK, TWIN, phase, record

from delith.energetics import boundary_energies, open_boundary_energies
from delith.facts import State

J_PER_EV_A2 = 16.021766208


def test_gamma_by_hand(records):
    """Bulk lines: −2.5, −4 − μ/2, −5 − μ; at μ = −2.6 bulk takes x = 1/2 and the twin too."""
    (row,) = open_boundary_energies(records, -2.6).to_dict("records")
    assert row["bulk_content"] == row["boundary_content"] == 0.5
    assert row["gamma_J_per_m2"] / J_PER_EV_A2 == pytest.approx((-14 + 5.2 - 4 * (-4 + 1.3)) / 20)
    assert row["excess_lithium_per_nm2"] == 0


def test_where_bulk_and_boundary_agree_open_is_closed(records):
    closed = boundary_energies(records).set_index("lithium_content")["gamma_J_per_m2"]
    for row in open_boundary_energies(records, np.linspace(-6, 0, 61)).to_dict("records"):
        if row["bulk_content"] == row["boundary_content"]:
            assert row["gamma_J_per_m2"] == pytest.approx(closed[row["bulk_content"]])


energies = st.floats(-30, -5)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bulk=st.lists(energies, min_size=5, max_size=5),
    twin=st.lists(energies, min_size=5, max_size=5),
    heights=st.lists(st.floats(19, 21), min_size=5, max_size=5),
)
def test_gamma_is_continuous_and_its_slope_is_the_excess_lithium(bulk, twin, heights):
    cells = [record(BULK, k, e) for k, e in enumerate(bulk)]
    cells += [
        record(TWIN, k, e, height=h) for k, (e, h) in enumerate(zip(twin, heights, strict=True))
    ]
    mu = np.linspace(-30, 30, 1201)
    table = open_boundary_energies(cells, mu)
    gamma = table["gamma_J_per_m2"].to_numpy() / J_PER_EV_A2
    excess = table["excess_lithium_per_nm2"].to_numpy() / 100
    # Γ is below 0.25 Å⁻² here, so γ cannot jump by more than that
    # times the step of 0.05 eV
    assert np.abs(np.diff(gamma)).max() <= 0.25 * 0.05 + 1e-9
    smooth = (table["lowest_record"].to_numpy()[1:] == table["lowest_record"].to_numpy()[:-1]) & (
        np.diff(table["bulk_content"]) == 0
    )
    slope = np.diff(gamma) / np.diff(mu)
    assert slope[smooth] == pytest.approx(-excess[:-1][smooth], abs=1e-6)


def test_unusable_cells_and_missing_bulk_do_not_enter(records):
    broken = record(TWIN, 2, -500.0, ordering=5, problem="exploded")
    assert open_boundary_energies([*records, broken], -2.5).equals(
        open_boundary_energies(records, -2.5)
    )
    assert open_boundary_energies([r for r in records if r.host is TWIN], -2.5).empty


def test_scale_of_lithium_energy_moves_mu_and_nothing_else(records):
    """Add 3 eV to every lithium atom: γ at μ + 3 is what it was at μ."""
    shifted = [replace(r, energy=r.energy + 3 * r.mobile_count) for r in records]
    mu = np.linspace(-6, 0, 25)
    before = open_boundary_energies(records, mu)["gamma_J_per_m2"]
    after = open_boundary_energies(shifted, mu + 3)["gamma_J_per_m2"]
    assert after.to_numpy() == pytest.approx(before.to_numpy(), abs=1e-9)


def test_exchanged_cells_stand_beside_the_others_with_both_their_boundaries(records):
    """One boundary of two was changed: their sum, over A, and never in one minimum with 2A."""
    mu = np.linspace(-4, -1, 7)
    plain = open_boundary_energies(records, mu)
    twin = [r for r in records if r.host.count]
    moved = [replace(r, state=State(exchanged=1)) for r in twin]
    table = open_boundary_energies([*records, *moved], mu)
    assert table[table.state == ""].gamma_J_per_m2.tolist() == plain.gamma_J_per_m2.tolist()
    both = table[table.state == "1 exchanged"].gamma_J_per_m2.to_numpy()
    assert both == pytest.approx(2 * plain.gamma_J_per_m2.to_numpy())


@pytest.fixture
def constant():
    """γ is 0.01 eV/Å² at every content of bulk, whose energies lie on a convex curve."""
    bulk = {n: -20.0 - 3.0 * n + 0.1 * (n - 2) ** 2 for n in range(5)}
    cells = [record(BULK, n, energy) for n, energy in bulk.items()]
    return cells + [record(TWIN, n, energy + 0.2) for n, energy in bulk.items()]


@pytest.mark.parametrize("side", [BULK, TWIN])
def test_contents_that_failed_leave_their_neighbours_open(constant, side):
    """Else bulk would seem dear there, and boundaries to form by themselves."""
    mu = np.linspace(-4, -2, 81)
    exact = open_boundary_energies(constant, mu)["gamma_J_per_m2"].to_numpy()
    assert exact == pytest.approx(np.full(81, 0.01 * J_PER_EV_A2))
    failed = [
        replace(r, problem="not converged") if r.host is side and r.mobile_count == 1 else r
        for r in constant
    ]
    table = open_boundary_energies(failed, mu)
    gamma = table["gamma_J_per_m2"].to_numpy()
    known = np.isfinite(gamma)
    assert gamma[known] == pytest.approx(exact[known])
    assert np.isfinite(table["excess_lithium_per_nm2"].to_numpy()[known]).all()
    content = "bulk_content" if side is BULK else "boundary_content"
    assert set(table[content][~known]) == {0.0, 0.5}
    assert set(table[content][known]) == {0.75, 1.0}


def test_a_content_above_the_hull_does_not_hide_a_gap(constant):
    """Where x = 1/4 is dear, x = 0 is the neighbour of a failed x = 1/2."""
    dear = [replace(r, energy=r.energy + 5.0) if r.mobile_count == 1 else r for r in constant]
    failed = [
        replace(r, problem="exploded") if r.host is BULK and r.mobile_count == 2 else r
        for r in dear
    ]
    table = open_boundary_energies(failed, np.linspace(-6, -1, 51))
    assert set(table["bulk_content"][table["gamma_J_per_m2"].isna()]) == {0.0, 0.75}


def test_exchanged_bulk_is_no_stand_in_for_bulk_that_failed(constant):
    """It may be the lowest there is, and γ against it would still be a guess."""
    failed = [
        replace(r, problem="exploded") if r.host is BULK and r.mobile_count == 2 else r
        for r in constant
    ]
    moved = record(BULK, 2, -26.3)
    moved = replace(moved, key="moved", state=State(exchanged=1))
    table = open_boundary_energies([*failed, moved], np.linspace(-4, -2, 81))
    at_gap = table[(table["bulk_content"] == 0.5) & (table["state"] == "")]
    assert len(at_gap)
    assert at_gap["gamma_J_per_m2"].isna().all()


def test_a_content_that_is_the_lowest_by_its_area_is_beside_a_gap(constant):
    """Above the hull of energies, below it of energies an area."""
    cells = []
    for r in constant:
        if r.host is TWIN and r.mobile_count == 1:
            wide = r.atoms.copy()
            wide.set_cell(wide.cell[:] * [[3], [1], [1]], scale_atoms=True)
            r = replace(r, atoms=wide, energy=r.energy + 0.25)
        if r.host is TWIN and r.mobile_count == 2:
            r = replace(r, problem="exploded")
        cells.append(r)
    table = open_boundary_energies(cells, np.linspace(-4, -2, 81))
    chosen = table["boundary_content"] == 0.25
    assert chosen.any()
    assert table["gamma_J_per_m2"][chosen].isna().all()


def test_each_row_tells_what_stands_behind_it(constant):
    more = [
        record(TWIN, 4, -31.0, ordering=1),
        record(TWIN, 4, -99.0, ordering=2, problem="exploded"),
    ]
    (row,) = open_boundary_energies([*constant, *more], [0.0]).to_dict("records")
    assert (row["orderings"], row["converged"], row["bulk_converged"]) == (3, 2, 1)
    assert row["gamma_spread_J_per_m2"] == pytest.approx((31.4 - 31.0) / 20 * J_PER_EV_A2)


def test_steps_to_phonons_and_barriers_are_no_orderings(constant):
    steps = [
        replace(r, key=role, role=role, energy=-500.0)
        for r in constant[-1:]
        for role in ("displaced", "image", "hopped")
    ]
    mu = np.linspace(-4, -2, 5)
    assert open_boundary_energies([*constant, *steps], mu).equals(
        open_boundary_energies(constant, mu)
    )
    assert boundary_energies([*constant, *steps]).equals(boundary_energies(constant))


def test_without_the_price_of_a_dopant_the_lithium_is_still_right(constant):
    """All cells of a state pay the same: which is the lowest does not depend on it."""
    doped = State(dopant="Nb on Co", dopants=1, shell=0, distance=0.0)
    cells = []
    for r in constant:
        atoms = r.atoms.copy()
        if r.host is TWIN:
            atoms.symbols[0] = "Nb"
            r = replace(r, atoms=atoms, start=atoms, state=doped)
        cells.append(r)
    mu = np.linspace(-4, -2, 21)
    unknown = open_boundary_energies(cells, mu)
    assert unknown["gamma_J_per_m2"].isna().all()
    priced = [*cells, phase("NbO2", -30.0), phase("CoO", -12.0), phase("O2", -10.0)]
    known = open_boundary_energies(priced, mu)
    assert known["gamma_J_per_m2"].notna().all()
    for name in ("excess_lithium_per_nm2", "boundary_content", "lowest_record"):
        assert unknown[name].tolist() == known[name].tolist()


def test_a_boundary_is_open_beside_a_content_at_which_bulk_failed_and_it_was_not_computed():
    """As beside one at which its own orderings failed: it may have been the lowest."""
    energies = ((0, -10.0), (1, -14.0), (2, -17.0), (4, -20.0))
    failed = {"energy": float("nan"), "problem": "failed: out of memory"}
    bulk = [record(BULK, n, e) for n, e in energies] + [record(BULK, 3, **failed)]
    twin = [record(TWIN, n, e) for n, e in ((0, -6.0), (1, -11.0), (2, -15.0), (4, -23.0))]
    mu = np.linspace(-5, -1, 17)
    never, tried = (
        open_boundary_energies([*bulk, *cells], mu)["gamma_J_per_m2"]
        for cells in (twin, [*twin, record(TWIN, 3, **failed)])
    )
    assert never.isna().sum() > 0
    np.testing.assert_array_equal(never, tried)
