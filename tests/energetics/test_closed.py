"""γ from a handful of records small enough to check by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from ase.cell import Cell
from toy import BULK, TWIN, record

import delith as dl
from delith.energetics import boundary_energies
from delith.study.hosts import host_facts

J_PER_EV_A2 = 16.021766208


def row(table: pd.DataFrame, content: float) -> pd.Series:
    (found,) = [r for _, r in table.iterrows() if r.lithium_content == content]
    return found


def test_gamma_is_the_excess_over_two_areas(records):
    table = boundary_energies(records)
    assert list(table["lithium_content"]) == [1.0, 0.5, 0.0]
    gamma = table["gamma_J_per_m2"].to_numpy() / J_PER_EV_A2
    assert gamma == pytest.approx([1 / 20, 2 / 20, 2 / 20])


def test_spread_counts_and_excess_volume(records):
    half = row(boundary_energies(records), 0.5)
    assert half.gamma_spread_J_per_m2 / J_PER_EV_A2 == pytest.approx(1 / 20)
    assert (half.orderings, half.converged) == (2, 2)
    assert (half.bulk_orderings, half.bulk_converged) == (2, 2)
    assert half.excess_volume_A == pytest.approx(0.5 * 10 / 20)
    assert half.lowest_record == "twin-2-0"
    assert (half.area_A2, half.separation_A) == (pytest.approx(10), pytest.approx(10.25))


def test_hull_and_same_content_differ_where_bulk_separates(records):
    """Raise the bulk at x = 1/2 above the line from 0 to 1: the hull passes below it."""
    raised = [
        replace(r, energy=-14.0) if (r.host is BULK and r.mobile_count == 2) else r for r in records
    ]
    half = row(boundary_energies(raised), 0.5)
    assert half.gamma_J_per_m2 / J_PER_EV_A2 == pytest.approx((-14.0 + 15.0) / 20)
    assert half.gamma_same_content_J_per_m2 == pytest.approx(0, abs=1e-12)


def test_unusable_records_count_but_do_not_enter(records):
    exploded = record(TWIN, 2, -500.0, ordering=2, problem="exploded")
    failed = record(TWIN, 2, float("nan"), ordering=3, problem="failed: RuntimeError: NaN")
    half = row(boundary_energies([*records, exploded, failed]), 0.5)
    assert half.gamma_J_per_m2 / J_PER_EV_A2 == pytest.approx(2 / 20)
    assert (half.orderings, half.converged) == (4, 2)


def test_without_bulk_or_usable_cell_there_is_a_row_and_no_number(records):
    alone = [r for r in records if not (r.host is BULK and r.mobile_count == 2)]
    assert np.isnan(row(boundary_energies(alone), 0.5).gamma_J_per_m2)
    broken = [replace(r, problem="not converged") if r.host is TWIN else r for r in records]
    table = boundary_energies(broken)
    assert table["gamma_J_per_m2"].isna().all()
    assert list(table["converged"]) == [0, 0, 0]


def test_inequivalent_boundaries_give_their_sum(records):
    polar = replace(TWIN, equivalent=False)
    changed = [replace(r, host=polar) if r.host is TWIN else r for r in records]
    whole = row(boundary_energies(changed), 1.0)
    assert whole.gamma_J_per_m2 / J_PER_EV_A2 == pytest.approx(1 / 10)
    assert not whole.boundaries_equivalent


def test_gamma_does_not_depend_on_the_size_of_the_cell(records):
    """Double every cell in the plane: twice the energy, units, lithium and area."""
    doubled = []
    for r in records:
        host = replace(r.host, formula_units=2 * r.host.formula_units)
        atoms = r.atoms.repeat((2, 1, 1))
        doubled.append(
            replace(r, host=host, atoms=atoms, energy=2 * r.energy, mobile_count=2 * r.mobile_count)
        )
    plain, large = boundary_energies(records), boundary_energies(doubled)
    columns = ["gamma_J_per_m2", "gamma_spread_J_per_m2", "excess_volume_A"]
    assert large[columns].to_numpy() == pytest.approx(plain[columns].to_numpy())


def test_no_records_give_an_empty_table():
    assert len(boundary_energies([])) == 0


def test_boundaries_are_alike_whatever_bulk_has_relaxed_to():
    """A bulk cell that has relaxed in all directions keeps its symmetry to 1e-3 Å at best."""
    crystal = dl.crystals.load("LiNi0.5Mn1.5O4")
    inversion = dl.boundaries.inversion(crystal, (1, 1, 1), separation=8)
    bulk = dl.boundaries.bulk(inversion)
    for seed in range(3):
        noise = np.random.default_rng(seed).normal(scale=3e-4, size=(3, 3))
        lattice = Cell(bulk.atoms.cell[:] @ (np.eye(3) + noise + noise.T))
        start = dl.boundaries.matched(inversion, lattice)
        one = replace(record(TWIN, 4, -19.0), start=start, host=host_facts(inversion, bulk))
        assert boundary_energies([one])["boundaries_alike"].item()
