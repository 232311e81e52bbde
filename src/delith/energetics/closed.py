"""Boundary energy of a closed cell against bulk at the same Li content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd
from ase.units import J, m

from delith.energetics.geometry import basal_angle
from delith.energetics.hull import LowerHull
from delith.records import Record

#: eV/Å² in J/m².
EV_PER_A2 = m**2 / J

COLUMNS = (
    "boundary",
    "kind",
    "plane",
    "potential",
    "lithium_content",
    "gamma_J_per_m2",
    "gamma_same_content_J_per_m2",
    "gamma_spread_J_per_m2",
    "orderings",
    "converged",
    "bulk_orderings",
    "bulk_converged",
    "boundaries_equivalent",
    "area_A2",
    "separation_A",
    "excess_volume_A",
    "basal_angle_deg",
    "lowest_record",
)


def boundary_energies(records: Iterable[Record]) -> pd.DataFrame:
    """Tabulate γ(x) of every boundary in a set of records.

    γ(x) = [E_cell − n·E_hull(x)] / 2A, with the lowest usable ordering of the boundary, and the
    lower convex hull over all usable orderings of the matched bulk under the same potential.

    Parameters
    ----------
    records : iterable of Record
        Boundaries and their bulk.

    Returns
    -------
    pandas.DataFrame
        One row per boundary, potential and Li content:

        gamma_J_per_m2
            Against the bulk hull. Where the two boundaries of the cell are not equivalent
            (``boundaries_equivalent`` false) it is the sum of both, E/A.
        gamma_same_content_J_per_m2
            Against the lowest bulk ordering at the same content, on the hull or not.
        gamma_spread_J_per_m2
            From the lowest to the highest usable ordering of the boundary.
        orderings, converged
            Computed, and usable among them: converged, in their basin, not failed. The same for
            bulk.
        area_A2, separation_A
            Relaxed, of the lowest ordering.
        excess_volume_A
            [V_cell − n·V_bulk(x)] / 2A.
        basal_angle_deg
            Angle between the basal planes of the two grains, obtuse; see `basal_angle`.
        lowest_record
            Key of the record behind the row.
    """
    groups: dict[tuple[str, str, float], list[Record]] = defaultdict(list)
    for record in records:
        groups[record.potential, record.host.label, round(record.content, 9)].append(record)
    rows = [_row(members, groups) for members in groups.values() if members[0].host.count]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    by = ["potential", "boundary", "lithium_content"]
    return table.sort_values(by, ascending=[True, True, False], ignore_index=True)


def boundary_count(record: Record) -> int:
    """Boundaries that share a cell's excess: both, or one sum where they are not equivalent."""
    return record.host.count if record.host.equivalent else 1


def _row(
    members: list[Record], groups: dict[tuple[str, str, float], list[Record]]
) -> dict[str, object]:
    first, usable = members[0], [r for r in members if r.usable]
    host, x = first.host, round(first.content, 9)
    bulk = {
        content: group
        for (potential, label, content), group in groups.items()
        if (potential, label) == (first.potential, host.reference)
    }
    same = bulk.get(x, [])
    row: dict[str, object] = {
        "boundary": host.label,
        "kind": host.kind,
        "plane": host.plane,
        "potential": first.potential,
        "lithium_content": x,
        "orderings": len(members),
        "converged": len(usable),
        "bulk_orderings": len(same),
        "bulk_converged": sum(r.usable for r in same),
        "boundaries_equivalent": host.equivalent,
    }
    if not usable:
        return row
    lowest = min(usable, key=lambda r: r.energy)
    boundaries = boundary_count(lowest)
    per_area = EV_PER_A2 / (boundaries * lowest.area)
    energies = np.array([r.energy for r in usable])
    row |= {
        "gamma_spread_J_per_m2": (energies.max() - energies.min()) * per_area,
        "area_A2": lowest.area,
        "separation_A": lowest.atoms.cell[2, 2] / 2,
        "basal_angle_deg": basal_angle(lowest),
        "lowest_record": lowest.key,
    }
    known = [(r.content, r.energy_per_unit) for g in bulk.values() for r in g if r.usable]
    reference = min((r for r in same if r.usable), key=lambda r: r.energy, default=None)
    if reference is None:
        return row
    n = host.formula_units
    volume = lowest.atoms.cell.volume
    bulk_volume = n * reference.atoms.cell.volume / reference.host.formula_units
    return row | {
        "gamma_J_per_m2": (lowest.energy - n * LowerHull.of(known)(first.content)) * per_area,
        "gamma_same_content_J_per_m2": (lowest.energy - n * reference.energy_per_unit) * per_area,
        "excess_volume_A": (volume - bulk_volume) / (boundaries * lowest.area),
    }
