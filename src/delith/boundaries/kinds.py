"""Domain boundaries by name: twins, antiphase and inversion boundaries."""

from __future__ import annotations

import numpy as np

from delith import bicrystal, domains
from delith.bicrystal import Joint, OrientedCrystal
from delith.boundaries.cell import Boundary, build
from delith.crystals import Crystal, Plane, mirrors
from delith.crystals.notation import format_plane
from delith.domains import Variant
from delith.errors import DelithError
from delith.joints import joints


def twin(
    crystal: Crystal,
    plane: Plane,
    separation: float = 12.0,
    repeat: tuple[int, int] = (1, 1),
    position: int = 0,
) -> Boundary:
    """Build a coherent twin: a crystal and its mirror image in a plane of the parent lattice.

    Where the image could as well be had by a translation or an inversion, as in ordered alloys and
    at 180° walls of ferroelectrics, the boundary says so in its kind.

    Parameters
    ----------
    crystal : Crystal
    plane : tuple of int
        Mirror plane (hkl) with respect to the conventional cell. In LiCoO2 (104) and (018) and
        their equivalents are mirrors of the rock-salt parent that the crystal has lost.
    separation : float
        Distance between the two boundaries, Å; the nearest whole number of planes is taken.
    repeat : tuple of int
        In-plane repeats of the smallest cell.
    position : int
        Which of the parent's mirrors within one plane spacing, counted from the origin, for
        crystals that have several.

    Returns
    -------
    Boundary

    Raises
    ------
    DelithError
        If the plane is no mirror of the parent, or the separation is too small.
    """
    oriented = bicrystal.orient(crystal, plane)
    heights = mirrors.mirror_positions(crystal, plane)
    if not heights:
        listed = ", ".join(map(format_plane, mirrors.mirror_planes(crystal))) or "none"
        raise DelithError(
            f"{format_plane(plane)} is not a mirror plane of the parent lattice of {crystal.name}, "
            f"so its twin is no domain boundary. Mirror planes: {listed}. (Growth twins on other "
            "planes: delith.bicrystal.mirror.)"
        )
    _check_position(position, len(heights), "mirror", crystal, plane)
    height = heights[position]
    kind = _twin_kind(crystal, plane, height)
    return build(
        oriented,
        plane,
        bicrystal.mirror(oriented, height),
        separation,
        repeat,
        kind=kind,
        label=f"{kind} {format_plane(plane)}" + (f" at {height:.2f}" if position else ""),
        operation=f"mirror {format_plane(plane)}",
        positions=len(heights),
    )


def antiphase(
    crystal: Crystal,
    plane: Plane,
    vector: tuple[float, float, float] | None = None,
    separation: float = 12.0,
    repeat: tuple[int, int] = (1, 1),
    position: int = 0,
) -> Boundary:
    """Build an antiphase boundary: two grains displaced by a lost translation of the parent.

    Parameters
    ----------
    crystal : Crystal
    plane : tuple of int
        Boundary plane (hkl) with respect to the conventional cell.
    vector : tuple of float, optional
        Displacement in fractions of the conventional cell; by default the translation that the
        crystal has lost, where there is just one (LiCoO2: (0, 0, 1/2) ≡ (1/3, 2/3, 1/6)). It may
        also be one of the anion lattice: a/4<110> and a/2<100> of a spinel.
    separation, repeat
        As in `twin`.
    position : int
        Which of the distinct plane positions, from the origin upwards. Where layers of the two
        grains fall together or apart (LiCoO2 on (003)) the boundary holds more or fewer atoms
        than the crystal: see `Boundary.excess`.

    Raises
    ------
    DelithError
        If the vector is no translation of the parent, if no vector is given and the crystal has
        lost none or several, or the separation is too small.
    """
    oriented = bicrystal.orient(crystal, plane)
    chosen = domains.antiphase_vector(crystal, vector)
    variant = domains.translated(crystal, chosen)
    return _joined(oriented, plane, variant, separation, repeat, position)


