"""What the operations between domains are called, in the conventional cell of the crystal."""

from __future__ import annotations

import numpy as np

from delith.crystals import Crystal, Plane
from delith.crystals.cosets import Operation, projection
from delith.crystals.lattice import Floats, Ints, primitive_indices, shortest_images
from delith.crystals.mirrors import is_mirror, low_indices, mirror_plane, whole_basis
from delith.crystals.notation import format_plane, format_vector
from delith.crystals.parent import Parent

#: Slips and screws (Å) below this are rounding: those of a crystal are a good part of a bond.
_PURE = 0.3


def named(crystal: Crystal, found: Parent, elements: tuple[Operation, ...]) -> tuple[str, str]:
    """Name a coset by its simplest element: kind, and operation in the conventional cell."""
    translations = [e for e in elements if (e.rotation == np.eye(3)).all()]
    if translations:
        vector = _shortest(crystal, translations[0].translation @ found.basis)
        if not np.any(vector):
            return "identity", "identity"
        return "antiphase", f"translation {format_vector(vector)}"
    for element in elements:
        if (element.rotation == -np.eye(3)).all():
            centre = _shortest(crystal, element.translation @ found.basis) / 2
            return "inversion", f"inversion at {format_vector(centre)}"
    slips = np.array([element.slip(found.cell) for element in elements])
    kind = "twin" if slips.min() < _PURE else "twin × antiphase"
    pure = [e for e, s in zip(elements, slips, strict=True) if s < max(_PURE, slips.min() + 0.01)]
    mirrors = {mirror_plane(found, e.rotation) for e in pure if is_mirror(e.rotation)}
    if mirrors:
        planes = sorted(mirrors, key=low_indices)
        return kind, f"mirror {', '.join(format_plane(p) for p in planes[:3])}"
    axes = {(_fold(e.rotation), _axis(found, e.rotation)) for e in pure}
    fold, axis = min(axes, key=lambda a: (abs(a[0]), low_indices(a[1])))
    return kind, f"{fold}-fold {_bracketed(format_plane(axis))}"


def point_operation(rotation: Ints) -> str:
    """Name a point operation by its indices in the basis that it is given in."""
    fold = _fold(rotation)
    if abs(fold) == 1:
        return "identity" if fold == 1 else "inversion"
    proper = rotation * np.sign(fold)
    # of a mirror the plane, which is a row; of all others the axis, a column
    kept = projection(proper) if fold == -2 else projection(proper).T
    u, v, w = (int(i) for i in primitive_indices(np.rint(12 * next(r for r in kept if r.any()))))
    indices = format_plane(max((u, v, w), (-u, -v, -w)))
    return f"mirror {indices}" if fold == -2 else f"{fold}-fold {_bracketed(indices)}"


def _bracketed(plane: str) -> str:
    return plane.replace("(", "[").replace(")", "]")


def _shortest(crystal: Crystal, vector: Floats) -> Floats:
    """Shortest lattice-equivalent of a vector in fractions of the conventional cell."""
    cell = crystal.atoms.cell[:]
    best = shortest_images(vector @ cell, crystal.primitive)[0] @ np.linalg.inv(cell)
    return np.where(np.abs(best) < 1e-6, 0.0, best)


def _fold(rotation: Ints) -> int:
    """Order of a rotation, negative for rotoinversions."""
    sign = round(float(np.linalg.det(rotation)))
    return sign * {-1: 2, 0: 3, 1: 4, 2: 6, 3: 1}[sign * int(np.trace(rotation))]


def _axis(found: Parent, rotation: Ints) -> Plane:
    """Direction [uvw] that a rotation or rotoinversion keeps, in the conventional cell."""
    proper = rotation * round(float(np.linalg.det(rotation)))
    # orders of rotations divide twelve
    whole = np.rint(12 * projection(proper))
    column = next(c for c in whole.T if c.any())
    direction = np.rint(column @ whole_basis(found)).astype(int)
    u, v, w = (int(i) for i in primitive_indices(direction))
    return max((u, v, w), (-u, -v, -w))
