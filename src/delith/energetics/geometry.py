"""Angles read from relaxed boundary cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd

from delith.crystals import NONMETALS
from delith.crystals.lattice import Floats
from delith.facts import State
from delith.records import Record

COLUMNS = (
    "boundary",
    "potential",
    "lithium_content",
    "state",
    "basal_angle_deg",
    "smallest_deg",
    "largest_deg",
    "orderings",
)


def basal_angles(records: Iterable[Record]) -> pd.DataFrame:
    """Tabulate the angle between the basal planes of twins against Li content.

    Parameters
    ----------
    records : iterable of Record
        Unusable ones do not enter.

    Returns
    -------
    pandas.DataFrame
        A row per boundary, potential, state and Li content whose grains are tilted: the angle of
        the lowest ordering, see `basal_angle`, the smallest and the largest of all orderings, and
        how many these are.
    """
    groups: dict[tuple[str, str, State, float], list[Record]] = defaultdict(list)
    for r in records:
        if r.comparable and r.usable and r.host.count:
            groups[r.potential, r.host.label, r.state, round(r.content, 9)].append(r)
    rows = []
    for (potential, label, state, content), members in groups.items():
        angles = [basal_angle(r) for r in sorted(members, key=lambda r: r.energy)]
        if np.isfinite(angles).all():
            found = (angles[0], min(angles), max(angles), len(angles))
            rows.append((label, potential, content, state.label, *found))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    by = ["potential", "boundary", "state", "lithium_content"]
    return table.sort_values(by, ascending=[True, True, True, False], ignore_index=True)


def basal_angle(record: Record) -> float:
    """Angle between the basal planes of the two grains of a relaxed twin, degrees.

    Each grain's lattice is taken from its relaxed framework cations, less those that left their
    sites: the in-plane vectors are common to both grains, and the third direction is fitted to how
    the cations moved.

    Returns
    -------
    float
        The obtuse one of the two angles between the planes, as read in micrographs; NaN for
        boundaries that leave the basal plane as it is and for crystals without a main axis.
    """
    facts = record.host
    if facts.basal is None:
        return float("nan")
    lower, upper = np.asarray(facts.basal)
    if abs(lower @ upper) > 1 - 1e-6:
        return float("nan")
    normals = []
    for grain, basal in enumerate(facts.basal):
        deformation = _grain_deformation(record, grain)
        if deformation is None:
            return float("nan")
        # plane normals transform with the inverse transpose
        normal = np.linalg.solve(deformation.T, np.asarray(basal))
        normals.append(normal / np.linalg.norm(normal))
    angle = np.degrees(np.arccos(np.clip(abs(normals[0] @ normals[1]), 0, 1)))
    return float(180 - angle)


def _grain_deformation(record: Record, grain: int) -> Floats | None:
    """Affine map from the built to the relaxed lattice of one grain; None if it is too thin."""
    atoms, built = record.atoms, np.asarray(record.host.built_cell)
    species = _framework_cations(record)
    inside = (atoms.arrays["grain"] == grain) & np.isin(atoms.symbols, species)
    if "moved" in atoms.arrays:  # into interstices, where nothing holds them as the lattice does
        inside &= atoms.arrays["moved"] == 0
    if inside.sum() < 2:
        return None
    before = (record.start.get_scaled_positions(wrap=False) @ built)[inside]
    after = atoms.positions[inside]
    inplane = np.linalg.solve(built[:2, :2], atoms.cell[:2, :]).T
    rest = after - before[:, :2] @ inplane.T
    heights = before[:, 2] - before[:, 2].mean()
    if np.ptp(heights) < 1e-3:
        return None
    slope = heights @ (rest - rest.mean(axis=0)) / (heights @ heights)
    return np.column_stack([inplane, slope])


def _framework_cations(record: Record) -> list[str]:
    framework = set(record.atoms.symbols) - {record.mobile}
    return sorted(framework - NONMETALS or framework)
