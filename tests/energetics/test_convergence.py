"""Far boundaries, with lines that are known; few orderings, against every draw of them."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from toy import BULK, TWIN, record

from delith.energetics import boundary_energies, ordering_convergence, separation_convergence
from delith.records import farthest

J_PER_EV_A2 = 16.021766208


def cells(separations, gamma):
    """Full cells of heights 2d with a given γ(d), eV/Å², against bulk of no energy."""
    found = []
    for d in separations:
        bulk = replace(BULK, label=f"bulk {d}", reference=f"bulk {d}")
        twin = replace(TWIN, label=f"twin, {d} Å", reference=f"bulk {d}", boundary="twin")
        found += [record(bulk, 4, 0.0), record(twin, 4, 20 * gamma(d), height=2 * d)]
    return found


def test_a_law_of_one_over_distance_is_found():
    table = separation_convergence(cells((6.0, 8.0, 12.0), lambda d: 0.02 + 0.05 / d))
    assert table["boundary"].tolist() == ["twin"]
    assert table["separations"].item() == 3
    assert table["separation_A"].item() == pytest.approx(12.0)
    assert table["gamma_extrapolated_J_per_m2"].item() == pytest.approx(0.02 * J_PER_EV_A2)
    assert table["gamma_extrapolated_error_J_per_m2"].item() == pytest.approx(0, abs=1e-9)
    change = 0.05 * (1 / 12 - 1 / 8) * J_PER_EV_A2
    assert table["gamma_change_J_per_m2"].item() == pytest.approx(change)


def test_two_separations_give_a_limit_without_an_error():
    table = separation_convergence(cells((6.0, 12.0), lambda d: 0.02))
    assert table["gamma_extrapolated_J_per_m2"].item() == pytest.approx(0.02 * J_PER_EV_A2)
    assert np.isnan(table["gamma_extrapolated_error_J_per_m2"].item())


def test_one_separation_or_unusable_cells_tell_nothing():
    both = cells((6.0, 12.0), lambda d: 0.02)
    assert separation_convergence(both[:2]).empty
    broken = [replace(r, problem="exploded") if "12" in r.host.label else r for r in both]
    assert separation_convergence(broken).empty


def test_sums_of_two_are_marked_and_counts_are_those_of_the_farthest():
    unlike = [
        replace(r, host=replace(r.host, equivalent=False)) if r.host.count else r
        for r in cells((6.0, 8.0, 12.0), lambda d: 0.02)
    ]
    (row,) = separation_convergence(unlike).to_dict("records")
    assert not row["boundaries_equivalent"]
    assert row["gamma_J_per_m2"] == pytest.approx(0.04 * J_PER_EV_A2)
    more = replace(unlike[-1], key="again", energy=unlike[-1].energy + 1.0)
    (row,) = separation_convergence([*unlike, more]).to_dict("records")
    assert (row["orderings"], row["converged"]) == (2, 2)
    assert row["gamma_spread_J_per_m2"] == pytest.approx(0.1 * J_PER_EV_A2)


def test_only_the_farthest_boundaries_compete():
    every = cells((6.0, 8.0, 12.0), lambda d: 0.02)
    every = [replace(r, host=replace(r.host, separation=r.atoms.cell[2, 2] / 2)) for r in every]
    kept = farthest(every)
    assert [r.host.label for r in kept if r.host.count] == ["twin, 12.0 Å"]
    assert sum(not r.host.count for r in kept) == 3


def orderings(host, energies):
    return [record(host, 2, e, ordering=k) for k, e in enumerate(energies)]


@pytest.mark.parametrize(
    ("bulk", "shares"),
    [((-9.0, -9.2, -9.1), (1, 2, 3, 3)), ((-9.0, -9.1, -9.05, -8.9, -9.2), (2, 3, 4, 5))],
)
@pytest.mark.parametrize("end", [0.0, -9.07, -9.15, -9.3])
def test_gamma_of_few_orderings_is_the_mean_over_every_draw(bulk, shares, end):
    """Orderings of bulk above the tie line of other contents, if need be all, are worth that."""
    twin = (-8.0, -8.7, -8.4, -8.65)
    ends = [record(BULK, k, end) for k in (0, 4)]
    records = orderings(TWIN, twin) + orderings(BULK, bulk) + ends
    table = ordering_convergence(records)
    assert table["orderings"].tolist() == [1, 2, 3, 4]
    for n, rows in table.groupby("orderings"):
        draws = [
            min(few) - min(*base, end)
            for few, base in product(combinations(twin, n), combinations(bulk, shares[n - 1]))
        ]
        gamma = np.array(draws) / 20 * J_PER_EV_A2  # two boundaries of 10 Å²
        assert rows["gamma_J_per_m2"].item() == pytest.approx(gamma.mean())
        assert rows["gamma_scatter_J_per_m2"].item() == pytest.approx(gamma.std(), abs=1e-9)
    whole = boundary_energies(records)["gamma_J_per_m2"].item()
    assert table["gamma_J_per_m2"].iloc[-1] == whole


def test_one_ordering_and_those_that_did_not_end_well_tell_nothing():
    records = orderings(TWIN, (-8.0, -8.7)) + orderings(BULK, (-9.0, -9.2))
    assert len(ordering_convergence(records)) == 2
    assert ordering_convergence([replace(records[0], problem="exploded"), *records[1:]]).empty
    assert ordering_convergence(records[:2]).empty, "no bulk"


@pytest.mark.parametrize("energies", [separation_convergence, ordering_convergence])
def test_records_may_come_one_by_one(energies):
    known = [
        *cells((6.0, 8.0, 12.0), lambda d: 0.02 + 0.05 / d),
        *orderings(TWIN, (-8.0, -8.7)),
        *orderings(BULK, (-9.0, -9.2)),
    ]
    table = energies(known)
    assert len(table)
    assert energies(iter(known)).equals(table)
