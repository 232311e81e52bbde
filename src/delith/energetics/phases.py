"""Which boundary is lowest at each voltage, and where one would form by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from delith.crystals.lattice import Floats
from delith.energetics.states import states

FORMATION_COLUMNS = (
    "boundary",
    "potential",
    "state",
    "lowest_gamma_J_per_m2",
    "lowest_gamma_voltage_V",
    "forms_from_V",
    "forms_to_V",
)

PHASE_COLUMNS = (
    "potential",
    "boundary",
    "state",
    "voltage_from_V",
    "voltage_to_V",
    "gamma_from_J_per_m2",
    "gamma_to_J_per_m2",
    "not_known",
)


def formation_voltages(table: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the voltages between which a boundary would form by itself: γ < 0.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.voltage_boundary_energies` gives or ``open_boundary_energy.csv``
        holds.

    Returns
    -------
    pandas.DataFrame
        For every boundary, potential and state the lowest γ of one boundary in the table and its
        voltage, and the ends of each range of negative γ, a row for each range: NaN where there is
        none, the ends of the table, or of what is known, where γ is negative there. γ is straight
        between rows. A doped boundary that forms does so with dopants from their oxide, in bulk
        without: bulk may take them up before.
    """
    rows = []
    for (boundary, potential, state), lines in _lines(table):
        voltage, gamma = _curve(lines)
        if np.isnan(gamma).all():
            continue
        lowest = int(np.nanargmin(gamma))
        row = dict(
            zip(
                FORMATION_COLUMNS,
                (boundary, potential, state, gamma[lowest], voltage[lowest], np.nan, np.nan),
                strict=True,
            )
        )
        ranges = _ranges(gamma < 0)
        rows += [
            row
            | {
                "forms_from_V": _crossing(voltage, gamma, first - 1, first),
                "forms_to_V": _crossing(voltage, gamma, last, last + 1),
            }
            for first, last in ranges
        ] or [row]
    return pd.DataFrame(rows, columns=list(FORMATION_COLUMNS))


def boundary_phases(table: pd.DataFrame) -> pd.DataFrame:
    """Tabulate which boundary, in which state, is the lowest at each voltage.

    Parameters
    ----------
    table : pandas.DataFrame
        As for `formation_voltages`; rows of one boundary only tell which of its states is the
        lowest.

    Returns
    -------
    pandas.DataFrame
        A row for each range of voltage: potential, boundary, state, the ends of the range, halfway
        between rows of the table, γ of one boundary at the first and last row within, and
        not_known: which others might be lower, because their γ is left open there. No row where
        none is known.
    """
    rows = []
    named = table.assign(state=states(table)).reset_index(drop=True)
    for potential, every in named.groupby("potential", sort=False):
        names = every["boundary"].str.cat(every["state"], sep=", ").str.removesuffix(", ")
        gamma = every["gamma_of_one_J_per_m2"]
        # never known is what has no γ of its own: no rival
        rival = gamma.notna().groupby(names).transform("any")
        open_at = names[rival & gamma.isna()].groupby(every["voltage_V"]).agg("; ".join)
        known = every[gamma.notna()].reset_index(drop=True)
        if known.empty:
            continue
        best = known.loc[known.groupby("voltage_V")["gamma_of_one_J_per_m2"].idxmin()]
        best = best.assign(not_known=[open_at.get(v, "") for v in best["voltage_V"]])
        best = best.set_index("voltage_V")
        voltage = np.unique(every["voltage_V"])
        edges = np.concatenate([voltage[:1], (voltage[:-1] + voltage[1:]) / 2, voltage[-1:]])
        facts = ["boundary", "state", "not_known"]
        phase = [tuple(best.loc[v, facts]) if v in best.index else None for v in voltage]
        for first, last in _runs(phase):
            if phase[first] is None:
                continue
            start, end = best.loc[voltage[first]], best.loc[voltage[last]]
            rows.append(
                {
                    "potential": potential,
                    "boundary": start["boundary"],
                    "state": start["state"],
                    "voltage_from_V": edges[first],
                    "voltage_to_V": edges[last + 1],
                    "gamma_from_J_per_m2": start["gamma_of_one_J_per_m2"],
                    "gamma_to_J_per_m2": end["gamma_of_one_J_per_m2"],
                    "not_known": start["not_known"],
                }
            )
    return pd.DataFrame(rows, columns=list(PHASE_COLUMNS))


def _lines(table: pd.DataFrame):  # type: ignore[no-untyped-def]
    named = table.assign(state=states(table))
    return named.groupby(["boundary", "potential", "state"], sort=False)


def _curve(lines: pd.DataFrame) -> tuple[Floats, Floats]:
    ordered = lines.sort_values("voltage_V")
    return ordered["voltage_V"].to_numpy(), ordered["gamma_of_one_J_per_m2"].to_numpy()


def _runs(values: Sequence[object]) -> list[tuple[int, int]]:
    """First and last index of every run of equal values."""
    starts = [k for k in range(len(values)) if k == 0 or values[k] != values[k - 1]]
    return list(zip(starts, [k - 1 for k in starts[1:]] + [len(values) - 1], strict=True))


def _ranges(chosen: np.ndarray) -> list[tuple[int, int]]:
    return [(first, last) for first, last in _runs(chosen.tolist()) if chosen[first]]


def _crossing(voltage: Floats, gamma: Floats, one: int, other: int) -> float:
    """Voltage between two rows at which γ is zero; that of one row where the other is not known."""
    if one < 0 or np.isnan(gamma[one]):
        return float(voltage[other])
    if other == len(gamma) or np.isnan(gamma[other]):
        return float(voltage[one])
    share = gamma[one] / (gamma[one] - gamma[other])
    return float(voltage[one] + share * (voltage[other] - voltage[one]))
