"""The one geometric primitive: cut a crystal on a plane, operate, join, check.

Every cell made here is fully periodic and right-handed. Its a and b span the boundary plane (a
along x, b in the xy plane), z is the boundary normal, and two boundaries cross the cell at the
fractional heights 0 and 1/2. Nothing is rounded to a rational c/a: mirrors close exactly, and
translated grains repeat by a lattice vector of the crystal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import spglib
from ase import Atoms
from scipy.spatial import cKDTree

from delith.crystals import Crystal, Plane
from delith.errors import DelithError
from delith.lattice import Floats, Ints, PlaneCell, plane_cell

#: Closest approach allowed in a built cell, as a fraction of the crystal's shortest distance.
CONTACT = 0.75

#: An atom this close to a mirror, as a fraction of the shortest distance, and its image are one
#: atom on the mirror: further apart than twice this they would be two.
ON_MIRROR = 0.25


@dataclass(frozen=True, eq=False)
class OrientedCrystal:
    """A primitive cell of a crystal that stands on a plane.

    Attributes
    ----------
    crystal : Crystal
    cell : PlaneCell
    fractions : ndarray, shape (n, 3)
        Of `Crystal.primitive_atoms` in ``cell.vectors``; the third counts planes from the origin.
    """

    crystal: Crystal
    cell: PlaneCell
    fractions: Floats

    def atoms(self, positions: Floats, index: Ints, third: Floats) -> Atoms:
        """Assemble a cell from in-plane lattice, third vector and chosen atoms."""
        source = self.crystal.primitive_atoms
        cell = np.array([self.cell.vectors[0], self.cell.vectors[1], third])
        out = Atoms(numbers=source.numbers[index], positions=positions, cell=cell, pbc=True)
        out.set_array("sublattice", source.arrays["sublattice"][index])
        return out


def orient(crystal: Crystal, plane: Plane) -> OrientedCrystal:
    """Stand a crystal on a plane (hkl), given with respect to its conventional cell."""
    cell = plane_cell(crystal.primitive, crystal.primitive_plane(plane))
    fractions = crystal.primitive_atoms.positions @ cell.rotation.T @ cell.inverse
    return OrientedCrystal(crystal, cell, fractions - np.floor(fractions + 1e-9))


def layers_for(oriented: OrientedCrystal, separation: float) -> int:
    """Number of planes that comes nearest to a boundary separation in Å.

    Raises
    ------
    DelithError
        If the boundaries would share their layers.
    """
    spacing = oriented.cell.spacing
    # closer than two atoms may be, the boundaries would also meet their own images
    fewest = max(2, int(np.ceil(oriented.crystal.shortest_distance / spacing)))
    if not np.isfinite(separation) or round(separation / spacing) < fewest:
        raise DelithError(
            f"boundaries cannot stand {separation:g} Å apart: the planes are {spacing:.2f} Å apart "
            f"and at least {fewest} must lie between boundaries. Ask for {fewest * spacing:.2f} Å "
            "or more."
        )
    return round(separation / spacing)


def join_mirrored(oriented: OrientedCrystal, layers: int, height: float) -> Atoms:
    """Join a crystal to its mirror image; the mirrors are the boundaries.

    Parameters
    ----------
    oriented : OrientedCrystal
    layers : int
        Crystal planes between the two boundaries.
    height : float
        Where the mirror cuts the crystal, in units of the plane spacing.

    Returns
    -------
    ase.Atoms
        Third vector exactly normal. An atom within `ON_MIRROR` of a mirror lies on it, as one
        atom with its own image: the composition is the crystal's, whatever the height.
    """
    vectors, spacing = oriented.cell.vectors, oriented.cell.spacing
    relative = oriented.fractions[:, 2] - height
    relative -= np.rint(relative)
    on_mirror = np.abs(relative) * spacing <= ON_MIRROR * oriented.crystal.shortest_distance

    def place(chosen: np.ndarray, heights: Floats) -> Floats:
        fractions = np.column_stack([oriented.fractions[chosen, :2], heights])
        return fractions @ vectors

    plane = np.flatnonzero(on_mirror)
    bottom, top = place(plane, relative[plane]), place(plane, relative[plane] + layers)
    bottom[:, 2], top[:, 2] = 0.0, layers * spacing
    # one plane fewer of those that both mirrors share: in all, every atom comes 2·layers times
    index, step = np.nonzero(~on_mirror[:, None] | (np.arange(layers) > 0))
    grain = place(index, np.where(on_mirror, relative, relative % 1)[index] + step)
    image = grain * (1, 1, -1) + (0, 0, 2 * layers * spacing)
    positions = np.vstack([bottom, grain, top, image])
    kept = np.concatenate([plane, index, plane, index])
    out = oriented.atoms(positions, kept, np.array([0.0, 0.0, 2 * layers * spacing]))
    sizes = [len(plane), len(grain), len(plane), len(grain)]
    out.set_array("grain", np.repeat([-1, 0, -1, 1], sizes))
    return _finished(out, oriented.crystal)


def join_shifted(oriented: OrientedCrystal, layers: int, shift: Floats) -> Atoms:
    """Join a crystal to itself, the upper grain shifted within the plane.

    Parameters
    ----------
    oriented : OrientedCrystal
    layers : int
        Crystal planes in each grain.
    shift : ndarray, shape (3,)
        Displacement of the upper grain in the frame of ``oriented.cell``, Å; zero gives the bulk.

    Returns
    -------
    ase.Atoms
        Third vector the lattice vector nearest to the normal. The cut runs through the widest gap
        between atoms, so that no crystal plane is split.
    """
    vectors = oriented.cell.vectors
    cut = widest_gap(oriented.fractions[:, 2])
    relative = oriented.fractions[:, 2] - cut
    relative -= np.floor(relative)
    heights = (relative[:, None] + np.arange(2 * layers)).ravel()
    index = np.repeat(np.arange(len(relative)), 2 * layers)
    fractions = np.column_stack([oriented.fractions[index, :2], heights])
    positions = fractions @ vectors
    upper = heights >= layers
    positions[upper] += shift
    third = oriented.cell.nearest_to_normal(2 * layers * vectors[2])
    out = oriented.atoms(positions, index, third)
    out.set_array("grain", upper.astype(int))
    return _finished(out, oriented.crystal)


def inplane_image(oriented: OrientedCrystal, vector: Floats) -> Floats | None:
    """Find the lattice-equivalent of a vector that lies in the plane.

    Parameters
    ----------
    oriented : OrientedCrystal
    vector : ndarray, shape (3,)
        In fractions of the conventional cell.

    Returns
    -------
    ndarray, shape (3,), or None
        The shortest one in the frame of ``oriented.cell``, Å; None if the plane holds none, so
        that a boundary displaced by the vector cannot be conservative.
    """
    cell = oriented.cell
    cart = vector @ oriented.crystal.atoms.cell[:] @ cell.rotation.T
    steps = cart[2] / cell.spacing
    if abs(steps - round(steps)) > 1e-3:
        return None
    inplane = cell.nearest_to_normal(cart - round(steps) * cell.vectors[2])
    inplane[2] = 0.0
    return inplane


def widest_gap(heights: Floats) -> float:
    """Middle of the widest empty interval between periodic heights in [0, 1)."""
    ordered = np.unique(np.round(heights % 1, 6) % 1)
    gaps = np.diff(np.append(ordered, ordered[0] + 1))
    # the lowest of equal gaps, whatever the rounding
    widest = int(np.flatnonzero(gaps > gaps.max() - 1e-4)[0])
    return float(ordered[widest] + gaps[widest] / 2)


def _finished(atoms: Atoms, crystal: Crystal) -> Atoms:
    """Wrap, sort by height, add the distance to the nearest boundary, and check."""
    fractions = atoms.get_scaled_positions(wrap=False)
    fractions -= np.floor(fractions + 1e-9)
    atoms.set_scaled_positions(fractions)
    half = atoms.cell[2, 2] / 2
    heights = atoms.positions[:, 2]
    atoms.set_array("distance", np.abs(heights - half * np.rint(heights / half)))
    atoms = atoms[np.lexsort((fractions[:, 0], fractions[:, 1], np.round(fractions[:, 2], 6)))]
    if np.linalg.det(atoms.cell[:]) <= 0:
        raise AssertionError("a built cell must be right-handed")
    primitives = atoms.cell.volume / abs(np.linalg.det(crystal.primitive))
    wanted = np.bincount(crystal.primitive_atoms.numbers, minlength=119) * round(primitives)
    if (np.bincount(atoms.numbers, minlength=119) != wanted).any():
        raise AssertionError(f"built {atoms.get_chemical_formula()} from {crystal.name}")
    check_contacts(atoms, CONTACT * crystal.shortest_distance)
    return atoms


def check_contacts(atoms: Atoms, limit: float) -> None:
    """Refuse a cell in which atoms come too close; nothing is ever deleted.

    Raises
    ------
    DelithError
        Naming the closest pair, if two atoms are less than ``limit`` Å apart.
    """
    # images within `limit` of the cell's faces are enough to see every short contact
    heights = 1 / np.linalg.norm(np.linalg.inv(atoms.cell[:]), axis=0)
    margin = limit / heights
    fractions = atoms.get_scaled_positions()
    images, owners = fractions, np.arange(len(atoms))
    for axis in range(3):
        low, high = images[:, axis] < margin[axis], images[:, axis] > 1 - margin[axis]
        step = np.eye(3)[axis]
        images = np.vstack([images, images[low] + step, images[high] - step])
        owners = np.concatenate([owners, owners[low], owners[high]])
    tree = cKDTree(images @ atoms.cell[:])
    pairs = tree.query_pairs(limit, output_type="ndarray")
    pairs = pairs[(pairs < len(atoms)).any(axis=1)]
    if len(pairs):
        points = tree.data
        distance = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
        i, j = owners[pairs[distance.argmin()]]
        raise DelithError(
            f"atoms {i} ({atoms.symbols[i]}) and {j} ({atoms.symbols[j]}) would be "
            f"{distance.min():.2f} Å apart, closer than {limit:.2f} Å: this plane position or "
            "shift does not join these grains. Choose another plane, position or vector."
        )


def boundaries_equivalent(atoms: Atoms, symprec: float = 1e-3) -> bool:
    """Tell whether a symmetry operation of the cell maps one boundary onto the other.

    The boundaries are the planes at fractional heights 0 and 1/2.
    """
    cell = (atoms.cell[:], atoms.get_scaled_positions(), atoms.numbers)
    symmetry = spglib.get_symmetry(cell, symprec=symprec)
    for rotation, translation in zip(symmetry["rotations"], symmetry["translations"], strict=True):
        keeps_planes = not rotation[2, :2].any()
        if keeps_planes and abs(translation[2] % 1 - 0.5) < 1e-3:
            return True
    return False


def is_bulk(atoms: Atoms, crystal: Crystal, symprec: float = 1e-3) -> bool:
    """Tell whether a built cell is the crystal itself: whether it repeats by the same lattice."""
    cell = (atoms.cell[:], atoms.get_scaled_positions(), atoms.numbers)
    _, _, numbers = spglib.find_primitive(cell, symprec=symprec)
    return len(numbers) == len(crystal.primitive_atoms)


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
