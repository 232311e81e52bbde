"""Angles around atoms at which GPAW evaluates the functional, enough for meta-GGAs.

GPAW integrates over the sphere of each atom by 50 points. By r2SCAN the energy of LiCoO2 then hangs
on how the crystal lies to the axes, by up to 27 meV an atom (by PBE 1); by `POINTS` 0.02
(``workflows/dft_turned.py``), in hardly more time.

Lebedev, USSR Comput. Math. Math. Phys. 16, 10 (1976).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
from gpaw.sphere import integrate, lebedev
from gpaw.sphere.spherical_harmonics import Y, nablarlYL
from gpaw.xc import gga, lda, mgga, pawcorrection
from scipy.integrate import lebedev_rule

#: Degree up to which spherical harmonics are integrated exactly.
DEGREE = 23
_DIRECTIONS, _WEIGHTS = lebedev_rule(DEGREE)
#: That takes 194.
POINTS = _WEIGHTS.size
#: Harmonics that GPAW knows at each point: up to degree 4.
_HARMONICS = 25

#: Where GPAW keeps the points, each under the same names.
_KEEPERS = (lebedev, integrate, pawcorrection, gga, lda, mgga)
#: They are the process's.
_HELD = threading.RLock()


@contextmanager
def fine() -> Iterator[None]:
    """Let GPAW integrate over `POINTS` angles for as long as this lasts, one thread at a time."""
    with _HELD:
        points = _points()
        before = [
            (keeper, name, getattr(keeper, name))
            for keeper in _KEEPERS
            for name in points
            if hasattr(keeper, name)
        ]
        for keeper, name, _ in before:
            setattr(keeper, name, points[name])
        try:
            yield
        finally:
            for keeper, name, value in before:
                setattr(keeper, name, value)


@cache
def _points() -> dict[str, Any]:
    """Directions, weights (their sum is 1), harmonics and their slopes, by GPAW's names."""
    directions = np.ascontiguousarray(_DIRECTIONS.T)
    values = np.array([[Y(i, *r) for i in range(_HARMONICS)] for r in directions])
    slopes = np.array(
        [
            # of r^l Y less what r^l gives
            [nablarlYL(i, r) - int(i**0.5) * r * value[i] for i in range(_HARMONICS)]
            for r, value in zip(directions, values, strict=True)
        ]
    )
    return {
        "R_nv": directions,
        "weight_n": _WEIGHTS / _WEIGHTS.sum(),
        "Y_nL": values,
        "rnablaY_nLv": slopes,
    }
