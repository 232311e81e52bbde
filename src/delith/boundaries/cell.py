"""A periodic cell with two boundaries, the bulk cell that matches it, and how both are built."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from numbers import Integral

import numpy as np
from ase import Atoms
from ase.cell import Cell

from delith import bicrystal
from delith.bicrystal import Joint, OrientedCrystal
from delith.crystals import Crystal, Plane, inspection
from delith.crystals.lattice import Floats, area
from delith.crystals.notation import format_plane
from delith.errors import DelithError

#: Whether two boundaries are equivalent, or none at all, does not depend on how many planes lie
#: between them, at most on whether that is a multiple of a few: thin cells stand for thick ones.
_PERIOD = 12
#: Into how many parts of a plane screws climb, at most.
_PARTS = 24


@dataclass(frozen=True, eq=False)
class Boundary:
    """A periodic cell with two boundaries, or the bulk cell that matches one.

    Attributes
    ----------
    label : str
        Such as ``twin (104)``; unique within a study for one separation and repeat.
    kind : {'twin', 'antiphase', 'inversion', 'twin × antiphase', 'interface', 'null', 'bulk'}
        ``null`` is a boundary whose operation the crystal has itself: its energy is zero.
    plane : tuple of int
        (hkl) with respect to the conventional cell of the crystal.
    operation : str
        What takes one grain into the other.
    joint : Joint
        The same as an exact isometry, in the frame of the cell.
    crystal : Crystal
    atoms : ase.Atoms
        a, b in the boundary plane, z the normal, boundaries at fractional heights 0 and 1/2.
        Arrays: ``sublattice``, ``grain`` (0, 1; −1 for atoms of a layer that both share),
        ``distance`` to the nearest boundary in Å.
    layers : int
        Crystal planes between boundaries; a fraction more where the operation climbs.
    repeat : tuple of int
        In-plane repeats of the smallest cell.
    count : int
        Boundaries in the cell: 2, or 0 for bulk.
    equivalent : bool
        Whether a symmetry operation maps one boundary on the other. Where not, only the sum of
        their energies is defined.
    positions : int
        At how many heights within a plane spacing such a boundary can stand; this is one of them.
    """

    label: str
    kind: str
    plane: Plane
    operation: str
    joint: Joint
    crystal: Crystal
    atoms: Atoms
    layers: int
    repeat: tuple[int, int]
    count: int
    equivalent: bool
    positions: int = 1

    @property
    def area(self) -> float:
        """Area of one boundary, Å²."""
        return area(self.atoms)

    @property
    def separation(self) -> float:
        """Distance between the two boundaries, Å."""
        return float(self.atoms.cell[2, 2]) / 2

    @property
    def mobile(self) -> str | None:
        """Element that is inserted and removed."""
        return self.crystal.mobile

    @property
    def polar(self) -> bool:
        """Whether the boundaries are head-to-head and tail-to-tail.

        The crystal then has a direction along the plane normal that none of its operations turns
        over, and the upper grain is upside down.
        """
        plane = np.asarray(self.plane)
        turned = (plane @ self.crystal.symmetry.rotations == -plane).all(axis=1)
        return self.joint.turns_over and not bool(turned.any())

    @property
    def primitive_cells(self) -> float:
        """Volume of the undisturbed parent lattice in the cell, in primitive cells of the crystal.

        Half a cell more or less where a boundary of half a layer is built in.
        """
        return float(self._primitive_cells)

    @property
    def _primitive_cells(self) -> Fraction:
        # a screw climbs by such a part of a plane as the parent lattice has: exactly, since
        # contents of boundary and bulk are compared
        planes = 2 * bicrystal.thickness(self.joint, self.layers)
        return Fraction(planes).limit_denominator(_PARTS) * self.repeat[0] * self.repeat[1]

    @property
    def formula_units(self) -> float:
        """Framework formula units of bulk crystal on as much parent lattice as the cell holds."""
        crystal = self.crystal
        units = self._primitive_cells * crystal.formula_units(crystal.primitive_atoms)
        return int(units) if units.denominator == 1 else float(units)

    @property
    def excess(self) -> dict[str, float]:
        """Atoms of each element beyond those of bulk, in the whole cell; empty if conservative."""
        return self.crystal.excess(self.atoms, self.primitive_cells)

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
        return np.array([first, self.joint.turn @ first])


def build(
    oriented: OrientedCrystal,
    plane: Plane,
    joint: Joint,
    separation: float,
    repeat: tuple[int, int],
    *,
    kind: str,
    label: str,
    operation: str,
    positions: int = 1,
) -> Boundary:
    """Build the cell of a joint, and find out whether its boundaries are alike or none at all."""
    if np.shape(repeat) != (2,) or not all(isinstance(n, Integral) and n >= 1 for n in repeat):
        raise DelithError(f"repeat must be two whole numbers of at least 1, not {repeat!r}.")
    layers = bicrystal.layers_for(oriented, separation, rise=bicrystal.thickness(joint, 0))
    cell = bicrystal.join(oriented, joint, layers)
    thin = cell
    if layers > 2 * _PERIOD:
        thin = bicrystal.join(oriented, joint, _PERIOD + layers % _PERIOD)
    null = inspection.is_bulk(thin, oriented.crystal)
    return Boundary(
        label=f"null {label}" if null else label,
        kind="null" if null else kind,
        plane=plane,
        operation=operation,
        joint=joint,
        crystal=oriented.crystal,
        atoms=cell.repeat((*repeat, 1)),
        layers=layers,
        repeat=repeat,
        count=2,
        equivalent=inspection.boundaries_equivalent(thin),
        positions=positions,
    )


def bulk(boundary: Boundary) -> Boundary:
    """Build the bulk cell that matches a boundary: same in-plane cell and number of planes."""
    oriented = bicrystal.orient(boundary.crystal, boundary.plane)
    joint = bicrystal.shift(oriented, np.zeros(3))
    cell = bicrystal.join(oriented, joint, boundary.layers)
    return replace(
        boundary,
        label=f"bulk for {format_plane(boundary.plane)}",
        kind="bulk",
        operation="identity",
        joint=joint,
        atoms=cell.repeat((*boundary.repeat, 1)),
        count=0,
        equivalent=True,
        positions=1,
    )


def matched(boundary: Boundary, relaxed: Cell, ordering: Atoms | None = None) -> Atoms:
    """Put a boundary cell into the lattice of its relaxed bulk.

    Parameters
    ----------
    boundary : Boundary
    relaxed : ase.cell.Cell
        Relaxed cell of the matched bulk, in any orientation.
    ordering : ase.Atoms, optional
        The boundary's atoms less some mobile ones; by default all of them.

    Returns
    -------
    ase.Atoms
        With the in-plane vectors and the height of the bulk: far from the boundary the crystal is
        then as the bulk is, and the boundary coherent with it.
    """
    start, end = bulk(boundary).atoms.cell[:], np.array(relaxed.standard_form()[0][:])
    atoms = boundary.atoms if ordering is None else ordering
    # each grain leans as the bulk does, the upper one turned as the joint turns it
    before, after = (cell[2, :2] @ np.linalg.inv(cell[:2, :2]) for cell in (start, end))
    to_fractions = np.linalg.inv(start[:2, :2])
    turn = start[:2, :2] @ boundary.joint.turn[:2, :2].T @ to_fractions
    turn *= np.sign(boundary.joint.turn[2, 2])
    lean = atoms.cell[2, :2] @ to_fractions + (after - before) @ (np.eye(2) + turn) / 2
    cell = end.copy()
    cell[2, :2] = lean @ end[:2, :2]
    cell[2, 2] = atoms.cell[2, 2] * end[2, 2] / start[2, 2]
    return strained(atoms, cell)


def strained(atoms: Atoms, cell: Floats) -> Atoms:
    """Put a cell made here into another lattice, atoms and distances with it.

    Parameters
    ----------
    atoms : ase.Atoms
    cell : ndarray, shape (3, 3)
        New vectors, Å, a and b in the xy plane.
    """
    out = atoms.copy()
    out.set_cell(cell, scale_atoms=True)
    out.arrays["distance"] = atoms.arrays["distance"] * cell[2, 2] / atoms.cell[2, 2]
    return out
