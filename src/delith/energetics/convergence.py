"""How boundary energies converge with the distance between the boundaries of a cell."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from scipy.stats import linregress

from delith.energetics.closed import boundary_energies
from delith.records import Record

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


def separation_convergence(records: Sequence[Record]) -> pd.DataFrame:
    """Tabulate γ of boundaries that were relaxed at several separations, and its limit.

    Parameters
    ----------
    records : sequence of Record

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
