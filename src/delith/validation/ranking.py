"""Anchor of the boundaries themselves: order of metals on one sublattice is cheap to break."""

from __future__ import annotations

from ase.calculators.calculator import Calculator

from delith import boundaries, crystals
from delith.boundaries import Boundary
from delith.crystals.lattice import area
from delith.relaxation import RelaxSettings
from delith.units import EV_PER_A2
from delith.validation.anchor import Anchor, relaxed

#: Å between boundaries.
_SEPARATION = 8.0


def anchors(calculator: Calculator, potential: str) -> list[Anchor]:
    """Compare antiphase boundaries of LiCoO2 and of the Ni/Mn order of LiNi0.5Mn1.5O4.

    Parameters
    ----------
    calculator : ase.calculators.calculator.Calculator
    potential : str
        Its name; every potential is held to the same ranking.
    """
    lco, lnmo = (crystals.load(name) for name in ("LiCoO2", "LiNi0.5Mn1.5O4"))
    dear = boundaries.antiphase(lco, (1, 0, 4), separation=_SEPARATION)
    cheap = boundaries.antiphase(lnmo, (1, 0, 0), (0, 0.5, 0.5), separation=_SEPARATION)
    high, low = (_gamma(boundary, calculator) for boundary in (dear, cheap))
    return [
        Anchor(
            "γ(LCO APB) − γ(LNMO APB), J/m²",
            high - low,
            float("nan"),
            "> 0, twofold",
            high > 2 * low,
            "order lost near 5100 K (Wolverton and Zunger, 1998), that of Ni and Mn near 1000 K",
        )
    ]


def _gamma(boundary: Boundary, calculator: Calculator) -> float:
    """Boundary energy of the full crystal, J/m²."""
    bulk = relaxed(boundaries.bulk(boundary).atoms, calculator)
    cell = boundaries.matched(boundary, bulk.atoms.cell)
    end = relaxed(cell, calculator, RelaxSettings())
    return (end.energy - bulk.energy) / (boundary.count * area(end.atoms)) * EV_PER_A2
