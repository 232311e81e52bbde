"""Profiles of the boundaries behind a table of boundary energies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from delith.boundaries import Boundary
from delith.energetics.closed import boundary_energies
from delith.energetics.profile import layer_profile
from delith.facts import State
from delith.records import Record


def layer_profiles(records: Sequence[Record], hosts: Mapping[str, Boundary]) -> pd.DataFrame:
    """Tabulate the layers of the lowest ordering of every boundary, state and Li content.

    Parameters
    ----------
    records : sequence of Record
        Boundaries and their bulk.
    hosts : mapping of str to Boundary
        By label, as built; of boundaries that are not among them the empty sites stay unknown.

    Returns
    -------
    pandas.DataFrame
        As `layer_profile` gives, against the lowest bulk ordering at the same content.
    """
    by_key = {record.key: record for record in records}
    tables = []
    for key in boundary_energies(records)["lowest_record"].dropna():
        lowest = by_key[key]
        bulk = [
            r
            for r in records
            if r.usable
            and r.comparable
            and (r.host.label, r.potential) == (lowest.host.reference, lowest.potential)
            and r.state == State()
            and r.mobile_count * lowest.host.formula_units
            == lowest.mobile_count * r.host.formula_units
        ]
        host = hosts.get(lowest.host.label)
        reference = min(bulk, key=lambda r: r.energy, default=None)
        tables.append(layer_profile(lowest, host.atoms if host else None, reference))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
