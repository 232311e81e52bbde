"""Voltages against the metal: the profile of a cell, and boundary energy against voltage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from delith.crystals.lattice import Floats
from delith.energetics.chemical_potentials import Reservoirs
from delith.energetics.hull import LowerHull
from delith.energetics.open import check_oxygen, open_boundary_energies
from delith.facts import State
from delith.records import Record

COLUMNS = (
    "host",
    "kind",
    "state",
    "potential",
    "content_from",
    "content_to",
    "voltage_V",
)

#: How far (V) beyond the steps of the bulk γ(V) is drawn, and how finely.
_MARGIN, _STEP = 0.3, 0.01


def voltage_profile(records: Iterable[Record]) -> pd.DataFrame:
    """Tabulate the voltage steps of every cell: of bulk, and of cells with boundaries and dopants.

    Between neighbouring vertices x₁ < x₂ of the lower hull of E(x) the voltage is
    V = −[E(x₂) − E(x₁)]/(x₂ − x₁)/e + E(metal)/e (Aydinol et al., Phys. Rev. B 56, 1354, 1997):
    the energy of taking one ion out of the cell into the metal. Entropy is left out.

    Parameters
    ----------
    records : iterable of Record
        With the metal among the reference phases; unusable ones do not enter.

    Returns
    -------
    pandas.DataFrame
        host, kind, state, potential, content_from (the larger one: delithiation runs down),
        content_to, voltage_V; of potentials without the metal nothing.
    """
    records = list(records)
    metals = _metals(records)
    groups: dict[tuple[str, str, State], list[Record]] = defaultdict(list)
    for record in records:
        known = record.comparable and record.usable and record.mobile
        if known and np.isfinite(metals[record.potential]):
            groups[record.potential, record.host.label, record.state].append(record)
    rows = []
    for (potential, label, state), members in groups.items():
        hull = LowerHull.of_bulk(members)
        slopes = np.diff(hull.energy) / np.diff(hull.x)
        rows += [
            {
                "host": label,
                "kind": members[0].host.kind,
                "state": state.label,
                "potential": potential,
                "content_from": high,
                "content_to": low,
                "voltage_V": metals[potential] - slope,
            }
            for low, high, slope in zip(hull.x[:-1], hull.x[1:], slopes, strict=True)
        ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    by = ["potential", "kind", "host", "state", "content_from"]
    return table.sort_values(by, ascending=[True] * 4 + [False], ignore_index=True)


def voltage_boundary_energies(
    records: Iterable[Record],
    voltage: ArrayLike | None = None,
    mu_oxygen: float | None = None,
) -> pd.DataFrame:
    """Tabulate γ(V): `open_boundary_energies` at μ = E(metal) − eV.

    Parameters
    ----------
    records : iterable of Record
        With the metal among the reference phases.
    voltage : array_like, optional
        V against the metal; by default from below the lowest to above the highest step of bulk.
    mu_oxygen : float, optional
        See `open_boundary_energies`.

    Returns
    -------
    pandas.DataFrame
        As `open_boundary_energies` gives, with voltage_V first, and with
        gamma_potential_range_J_per_m2, from the lowest to the highest γ that the potentials give
        at a voltage (NaN where only one does); empty without the metal.

    Raises
    ------
    DelithError
        As `open_boundary_energies`.
    """
    known = [record for record in records if record.comparable]
    check_oxygen(mu_oxygen, known)
    tables = []
    for potential, metal in _metals(known).items():
        own = [record for record in known if record.potential == potential]
        values = _grid(own) if voltage is None else np.atleast_1d(np.asarray(voltage, dtype=float))
        if np.isfinite(metal) and len(values):
            table = open_boundary_energies(own, metal - values, mu_oxygen)
            # values repeat for every boundary and state
            volts = np.tile(values, len(table) // len(values))
            table.insert(0, "voltage_V", volts)
            tables.append(table)
    if not tables:
        empty = open_boundary_energies([], [])
        empty.insert(0, "voltage_V", [])
        return empty.assign(gamma_potential_range_J_per_m2=[])
    table = pd.concat(tables, ignore_index=True)
    alike = [table["boundary"], table["state"], table["voltage_V"].round(6)]
    same = table.groupby(alike)["gamma_J_per_m2"]
    ranges = same.transform("max") - same.transform("min")
    table["gamma_potential_range_J_per_m2"] = ranges.where(same.transform("count") > 1)
    return table


def _metals(records: Sequence[Record]) -> dict[str, float]:
    """Energy of an atom of the mobile element in its metal, eV, for every potential."""
    mobile = next((record.mobile for record in records if record.mobile), "")
    potentials = dict.fromkeys(record.potential for record in records)
    return {p: Reservoirs.of(records, p).pure(mobile) for p in potentials}


def _grid(records: Sequence[Record]) -> Floats:
    steps = voltage_profile(r for r in records if not r.host.count)["voltage_V"].dropna()
    if steps.empty:
        return np.array([])
    first = np.floor((steps.min() - _MARGIN) / _STEP)
    last = np.ceil((steps.max() + _MARGIN) / _STEP)
    return np.arange(first, last + 1) * _STEP
