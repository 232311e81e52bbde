"""Rigid-body shifts of the LiCoO2 (104) twin, to see whether the mirror is the lowest state.

Run as ``python workflows/gamma_surface.py``; about five minutes on one core.
"""

from pathlib import Path

import delith as dl

RESULT = Path("results") / "gamma_surface" / "gamma_surface"

lco = dl.crystals.load("LiCoO2")
twin = dl.boundaries.twin(lco, plane=(1, 0, 4), separation=8)
search = dl.boundaries.search_shift(twin, grid=(6, 12), lowest=3)
for (u, v), gamma in zip(search.shifts, search.relaxed, strict=True):
    print(f"from shift [{u:.3f}, {v:.3f}]: γ = {gamma:.4f} J/m²")
dl.figures.save(dl.figures.gamma_surface(search), RESULT)
