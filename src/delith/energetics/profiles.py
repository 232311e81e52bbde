"""Profiles of the boundaries behind a table of boundary energies."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from delith.energetics.closed import boundary_energies
from delith.energetics.profile import layer_profile
from delith.records import Record, State


def layer_profiles(records: Sequence[Record]) -> pd.DataFrame:
    """Tabulate the layers of the lowest ordering of every boundary, state and Li content.

    Parameters
    ----------
    records : sequence of Record
        Boundaries and their bulk.

    Returns
    -------
    pandas.DataFrame
        As `layer_profile` gives, against the lowest bulk ordering at the same content.
    """
    by_key = {record.key: record for record in records}
    tables = []
    for key in boundary_energies(records)["lowest_record"].dropna():
        lowest = by_key[key]
        host = [r for r in records if r.host.label == lowest.host.label and r.state == lowest.state]
        bulk = [
            r
            for r in records
            if r.usable
            and (r.host.label, r.potential) == (lowest.host.reference, lowest.potential)
            and r.state == State()
            and r.mobile_count * lowest.host.formula_units
            == lowest.mobile_count * r.host.formula_units
        ]
        fullest = max(host, key=lambda r: r.mobile_count)
        reference = min(bulk, key=lambda r: r.energy, default=None)
        tables.append(layer_profile(lowest, fullest.start, reference))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
