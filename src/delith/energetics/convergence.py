"""How boundary energies converge: with the distance between boundaries, and with orderings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

import numpy as np
import pandas as pd
from scipy.special import comb
from scipy.stats import linregress

from delith.crystals.lattice import Floats
from delith.energetics.closed import boundary_count, boundary_energies, compared
from delith.energetics.hull import LowerHull
from delith.records import Record
from delith.units import EV_PER_A2

#: Of `separation_convergence`.
COLUMNS = (
    "boundary",
    "potential",
    "state",
    "lithium_content",
    "separations",
    "separation_A",
    "gamma_J_per_m2",
    "gamma_change_J_per_m2",
    "gamma_extrapolated_J_per_m2",
    "gamma_extrapolated_error_J_per_m2",
    "gamma_spread_J_per_m2",
    "gamma_potential_range_J_per_m2",
    "orderings",
    "converged",
    "boundaries_equivalent",
)

#: Of `ordering_convergence`.
ORDERING_COLUMNS = (
    "boundary",
    "potential",
    "state",
    "lithium_content",
    "orderings",
    "gamma_J_per_m2",
    "gamma_scatter_J_per_m2",
    "boundaries_equivalent",
)


def separation_convergence(records: Iterable[Record]) -> pd.DataFrame:
    """Tabulate γ of boundaries that were relaxed at several separations, and its limit.

    Parameters
    ----------
    records : iterable of Record

    Returns
    -------
    pandas.DataFrame
        One row per boundary, potential, state and Li content that has γ at two separations or more:

        separations, separation_A
            How many, and the largest, relaxed.
        gamma_J_per_m2, gamma_change_J_per_m2
            At the largest separation, and less that at the next smaller one.
        gamma_extrapolated_J_per_m2, gamma_extrapolated_error_J_per_m2
            γ∞ of γ(d) = γ∞ + b/d, fitted by least squares, with its standard error (NaN for two
            separations). 1/d falls off more slowly than any interaction of neutral coherent
            boundaries, so that the limit is rather over- than underestimated in its distance from
            γ. Orderings differ from cell to cell: between full and empty read the change as their
            scatter too.
        gamma_spread_J_per_m2, gamma_potential_range_J_per_m2, orderings, converged
            Of the largest separation; see `boundary_energies`.
        boundaries_equivalent
            False: every γ of the row is the sum of two boundaries.
    """
    records = list(records)
    names = {r.host.label: r.host.boundary or r.host.label for r in records}
    table = boundary_energies(records).dropna(subset=["gamma_J_per_m2"])
    table = table.assign(boundary=table["boundary"].map(names))
    rows = []
    keys = ["boundary", "potential", "state", "lithium_content"]
    for values, cells in table.groupby(keys, sort=False):
        if len(cells) < 2:
            continue
        cells = cells.sort_values("separation_A")
        distance, gamma = (
            cells[c].to_numpy(dtype=float) for c in ("separation_A", "gamma_J_per_m2")
        )
        fit = linregress(1 / distance, gamma)
        rows.append(
            dict(zip(keys, values, strict=True))
            | {
                "separations": len(cells),
                "separation_A": distance[-1],
                "gamma_J_per_m2": gamma[-1],
                "gamma_change_J_per_m2": gamma[-1] - gamma[-2],
                "gamma_extrapolated_J_per_m2": fit.intercept,
                "gamma_extrapolated_error_J_per_m2": (
                    fit.intercept_stderr if len(cells) > 2 else float("nan")
                ),
            }
            | cells.iloc[-1][list(COLUMNS[-5:])].to_dict()
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def ordering_convergence(records: Iterable[Record]) -> pd.DataFrame:
    """Tabulate the γ that fewer orderings would have given: a γ that has settled needs no more.

    Of the usable orderings of the boundary as many as the row says are drawn at random, of those of
    bulk the same share, and γ is that of the lowest drawn against the hull of bulk, to which other
    contents belong as they are: exactly, over all draws. Only what was relaxed can be drawn. Where
    half as many would have done, the rest found nothing new; what none of them resembles is not
    known by that.

    Parameters
    ----------
    records : iterable of Record

    Returns
    -------
    pandas.DataFrame
        Rows for each γ of `boundary_energies` that several orderings stand behind:

        orderings
            Drawn of the boundary, from one to all.
        gamma_J_per_m2, gamma_scatter_J_per_m2
            Mean over the draws, and standard deviation; with all orderings γ itself and 0.
        boundaries_equivalent
            False: γ is the sum of two boundaries.
    """
    records = list(records)
    table = boundary_energies(records).set_index("lowest_record")
    found = []
    for members, bulk in compared(records):
        usable = [r for r in members if r.usable]
        lowest = min(usable, key=lambda r: r.energy, default=None)
        if lowest is None or len(usable) < 2 or np.isnan(table["gamma_J_per_m2"][lowest.key]):
            continue
        row = table.loc[lowest.key]
        x = round(lowest.content, 9)
        # two grains of one crystal have one bulk, which is drawn from once
        grains = bulk[:1] if bulk[0] is bulk[-1] else bulk
        cells = [[r.energy for r in usable]]
        for grain in grains:
            same = [r for r in grain if r.usable and round(r.content, 9) == x]
            # above a mixture of other contents no ordering counts, drawn or not
            mixed = _tie_line(grain, x)
            cells.append([min(r.energy_per_unit, mixed) for r in same])
        weights = np.array([1.0] + [-lowest.host.formula_units / len(grains)] * len(grains))
        per_area = EV_PER_A2 / (boundary_count(lowest) * lowest.area)
        for n in range(1, len(usable) + 1):
            drawn = [_lowest_drawn(np.array(c), ceil(n * len(c) / len(usable))) for c in cells]
            means, variances = np.transpose(drawn)
            found.append(
                {name: row[name] for name in ("boundary", "potential", "state", "lithium_content")}
                | {
                    "orderings": n,
                    "gamma_J_per_m2": row["gamma_J_per_m2"] + weights @ means * per_area,
                    "gamma_scatter_J_per_m2": np.sqrt(np.square(weights) @ variances) * per_area,
                    "boundaries_equivalent": row["boundaries_equivalent"],
                }
            )
    return pd.DataFrame(found, columns=list(ORDERING_COLUMNS))


def _tie_line(bulk: Sequence[Record], x: float) -> float:
    """Energy (eV) of a formula unit that other contents than x mix to; ∞ where they do not."""
    others = [r for r in bulk if r.usable and round(r.content, 9) != x]
    mixed = LowerHull.of_bulk(others)(x) if others else np.nan
    return np.inf if np.isnan(mixed) else mixed


def _lowest_drawn(energies: Floats, number: int) -> tuple[float, float]:
    """Mean above the lowest of all, and variance, of the lowest of some drawn without return."""
    above = np.sort(energies) - energies.min()
    # the k-th is the lowest drawn where all others come from behind it
    behind = np.arange(len(above))[::-1]
    chance = comb(behind, number - 1) / comb(len(above), number)
    mean = float(chance @ above)
    return mean, max(float(chance @ above**2) - mean**2, 0.0)
