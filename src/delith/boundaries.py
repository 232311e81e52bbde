"""Domain boundaries by name: twins, antiphase boundaries and the bulk cell that matches them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
from ase import Atoms
from ase.cell import Cell

from delith import bicrystal, domains
from delith.bicrystal import OrientedCrystal
from delith.crystals import Crystal, Plane
from delith.errors import DelithError
from delith.lattice import Floats
from delith.notation import format_plane, format_vector
from delith.parent import parent

#: Whether two boundaries are equivalent, or none at all, does not depend on how many planes lie
#: between them, at most on whether that is a multiple of a few: thin cells stand for thick ones.
_PERIOD = 12


@dataclass(frozen=True, eq=False)
class Boundary:
    """A periodic cell with two boundaries, or the bulk cell that matches one.

    Attributes
    ----------
    label : str
        Such as ``twin (104)``; unique within a study for one separation and repeat.
    kind : {'twin', 'antiphase', 'null', 'bulk'}
        ``null`` is a boundary whose operation the crystal has itself: its energy is zero.
    plane : tuple of int
        (hkl) with respect to the conventional cell of the crystal.
    operation : str
        What takes one grain into the other.
    mirrored : bool
        Whether the operation is a mirror, so that the third vector is exactly normal.
    crystal : Crystal
    atoms : ase.Atoms
        a, b in the boundary plane, z the normal, boundaries at fractional heights 0 and 1/2.
        Arrays: ``sublattice``, ``grain`` (0, 1; −1 for atoms on a mirror), ``distance`` to the
        nearest boundary in Å.
    layers : int
        Crystal planes between boundaries.
    separation : float
        Distance between boundaries, Å.
    repeat : tuple of int
        In-plane repeats of the smallest cell.
    position : float
        Height of the mirror in the crystal, in units of the plane spacing; 0 for a translation.
    count : int
        Boundaries in the cell: 2, or 0 for bulk.
    equivalent : bool
        Whether a symmetry operation maps one boundary on the other. Where not, only the sum of
        their energies is defined.
    """

    label: str
    kind: str
    plane: Plane
    operation: str
    mirrored: bool
    crystal: Crystal
    atoms: Atoms
    layers: int
    separation: float
    repeat: tuple[int, int]
    position: float
    count: int
    equivalent: bool

    @property
    def area(self) -> float:
        """Area of one boundary, Å²."""
        return area(self.atoms)

    @property
    def mobile(self) -> str | None:
        """Element that is inserted and removed."""
        return self.crystal.mobile

    @property
    def formula_units(self) -> int:
        """Framework formula units in the cell."""
        return self.crystal.formula_units(self.atoms)

    @property
    def basal_normals(self) -> Floats | None:
        """Unit normals of the basal plane (001) in grains 0 and 1, shape (2, 3), in this cell.

        None for crystals without a single main axis (cubic, orthorhombic and lower).
        """
        if not 75 <= self.crystal.number <= 194:
            return None
        oriented = bicrystal.orient(self.crystal, self.plane)
        reciprocal = np.linalg.inv(self.crystal.atoms.cell[:])[:, 2]
        first = oriented.cell.rotation @ (reciprocal / np.linalg.norm(reciprocal))
        return np.array([first, first * (1, 1, -1) if self.mirrored else first])


def twin(
    crystal: Crystal,
    plane: Plane,
    separation: float = 12.0,
    repeat: tuple[int, int] = (1, 1),
    position: int = 0,
) -> Boundary:
    """Build a coherent twin: a crystal and its mirror image in a plane of the parent lattice.

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
    heights = domains.mirror_positions(crystal, plane)
    if not heights:
        mirrors = ", ".join(format_plane(p) for p in domains.mirror_planes(crystal))
        raise DelithError(
            f"{format_plane(plane)} is not a mirror plane of the parent lattice of {crystal.name}, "
            f"so its twin is no domain boundary. Mirror planes: {mirrors}. (Growth twins on other "
            "planes: delith.bicrystal.join_mirrored.)"
        )
    if position not in range(len(heights)):
        raise DelithError(
            f"{format_plane(plane)} has {len(heights)} mirror position(s) in {crystal.name}: "
            f"position must lie between 0 and {len(heights) - 1}, not {position}."
        )
    layers = bicrystal.layers_for(oriented, separation)

    def build(count: int) -> Atoms:
        return bicrystal.join_mirrored(oriented, count, heights[position])

    label = f"twin {format_plane(plane)}" + (f" at {heights[position]:.2f}" if position else "")
    return _boundary(
        oriented,
        plane,
        layers,
        repeat,
        build,
        kind="twin",
        label=label,
        operation=f"mirror {format_plane(plane)}",
        mirrored=True,
        position=heights[position],
    )


