"""Domains: what a crystal has lost of its parent's symmetry.

Operations of the parent that the crystal has lost turn one domain into another: a lost mirror makes
a twin, a lost translation an antiphase boundary.
"""

from __future__ import annotations

import numpy as np

from delith.crystals import Crystal, Plane
from delith.errors import DelithError
from delith.lattice import Floats, Ints, completed_basis, plane_cell, primitive_indices
from delith.notation import format_vector
from delith.parent import Parent, parent

#: An antiphase vector may be written to two decimals; the exact one is meant.
_ROUNDING = 0.01

#: Common denominator of the coordinates that parent vectors take in conventional cells.
_DENOMINATOR = 72


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
        if not _is_mirror(rotation) or (normal @ rotation != -normal).any():
            continue
        # (W|w) and (W|w + step) stand for all parallel mirrors, half a parent spacing apart
        for shift in (translation, translation + step):
            if _is_pure(rotation, shift, np.array([a, b])):
                first = float(normal @ shift) / 2
                planes = first + np.arange(max(1, round(1 / ratio)))
                heights |= {round(float(h), 6) % 1 for h in planes * ratio % 1}
    return sorted(heights)


def mirror_planes(crystal: Crystal) -> list[Plane]:
    """List the mirror planes of the parent, (hkl) in the conventional cell, low indices first."""
    found = parent(crystal)
    planes = set()
    for rotation in found.rotations:
        if _is_mirror(rotation):
            # rows of 1 − W are multiples of the plane's indices on the parent's vectors
            row = next(r for r in np.eye(3, dtype=int) - rotation if r.any())
            indices = np.linalg.solve(found.basis, row) * _DENOMINATOR
            h, k, el = (int(i) for i in primitive_indices(np.rint(indices).astype(int)))
            planes.add(max((h, k, el), (-h, -k, -el)))
    mirrors = [p for p in planes if mirror_positions(crystal, p)]
    return sorted(mirrors, key=lambda p: (sum(i * i for i in p), [-i for i in p]))


def antiphase_vector(crystal: Crystal, vector: tuple[float, float, float] | None) -> Floats:
    """Find the exact translation that an antiphase vector stands for.

    Parameters
    ----------
    crystal : Crystal
    vector : tuple of float, optional
        Fractions of the conventional cell, to two decimals or better; by default the one
        translation that the crystal has lost.

    Returns
    -------
    ndarray, shape (3,)
        A lost translation of the parent or, for a null boundary, one of the crystal.

    Raises
    ------
    DelithError
        If the vector is neither, or if none is given and the crystal has lost none or several.
    """
    lost = parent(crystal).lost_translations
    listed = ", ".join(format_vector(v) for v in lost)
    if vector is None:
        if len(lost) == 1:
            return lost[0]
        if not len(lost):
            raise DelithError(
                f"{crystal.name} has lost no translations of its parent lattice, so it has no "
                "antiphase boundary."
            )
        raise DelithError(
            f"{crystal.name} has lost {len(lost)} translations of its parent lattice ({listed}): "
            "choose one with vector=."
        )
    given = np.asarray(vector, dtype=float)
    if given.shape != (3,) or not np.isfinite(given).all():
        raise DelithError(
            f"vector must be three fractions of the conventional cell, not {vector!r}."
        )
    for candidate in (np.zeros(3), *lost):
        rounding = _off_lattice(given - candidate, crystal)
        if np.abs(rounding).max() < _ROUNDING:
            return given - rounding
    raise DelithError(
        f"{format_vector(given)} is not a translation of the parent lattice of {crystal.name}. "
        f"Translations the crystal has lost: {listed or 'none'}."
    )


def _off_lattice(vector: Floats, crystal: Crystal) -> Floats:
    """What a vector is off its nearest lattice vector, in fractions of the conventional cell."""
    primitive = crystal.primitive @ np.linalg.inv(crystal.atoms.cell[:])
    steps = vector @ np.linalg.inv(primitive)
    return np.asarray((steps - np.rint(steps)) @ primitive, dtype=float)


def _is_mirror(rotation: Ints) -> bool:
    return round(float(np.linalg.det(rotation))) == -1 and int(np.trace(rotation)) == 1


def _is_pure(rotation: Ints, shift: Floats, inplane: Ints) -> bool:
    """Whether (W|w) is a mirror and no glide, modulo the parent's translations in the plane."""
    twice = rotation @ shift + shift  # the square of the operation is a translation by this
    steps = np.linalg.lstsq(inplane.T, twice, rcond=None)[0] / 2
    # distorted crystals place their mirrors only roughly; glides are half a vector
    return bool(np.abs(steps - np.rint(steps)).max() < 0.1)


def _parent_indices(found: Parent, plane: Plane) -> Ints:
    return primitive_indices(np.rint(found.basis @ np.asarray(plane) * _DENOMINATOR).astype(int))
