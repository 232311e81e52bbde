"""Boundary energy of a closed cell against bulk at the same Li content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd

from delith.crystals import inspection
from delith.energetics.geometry import basal_angle
from delith.energetics.hull import LowerHull
from delith.energetics.sums import gamma_of_one
from delith.facts import State
from delith.records import Record
from delith.units import EV_PER_A2

COLUMNS = (
    "boundary",
    "kind",
    "plane",
    "potential",
    "lithium_content",
    "state",
    "dopant",
    "shell",
    "exchanged",
    "gamma_J_per_m2",
    "gamma_same_content_J_per_m2",
    "gamma_of_one_J_per_m2",
    "gamma_spread_J_per_m2",
    "gamma_potential_range_J_per_m2",
    "orderings",
    "converged",
    "failed",
    "bulk_orderings",
    "bulk_converged",
    "boundaries_equivalent",
    "boundaries_alike",
    "polar",
    "excess",
    "area_A2",
    "separation_A",
    "excess_volume_A",
    "basal_angle_deg",
    "lowest_record",
)


def boundary_energies(records: Iterable[Record]) -> pd.DataFrame:
    """Tabulate γ(x) of every boundary in a set of records.

    γ(x) = [E_cell − n·E_hull(x)] / 2A, with the lowest usable ordering of the boundary, and the
    lower convex hull over all usable orderings of the matched bulk under the same potential: of
    bulk with the same dopants, whose metals may have been exchanged as those of the boundary.
    Where the two grains differ, as at the interface to a disordered crystal, each counts half.

    Strain: every cell keeps the in-plane lattice of the lowest planned bulk ordering at its content
    (the normal is free), whereas the bulk orderings, and so the hull, relax in all directions. An
    ordering that prefers another in-plane lattice pays for coherency, the more the thicker the
    grains.

    Parameters
    ----------
    records : iterable of Record
        Boundaries and their bulk; what is no ordering does not enter.

    Returns
    -------
    pandas.DataFrame
        One row per boundary, state, potential and Li content:

        state, dopant, shell, exchanged
            What was done to the cell; see `delith.facts.State`.
        gamma_J_per_m2
            Against the bulk hull. Where the two boundaries of the cell are not equivalent
            (``boundaries_equivalent`` false) it is the sum of both, E/A: so where one of them
            was decorated.
        gamma_same_content_J_per_m2
            Against the lowest bulk ordering at the same content, on the hull or not.
        gamma_of_one_J_per_m2
            Of one boundary, where one is decorated of that one; see
            `delith.energetics.sums.gamma_of_one`.
        gamma_spread_J_per_m2
            From the lowest to the highest usable ordering of the boundary.
        gamma_potential_range_J_per_m2
            From the lowest to the highest γ that the potentials give; NaN where only one does.
        orderings, converged, failed
            Computed; usable among them: converged, in their basin; and those for which the
            potential gave no energy. The first two for bulk as well.
        boundaries_alike
            Whether the lithium order of the lowest cell leaves its two boundaries alike. Where it
            does not, γ is the mean of two boundaries that hold lithium differently, or, where
            they are not equivalent in the first place, their sum.
        polar
            Head-to-head and tail-to-tail: what charge does at such boundaries is beyond most
            potentials.
        excess
            Framework atoms beyond those of bulk: γ then needs the chemical potential of a
            reservoir, and is left open here.
        area_A2, separation_A
            Relaxed, of the lowest ordering.
        excess_volume_A
            [V_cell − n·V_bulk(x)] / 2A.
        basal_angle_deg
            Angle between the basal planes of the two grains, obtuse; see `basal_angle`.
        lowest_record
            Key of the record behind the row.
    """
    rows = [_row(members, bulk) for members, bulk in compared(records)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["gamma_of_one_J_per_m2"] = gamma_of_one(table, "lithium_content")
    same = table.groupby(["boundary", "state", "lithium_content"])["gamma_J_per_m2"]
    ranges = same.transform("max") - same.transform("min")
    table["gamma_potential_range_J_per_m2"] = ranges.where(same.transform("count") > 1)
    table["shell"] = table["shell"].astype("Int64")
    by = ["potential", "boundary", "dopant", "shell", "exchanged", "lithium_content"]
    return table.sort_values(by, ascending=[True] * 5 + [False], ignore_index=True)


def compared(records: Iterable[Record]) -> list[tuple[list[Record], list[list[Record]]]]:
    """Orderings of each boundary, state, potential and content, and the bulk of both its grains."""
    groups: dict[tuple[str, str, State, float], list[Record]] = defaultdict(list)
    bulk: dict[tuple[str, str, tuple[str, int]], list[Record]] = defaultdict(list)
    for record in filter(lambda r: r.comparable, records):
        host, state = record.host, record.state
        if host.count:
            groups[record.potential, host.label, state, round(record.content, 9)].append(record)
        else:
            bulk[record.potential, host.label, state.composition].append(record)
    found = []
    for (potential, _, state, _), members in groups.items():
        host = members[0].host
        grains = (host.reference, host.other or host.reference)
        found.append((members, [bulk[potential, label, state.composition] for label in grains]))
    return found


def boundaries_equivalent(record: Record) -> bool:
    """Tell whether both boundaries of a cell are alike: only one of them is ever decorated."""
    return record.host.equivalent and record.state == State()


def boundary_count(record: Record) -> int:
    """Boundaries that share a cell's excess: both, or one sum where they are not equivalent."""
    return record.host.count if boundaries_equivalent(record) else 1


