"""The lower convex hull of energy against content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from delith.lattice import Floats


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

    def __call__(self, x: float) -> float:
        """Energy of the hull at x; NaN outside the sampled range."""
        return float(np.interp(x, self.x, self.energy, left=np.nan, right=np.nan))


def _turns_down(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Whether b lies on or above the line from a to c."""
    return (b[1] - a[1]) * (c[0] - a[0]) >= (c[1] - a[1]) * (b[0] - a[0])
