"""Boundary cells: by name, by domain variant, every one of a plane, shifted, ordered to not."""

from delith.boundaries.catalogue import catalogue, distinct
from delith.boundaries.cell import Boundary, bulk, matched
from delith.boundaries.interface import disordered_bulk, interface
from delith.boundaries.kinds import antiphase, between, inversion, twin
from delith.boundaries.shifts import ShiftSearch, search_shift, shifted
from delith.crystals.lattice import area

__all__ = [
    "Boundary",
    "ShiftSearch",
    "antiphase",
    "area",
    "between",
    "bulk",
    "catalogue",
    "disordered_bulk",
    "distinct",
    "interface",
    "inversion",
    "matched",
    "search_shift",
    "shifted",
    "twin",
]