def _row(members: list[Record], bulk: list[list[Record]]) -> dict[str, object]:
    """One row; ``bulk`` holds what each of the two grains compares with."""
    first, usable = members[0], [r for r in members if r.usable]
    host, state, x = first.host, first.state, round(first.content, 9)
    same = [[r for r in grain if round(r.content, 9) == x] for grain in bulk]
    row: dict[str, object] = {
        "boundary": host.label,
        "kind": host.kind,
        "plane": host.plane,
        "potential": first.potential,
        "lithium_content": x,
        "state": state.label,
        "dopant": state.dopant,
        "shell": state.shell,
        "exchanged": state.exchanged,
        "orderings": len(members),
        "converged": len(usable),
        "failed": sum(not np.isfinite(r.energy) for r in members),
        "bulk_orderings": min(map(len, same)),
        "bulk_converged": min(sum(r.usable for r in grain) for grain in same),
        "boundaries_equivalent": boundaries_equivalent(first),
        "polar": host.polar,
        "excess": host.excess,
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
        "boundaries_alike": boundaries_equivalent(lowest)
        and inspection.boundaries_equivalent(lowest.built),
        "separation_A": lowest.atoms.cell[2, 2] / 2,
        "basal_angle_deg": basal_angle(lowest),
        "lowest_record": lowest.key,
    }
    lows = [min((r for r in g if r.usable), key=lambda r: r.energy, default=None) for g in same]
    references = [r for r in lows if r is not None]
    # metals exchanged in bulk may be the lowest, but are no stand-in for bulk that failed
    if not all(any(r.usable and not r.state.exchanged for r in grain) for grain in same):
        return row
    n = host.formula_units
    # a dopant weighs more in a smaller bulk
    diluted = state.dopants and any(r.host.formula_units != n for r in references)
    if len(references) < len(lows) or host.excess or diluted:
        return row
    hull = np.mean([LowerHull.of_bulk(grain)(first.content) for grain in bulk])
    same_content = np.mean([r.energy_per_unit for r in references])
    volume = np.mean([r.atoms.cell.volume / r.host.formula_units for r in references])
    return row | {
        "gamma_J_per_m2": (lowest.energy - n * hull) * per_area,
        "gamma_same_content_J_per_m2": (lowest.energy - n * same_content) * per_area,
        "excess_volume_A": (lowest.atoms.cell.volume - n * volume) / (boundaries * lowest.area),
    }
