"""Boundary energy of a cell that exchanges lithium with a reservoir."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from delith.energetics.closed import boundary_count
from delith.lattice import Floats
from delith.records import Record, State
from delith.units import EV_PER_A2, PER_NM2

COLUMNS = (
    "boundary",
    "potential",
    "state",
    "mu_eV",
    "gamma_J_per_m2",
    "excess_lithium_per_nm2",
    "boundary_content",
    "bulk_content",
    "lowest_record",
)


def open_boundary_energies(records: Iterable[Record], mu: ArrayLike) -> pd.DataFrame:
    """Tabulate γ(μ) and the excess lithium of every boundary.

    γ(μ) = min over N_Li and orderings of {E_cell − N_Li·μ − n·min_x[E_bulk(x) − x·μ]} / 2A, and
    by Gibbs' adsorption equation Γ = −dγ/dμ = [N_Li − n·x(μ)] / 2A.

    Parameters
    ----------
    records : iterable of Record
        Boundaries and their bulk; unusable and doped ones, and boundaries with an excess of
        framework atoms or two kinds of grain, do not enter.
    mu : array_like
        Chemical potentials of lithium, eV, on the energy scale of the potential.

    Returns
    -------
    pandas.DataFrame
        boundary, potential, state (exchanged metals), mu_eV, gamma_J_per_m2 (the sum of both
        boundaries, over A, where they are not equivalent), excess_lithium_per_nm2,
        boundary_content and bulk_content (x of the lowest boundary cell and of the lowest bulk),
        lowest_record.
    """
    cells: dict[tuple[str, str, State], list[Record]] = defaultdict(list)
    bulk: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        host = record.host
        # dopants would need reservoirs of their own
        if record.usable and not record.state.dopant and not (host.excess or host.other):
            if host.count:
                cells[record.potential, host.label, record.state].append(record)
            else:  # here exchanged metals compete with those at home
                bulk[record.potential, host.label].append(record)
    values = np.atleast_1d(np.asarray(mu, dtype=float))
    tables = [
        _table(members, bulk[potential, members[0].host.reference], values)
        for (potential, _, _), members in cells.items()
        if (potential, members[0].host.reference) in bulk
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))


def _table(cells: list[Record], bulk: list[Record], mu: Floats) -> pd.DataFrame:
    host = cells[0].host
    grand_bulk = np.array([r.energy_per_unit - r.content * mu for r in bulk])
    reference = np.array([r.content for r in bulk])[grand_bulk.argmin(axis=0)]
    areas = np.array([boundary_count(r) * r.area for r in cells])
    excess_energy = np.array(
        [
            r.energy - r.mobile_count * mu - host.formula_units * grand_bulk.min(axis=0)
            for r in cells
        ]
    )
    gammas = excess_energy / areas[:, None]
    lowest = gammas.argmin(axis=0)
    counts = np.array([r.mobile_count for r in cells])[lowest]
    excess = (counts - host.formula_units * reference) / areas[lowest]
    return pd.DataFrame(
        {
            "boundary": host.label,
            "potential": cells[0].potential,
            "state": cells[0].state.label,
            "mu_eV": mu,
            "gamma_J_per_m2": gammas.min(axis=0) * EV_PER_A2,
            "excess_lithium_per_nm2": excess * PER_NM2,
            "boundary_content": counts / host.formula_units,
            "bulk_content": reference,
            "lowest_record": [cells[k].key for k in lowest],
        },
        columns=list(COLUMNS),
    )
