"""Mirror planes of the parent lattice: which, and where in the crystal."""

from __future__ import annotations

import numpy as np

from delith.crystals import Crystal, Plane
from delith.crystals.cosets import Operation
from delith.crystals.lattice import Floats, Ints, completed_basis, plane_cell, primitive_indices
from delith.crystals.parent import Parent, parent


def mirror_positions(crystal: Crystal, plane: Plane) -> list[float]:
    """Heights at which a plane is a mirror of the parent.

    Parameters
    ----------
    crystal : Crystal
    plane : tuple of int
        (hkl) with respect to the conventional cell.

    Returns
    -------
    list of float
        Heights above the origin in units of the crystal's plane spacing, in [0, 1); empty if
        the parent has no such mirror. Glide planes do not count: their twin would come with
        a shift in the plane.
    """
    found = parent(crystal)
    normal = _parent_indices(found, plane)
    own = plane_cell(crystal.primitive, crystal.primitive_plane(plane)).spacing
    ratio = plane_cell(found.basis @ crystal.atoms.cell[:], normal).spacing / own
    a, b, step = completed_basis(normal)
    heights = set()
    for rotation, translation in zip(found.rotations, found.translations, strict=True):
        if not is_mirror(rotation) or (normal @ rotation != -normal).any():
            continue
        # (W|w) and (W|w + step) stand for all parallel mirrors, half a parent spacing apart
        for shift in (translation, translation + step):
            if _is_pure(rotation, shift, np.array([a, b])):
                first = float(normal @ shift) / 2
                planes = first + np.arange(max(1, round(1 / ratio)))
                heights |= {round(float(h), 6) % 1 for h in planes * ratio % 1}
    return sorted(heights)


def mirror_operation(crystal: Crystal, plane: Plane, height: float) -> Operation:
    """The mirror of the parent at one of `mirror_positions`, in parent fractions."""
    found = parent(crystal)
    normal = _parent_indices(found, plane)
    rotation = next(w for w in found.rotations if is_mirror(w) and (normal @ w == -normal).all())
    step = plane_cell(crystal.primitive, crystal.primitive_plane(plane))
    # the mirror keeps what lies on it, for example this point
    point = height * (step.vectors[2] @ step.rotation)
    fractions = point @ np.linalg.inv(found.basis @ crystal.atoms.cell[:])
    return Operation(rotation, fractions - rotation @ fractions)


def mirror_planes(crystal: Crystal) -> list[Plane]:
    """List the mirror planes of the parent, (hkl) in the conventional cell, low indices first."""
    found = parent(crystal)
    planes = {mirror_plane(found, w) for w in found.rotations if is_mirror(w)}
    return sorted((p for p in planes if mirror_positions(crystal, p)), key=low_indices)


def is_mirror(rotation: Ints) -> bool:
    """Tell whether a point operation is a mirror."""
    return round(float(np.linalg.det(rotation))) == -1 and int(np.trace(rotation)) == 1


def mirror_plane(found: Parent, rotation: Ints) -> Plane:
    """Miller indices of a mirror in the conventional cell."""
    # rows of 1 − W are multiples of the plane's indices on the parent's vectors
    row = next(r for r in np.eye(3, dtype=int) - rotation if r.any())
    indices = np.linalg.solve(found.basis, row)  # whole: cells of the crystal are cells of it
    h, k, el = (int(i) for i in primitive_indices(np.rint(indices).astype(int)))
    return max((h, k, el), (-h, -k, -el))


def whole_basis(found: Parent) -> Floats:
    """Parent vectors in units that make them whole in the conventional cell, whatever its size."""
    return np.rint(found.basis / abs(np.linalg.det(found.basis)))


def low_indices(plane: Plane) -> tuple[int, list[int]]:
    """Sort key: low indices first."""
    return sum(i * i for i in plane), [-i for i in plane]


def _is_pure(rotation: Ints, shift: Floats, inplane: Ints) -> bool:
    """Whether (W|w) is a mirror and no glide, modulo the parent's translations in the plane."""
    twice = rotation @ shift + shift  # the square of the operation is a translation by this
    steps = np.linalg.lstsq(inplane.T, twice, rcond=None)[0] / 2
    # distorted crystals place their mirrors only roughly; glides are half a vector
    return bool(np.abs(steps - np.rint(steps)).max() < 0.1)


def _parent_indices(found: Parent, plane: Plane) -> Ints:
    return primitive_indices(np.rint(whole_basis(found) @ np.asarray(plane)).astype(int))
