"""The lower convex hull of energy against content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from delith.crystals.lattice import Floats
from delith.facts import State
from delith.records import Record

COLUMNS = (
    "host",
    "potential",
    "lithium_content",
    "ordering",
    "formation_energy_eV",
    "on_hull",
)

#: How far (eV per formula unit) rounding may put what lies on the hull above it.
ROUNDING = 1e-9


@dataclass(frozen=True)
class LowerHull:
    """Lower convex hull of points (x, energy).

    Attributes
    ----------
    x, energy : ndarray
        Vertices, x rising.
    """

    x: Floats
    energy: Floats

    @classmethod
    def of(cls, points: Iterable[tuple[float, float]]) -> LowerHull:
        """Build the hull of sampled points; at least one is needed."""
        vertices: list[tuple[float, float]] = []
        for point in sorted(points):
            if vertices and point[0] - vertices[-1][0] < 1e-9:
                continue  # sorted: the lowest at this x came first
            while len(vertices) > 1 and _turns_down(vertices[-2], vertices[-1], point):
                vertices.pop()
            vertices.append(point)
        x, energy = np.array(vertices, dtype=float).T
        return cls(x=x, energy=energy)

    @classmethod
    def of_bulk(cls, records: Iterable[Record]) -> LowerHull:
        """Build the hull of usable records, by formula unit; at least one is needed."""
        return cls.of((r.content, r.energy_per_unit) for r in records if r.usable)

    def __call__(self, x: float) -> float:
        """Energy of the hull at x; NaN outside the sampled range."""
        return float(np.interp(x, self.x, self.energy, left=np.nan, right=np.nan))


def _turns_down(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Whether b lies on or above the line from a to c."""
    return (b[1] - a[1]) * (c[0] - a[0]) >= (c[1] - a[1]) * (b[0] - a[0])


def formation_energies(records: Iterable[Record]) -> pd.DataFrame:
    """Tabulate how far every ordering of bulk lies below or above a mixture of the end members.

    Parameters
    ----------
    records : iterable of Record
        Bulk as it is; all else and what is unusable do not enter.

    Returns
    -------
    pandas.DataFrame
        host, potential, lithium_content, ordering, formation_energy_eV (per formula unit, against
        the lowest orderings of the smallest and the largest content), on_hull (at a vertex or on
        the line between two); nothing for hosts of one content.
    """
    groups: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        plain = record.comparable and record.state == State() and not record.host.count
        if plain and record.usable and record.mobile:
            groups[record.potential, record.host.label].append(record)
    rows = []
    for (potential, label), members in groups.items():
        hull = LowerHull.of_bulk(members)
        if len(hull.x) < 2:
            continue
        ends = LowerHull(x=hull.x[[0, -1]], energy=hull.energy[[0, -1]])
        rows += [
            {
                "host": label,
                "potential": potential,
                "lithium_content": r.content,
                "ordering": r.ordering,
                "formation_energy_eV": r.energy_per_unit - ends(r.content),
                "on_hull": r.energy_per_unit <= hull(r.content) + ROUNDING,
            }
            for r in members
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
