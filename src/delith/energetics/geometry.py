"""Angles read from relaxed boundary cells."""

from __future__ import annotations

import numpy as np

from delith.crystals import NONMETALS
from delith.lattice import Floats
from delith.records import Record


def basal_angle(record: Record) -> float:
    """Angle between the basal planes of the two grains of a relaxed twin, degrees.

    Each grain's lattice is taken from the relaxed framework cations in its interior: the in-plane
    vectors are common to both grains, and the third direction is fitted to how the cations moved.

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
