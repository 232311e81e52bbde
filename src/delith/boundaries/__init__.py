"""Boundary cells: by name, by domain variant, or every one of a plane."""

from delith.boundaries.catalogue import catalogue
from delith.boundaries.cell import Boundary, area, bulk, matched
from delith.boundaries.kinds import antiphase, between, inversion, twin

__all__ = [
    "Boundary",
    "antiphase",
    "area",
    "between",
    "bulk",
    "catalogue",
    "inversion",
    "matched",
    "twin",
]
