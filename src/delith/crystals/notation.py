"""Planes and vectors as crystallographers write them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from delith.crystals import Plane
from delith.crystals.lattice import Floats


def format_plane(plane: Plane) -> str:
    """Write Miller indices: ``(104)``, or ``(1 -2 0)`` where a sign or a long index needs room."""
    short = all(0 <= i <= 9 for i in plane)
    return "(" + ("" if short else " ").join(str(int(i)) for i in plane) + ")"


def format_excess(excess: Mapping[str, float]) -> str:
    """Write numbers of atoms beyond those of bulk: ``Li+1 Co-1``."""
    return " ".join(f"{element}{number:+g}" for element, number in excess.items())


def format_vector(vector: Floats) -> str:
    """Write a fractional vector with small denominators as fractions."""
    parts = []
    for x in vector:
        near = Fraction(float(x)).limit_denominator(12)
        parts.append(str(near) if abs(near - x) < 1e-3 else f"{x:.3f}")
    return f"[{', '.join(parts)}]"