def antiphase(
    crystal: Crystal,
    plane: Plane,
    vector: tuple[float, float, float] | None = None,
    separation: float = 12.0,
    repeat: tuple[int, int] = (1, 1),
) -> Boundary:
    """Build an antiphase boundary: two grains displaced by a lost translation of the parent.

    Parameters
    ----------
    crystal : Crystal
    plane : tuple of int
        Boundary plane (hkl) with respect to the conventional cell.
    vector : tuple of float, optional
        Displacement in fractions of the conventional cell; by default the translation that the
        crystal has lost, where there is just one (LiCoO2: (0, 0, 1/2) ≡ (1/3, 2/3, 1/6)).
    separation, repeat
        As in `twin`.

    Raises
    ------
    DelithError
        If the vector is no translation of the parent, if no vector is given and the crystal has
        lost none or several, if the plane is not conservative, or the separation is too small.
    """
    oriented = bicrystal.orient(crystal, plane)
    chosen = domains.antiphase_vector(crystal, vector)
    shift = bicrystal.inplane_image(oriented, chosen)
    if shift is None:
        conservative = [
            p
            for p in domains.mirror_planes(crystal)
            if bicrystal.inplane_image(bicrystal.orient(crystal, p), chosen) is not None
        ]
        raise DelithError(
            f"the antiphase boundary {format_vector(chosen)} on {format_plane(plane)} of "
            f"{crystal.name} is not conservative: no lattice-equivalent of the vector lies in the "
            "plane, so the boundary would hold extra or missing layers. Conservative planes "
            f"include {', '.join(format_plane(p) for p in conservative) or 'none of the mirrors'}."
        )
    layers = bicrystal.layers_for(oriented, separation)

    def build(count: int) -> Atoms:
        return bicrystal.join_shifted(oriented, count, shift)

    label = f"antiphase {format_plane(plane)}"
    if vector is not None and len(parent(crystal).lost_translations) > 1:
        label += f" {format_vector(chosen)}"
    return _boundary(
        oriented,
        plane,
        layers,
        repeat,
        build,
        kind="antiphase",
        label=label,
        operation=f"translation {format_vector(chosen)}",
        mirrored=False,
    )


def bulk(boundary: Boundary) -> Boundary:
    """Build the bulk cell that matches a boundary: same in-plane cell, planes and composition."""
    oriented = bicrystal.orient(boundary.crystal, boundary.plane)
    cell = bicrystal.join_shifted(oriented, boundary.layers, np.zeros(3))
    return replace(
        boundary,
        label=f"bulk for {format_plane(boundary.plane)}",
        kind="bulk",
        operation="identity",
        mirrored=False,
        atoms=cell.repeat((*boundary.repeat, 1)),
        position=0.0,
        count=0,
        equivalent=True,
    )


def matched(boundary: Boundary, bulk: Cell, ordering: Atoms | None = None) -> Atoms:
    """Put a boundary cell into the lattice of its relaxed bulk.

    Parameters
    ----------
    boundary : Boundary
    bulk : ase.cell.Cell
        Relaxed cell of the matched bulk, in any orientation.
    ordering : ase.Atoms, optional
        The boundary's atoms less some mobile ones; by default all of them.

    Returns
    -------
    ase.Atoms
        With the in-plane vectors and the height of the bulk: far from the boundary the crystal is
        then as the bulk is, and the boundary coherent with it.
    """
    cell = np.array(bulk.standard_form()[0][:])
    if boundary.mirrored:
        cell[2, :2] = 0.0  # the lean of one grain undoes that of its image
    return bicrystal.strained(boundary.atoms if ordering is None else ordering, cell)


def area(atoms: Atoms) -> float:
    """Area of the plane spanned by the first two cell vectors, Å²."""
    return float(np.linalg.norm(np.cross(atoms.cell[0], atoms.cell[1])))


def _boundary(
    oriented: OrientedCrystal,
    plane: Plane,
    layers: int,
    repeat: tuple[int, int],
    build: Callable[[int], Atoms],
    *,
    kind: str,
    label: str,
    operation: str,
    mirrored: bool,
    position: float = 0.0,
) -> Boundary:
    if np.shape(repeat) != (2,) or not all(isinstance(n, Integral) and n >= 1 for n in repeat):
        raise DelithError(f"repeat must be two whole numbers of at least 1, not {repeat!r}.")
    cell = build(layers)
    thin = cell if layers <= 2 * _PERIOD else build(_PERIOD + layers % _PERIOD)
    null = bicrystal.is_bulk(thin, oriented.crystal)
    return Boundary(
        label=f"null {label}" if null else label,
        kind="null" if null else kind,
        plane=plane,
        operation=operation,
        mirrored=mirrored,
        crystal=oriented.crystal,
        atoms=cell.repeat((*repeat, 1)),
        layers=layers,
        separation=layers * oriented.cell.spacing,
        repeat=repeat,
        position=position,
        count=2,
        equivalent=bicrystal.boundaries_equivalent(thin),
    )
