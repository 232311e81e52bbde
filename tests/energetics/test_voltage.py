"""Voltages by hand, and γ(V) as γ(μ) on another scale."""

from dataclasses import replace

import numpy as np
import pytest
from toy import phase

from delith.energetics import (
    formation_energies,
    open_boundary_energies,
    voltage_boundary_energies,
    voltage_profile,
)
from delith.errors import DelithError
from delith.facts import State

LITHIUM = phase("Li2", -2.0)  # −1 eV an atom


def steps(table, host):
    rows = table[table["host"] == host]
    return list(zip(rows["content_from"], rows["content_to"], rows["voltage_V"], strict=True))


def test_steps_by_hand(records):
    """Bulk −2.5, −4, −5 eV at 0, 1/2, 1: slopes −2 and −3 eV, metal −1 eV."""
    table = voltage_profile([*records, LITHIUM])
    assert steps(table, "bulk") == [(1.0, 0.5, 1.0), (0.5, 0.0, 2.0)]
    assert steps(table, "twin") == [(1.0, 0.5, 1.5), (0.5, 0.0, 2.0)]
    assert set(table["kind"]) == {"bulk", "twin"}


def test_mean_voltage_is_that_of_the_end_members(records):
    rows = voltage_profile([*records, LITHIUM]).query("kind == 'bulk'")
    widths = rows["content_from"] - rows["content_to"]
    assert (rows["voltage_V"] * widths).sum() == pytest.approx(-(-5 + 2.5) - 1)


def test_orderings_above_the_hull_make_no_step(records):
    """Without the low middle the full and the empty crystal share one step."""
    ends = [r for r in records if r.mobile_count != 2]
    assert steps(voltage_profile([*ends, LITHIUM]), "bulk") == [(1.0, 0.0, 1.5)]


def test_without_the_metal_there_is_no_voltage(records):
    assert voltage_profile(records).empty
    assert voltage_boundary_energies(records).empty
    assert "voltage_V" in voltage_boundary_energies(records)


def test_gamma_against_voltage_is_gamma_against_mu(records):
    known = [*records, LITHIUM]
    volts = np.array([0.5, 1.5, 2.5])
    table = voltage_boundary_energies(known, volts)
    other = open_boundary_energies(known, -1 - volts)
    assert table["voltage_V"].tolist() == volts.tolist()
    assert table["mu_eV"].to_numpy() == pytest.approx(-1 - volts)
    assert table["gamma_J_per_m2"].tolist() == other["gamma_J_per_m2"].tolist()


def test_each_potential_has_its_own_metal(records):
    """Energies of another potential 7 eV higher a lithium atom: the same voltages."""
    others = [replace(r, potential="chgnet", energy=r.energy + 7 * r.mobile_count) for r in records]
    metals = [LITHIUM, replace(phase("Li2", -2.0 + 14), potential="chgnet")]
    table = voltage_boundary_energies([*records, *others, *metals])
    one, two = (table[table["potential"] == p] for p in ("chgnet-r2scan", "chgnet"))
    assert one["voltage_V"].tolist() == two["voltage_V"].tolist()
    assert one["gamma_J_per_m2"].to_numpy() == pytest.approx(two["gamma_J_per_m2"].to_numpy())


def test_one_potential_of_oxygen_is_none_of_two_potentials(records):
    """It stands on the energy scale of one of them."""
    known = [*records, LITHIUM]
    both = [*known, *(replace(r, potential="chgnet") for r in known)]
    for energies in (voltage_boundary_energies, open_boundary_energies):
        with pytest.raises(DelithError, match=r"mu_oxygen .* 2 \(chgnet, chgnet-r2scan\)"):
            energies(both, 1.0, mu_oxygen=-5.0)
        assert len(energies(known, 1.0, mu_oxygen=-5.0))
        assert len(energies(both, 1.0))


def test_records_may_come_one_by_one(records):
    known = [*records, LITHIUM]
    table = voltage_boundary_energies(known)
    assert len(table)
    assert voltage_boundary_energies(iter(known)).equals(table)


def test_a_voltage_may_be_asked_for_twice(records):
    """As where two ranges meet."""
    moved = [replace(r, key=f"{r.key} moved", state=State(exchanged=1)) for r in records]
    table = voltage_boundary_energies([*records, *moved, LITHIUM], [1.5, 1.5])
    for _, rows in table.groupby("state"):
        assert rows["gamma_of_one_J_per_m2"].notna().all()
        assert rows["gamma_of_one_J_per_m2"].nunique() == 1


def test_the_default_range_covers_every_step(records):
    volts = voltage_boundary_energies([*records, LITHIUM])["voltage_V"]
    assert volts.min() == pytest.approx(0.7)
    assert volts.max() == pytest.approx(2.3)


def test_formation_energies_by_hand(records):
    table = formation_energies(records)
    assert set(table["host"]) == {"bulk"}
    found = {
        (x, n): (e, on)
        for x, n, e, on in table[
            ["lithium_content", "ordering", "formation_energy_eV", "on_hull"]
        ].itertuples(index=False)
    }
    assert found == {
        (0.0, 0): (0.0, True),
        (0.5, 0): (-0.25, True),
        (0.5, 1): (-0.125, False),
        (1.0, 0): (0.0, True),
    }


@pytest.mark.parametrize("rounding", [0.0, 1e-12])
def test_what_lies_on_a_tie_line_is_on_the_hull_and_makes_no_step(records, rounding):
    """Bulk at x = 1/2 raised by the 1 eV to the line between the ends."""
    straight = [
        replace(r, energy=r.energy + 1 + rounding) if r.mobile_count == 2 else r for r in records
    ]
    table = formation_energies(straight).query("lithium_content == 0.5").set_index("ordering")
    assert table["formation_energy_eV"].tolist() == pytest.approx([0.0, 0.125])
    assert table["on_hull"].tolist() == [True, False]
    assert steps(voltage_profile([*straight, LITHIUM]), "bulk") == [(1.0, 0.0, 1.5)]
