"""Boundary cells: by name, by domain variant, every one of a plane, and shifted."""

from delith.boundaries.catalogue import catalogue
from delith.boundaries.cell import Boundary, area, bulk, matched, shifted
from delith.boundaries.kinds import antiphase, between, inversion, twin
from delith.boundaries.shifts import ShiftSearch, search_shift

__all__ = [
    "Boundary",
    "ShiftSearch",
    "antiphase",
    "area",
    "between",
    "bulk",
    "catalogue",
    "inversion",
    "matched",
    "search_shift",
    "shifted",
    "twin",
]