def inversion(
    crystal: Crystal,
    plane: Plane,
    separation: float = 12.0,
    repeat: tuple[int, int] = (1, 1),
    position: int = 0,
) -> Boundary:
    """Build an inversion boundary: a crystal without a centre beside its inverted variant.

    Parameters
    ----------
    crystal : Crystal
        Chiral or polar, such as P4_332 LiNi0.5Mn1.5O4 (whose inverse is P4_132) or ZnO.
    plane, separation, repeat, position
        As in `antiphase`. Of several inverted variants the first is taken; `between` builds the
        others.

    Raises
    ------
    DelithError
        If the crystal has an inversion centre, or no parent with one is near enough.
    """
    inverted = [v for v in domains.variants(crystal) if v.kind == "inversion"]
    if not inverted:
        named = f"{crystal.name} ({crystal.symbol})"
        if (crystal.symmetry.rotations == -np.eye(3)).all(axis=(1, 2)).any():
            raise DelithError(
                f"{named} has an inversion centre, so it has no inversion boundary: that takes a "
                "chiral or polar crystal."
            )
        raise DelithError(
            f"no parent lattice with an inversion was found near enough to the sites of {named}, "
            "so none of its variants is inverted. Its anions alone may have such a parent: where "
            "`delith variants --parent anions` lists an inversion, build that variant as a domain "
            "of this parent."
        )
    oriented = bicrystal.orient(crystal, plane)
    return _joined(oriented, plane, inverted[0], separation, repeat, position)


def between(
    crystal: Crystal,
    variant: Variant,
    plane: Plane,
    separation: float = 12.0,
    repeat: tuple[int, int] = (1, 1),
    position: int = 0,
) -> Boundary:
    """Build the boundary between a crystal and any of its domain variants.

    Parameters
    ----------
    crystal : Crystal
    variant : Variant
        One of `delith.domains.variants`.
    plane, separation, repeat, position
        As in `antiphase`.

    Raises
    ------
    DelithError
        If the variant is another crystal's, or its lattice does not fit on the plane.
    """
    domains.check_variant(crystal, variant)
    oriented = bicrystal.orient(crystal, plane)
    return _joined(oriented, plane, variant, separation, repeat, position)


def label_of(crystal: Crystal, variant: Variant, plane: Plane, joint: Joint, position: int) -> str:
    """Name a boundary: kind, plane, which of several variants, which of several positions."""
    alike = [v for v in domains.variants(crystal, variant.kept) if v.kind == variant.kind]
    # the crystal itself is its own antiphase domain, displaced by a lattice vector
    kind = variant.kind if variant.number else "antiphase"
    label = f"{kind} {format_plane(plane)}"
    if variant.kind == "antiphase" and (len(alike) > 1 or variant.kept == "anions"):
        label += variant.operation.removeprefix("translation")
    elif len(alike) > 1 or _twin_of_that_name(crystal, kind, plane, joint, position):
        label += f" to variant {variant.number}"
    return label + (f" at {joint.cut:.2f}" if position else "")


def _twin_of_that_name(
    crystal: Crystal, kind: str, plane: Plane, joint: Joint, position: int
) -> bool:
    """Tell whether `twin` makes another boundary of this kind and position on the plane."""
    heights = mirrors.mirror_positions(crystal, plane)
    if position >= len(heights):
        return False
    height = heights[position]
    if _twin_kind(crystal, plane, height) != kind:
        return False
    mirrored = np.allclose(joint.turn, np.diag([1, 1, -1]), atol=1e-6)
    return not (mirrored and abs(joint.cut - height) < 1e-3)


def _twin_kind(crystal: Crystal, plane: Plane, height: float) -> str:
    """Kind of what a mirror makes: it may do what a translation or an inversion does."""
    made = domains.made_by(crystal, mirrors.mirror_operation(crystal, plane, height))
    return made.kind if made.number else "twin"


def _joined(
    oriented: OrientedCrystal,
    plane: Plane,
    variant: Variant,
    separation: float,
    repeat: tuple[int, int],
    position: int,
) -> Boundary:
    crystal = oriented.crystal
    found: list[Joint] = joints(oriented, variant)
    if not found:
        raise DelithError(
            f"{format_plane(plane)} does not join {crystal.name} and its variant {variant.number} "
            f"({variant.operation}) coherently: their lattices differ in the plane. Its own mirror "
            "planes fit; `delith variants` lists them."
        )
    _check_position(position, len(found), variant.kind, crystal, plane)
    return build(
        oriented,
        plane,
        found[position],
        separation,
        repeat,
        kind=variant.kind,
        label=label_of(crystal, variant, plane, found[position], position),
        operation=variant.operation,
        positions=len(found),
    )


def _check_position(position: int, count: int, what: str, crystal: Crystal, plane: Plane) -> None:
    if position not in range(count):
        raise DelithError(
            f"{format_plane(plane)} has {count} {what} position(s) in {crystal.name}: "
            f"position must lie between 0 and {count - 1}, not {position}."
        )
