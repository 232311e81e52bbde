"""The one geometric primitive: cut a crystal on a plane, operate, join, check.

Every cell made here is fully periodic and right-handed. Its a and b span the boundary plane (a
along x, b in the xy plane), z is the boundary normal, and two boundaries cross the cell at the
fractional heights 0 and 1/2. Nothing is rounded to a rational c/a: the upper grain is an exact
isometric image of the lower one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from ase import Atoms
from scipy.optimize import linear_sum_assignment

from delith.crystals import Crystal, Plane
from delith.crystals.inspection import check_contacts
from delith.crystals.lattice import Floats, Ints, PlaneCell, plane_cell
from delith.errors import DelithError

#: An atom this close to a mirror, as a fraction of the shortest distance, and its image are one
#: atom on the mirror: further apart than twice this they would be two.
ON_MIRROR = 0.25

#: Sites whose heights differ by less than this many plane spacings are of one layer: rounding, as
#: on planes of high indices layers of different species may lie a few thousandths apart.
SAME_LAYER = 1e-5


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


def layers_for(oriented: OrientedCrystal, separation: float, rise: float = 0.0) -> int:
    """Number of planes in a grain that comes nearest to a boundary separation in Å.

    Parameters
    ----------
    oriented : OrientedCrystal
    separation : float
    rise : float
        What the joint adds to the thickness of a grain, in plane spacings.

    Raises
    ------
    DelithError
        If the boundaries would share their layers.
    """
    spacing = oriented.cell.spacing
    # closer than two bonds, no atom between the boundaries would be of neither
    least = 2 * oriented.crystal.shortest_distance
    fewest = max(1, int(np.ceil(least / spacing - rise)))
    asked = separation / spacing - rise
    if not np.isfinite(asked) or (round(asked) < fewest and separation < least):
        raise DelithError(
            f"boundaries cannot stand {separation:g} Å apart: the planes are {spacing:.2f} Å apart "
            f"and at least {fewest} must lie between boundaries. Ask for "
            f"{(fewest + rise) * spacing:.2f} Å or more."
        )
    return max(round(asked), fewest)


@dataclass(frozen=True, eq=False)
class Joint:
    """How the upper grain sits on the lower one: x' = Q x + translation.

    Attributes
    ----------
    turn : ndarray, shape (3, 3)
        Q, an isometry of the plane and of its lattice, on Cartesian columns.
    translation : ndarray, shape (3,)
        Å.
    heights : ndarray, shape (n,)
        Height of each site of the oriented crystal, in plane spacings, by which it falls to one
        grain or the other. Parent sites where there is a parent: atoms a little off their layer
        stay with it.
    rise : float
        The image of a site at height h is at Q_zz h + rise.
    cut : float
        Where the boundary is, in plane spacings from the origin of the lower grain.
    layer : bool
        Whether the cut runs through a layer that both grains share.
    offset : ndarray, shape (3,)
        Rigid displacement of the upper grain on top of all that, Å.
    """

    turn: Floats
    translation: Floats
    heights: Floats
    rise: float
    cut: float
    layer: bool
    offset: Floats = field(default_factory=lambda: np.zeros(3))

    @property
    def turns_over(self) -> bool:
        """Whether the upper grain is upside down."""
        return bool(self.turn[2, 2] < 0)

    @property
    def is_screw(self) -> bool:
        """Whether applied twice it is a translation that climbs: both boundaries are then alike."""
        return not self.turns_over and np.allclose(self.turn @ self.turn, np.eye(3), atol=1e-6)


def mirror(oriented: OrientedCrystal, height: float) -> Joint:
    """Mirror the upper grain in a plane at a height, in plane spacings.

    An atom within `ON_MIRROR` of the mirror lies on it, as one atom with its own image: the
    composition is the crystal's, whatever the height.
    """
    heights = oriented.fractions[:, 2].copy()
    offset = heights - height - np.rint(heights - height)
    near = np.abs(offset) * oriented.cell.spacing <= ON_MIRROR * oriented.crystal.shortest_distance
    return Joint(
        turn=np.diag([1.0, 1.0, -1.0]),
        translation=np.array([0, 0, 2 * height * oriented.cell.spacing]),
        heights=np.where(near, heights - offset, heights),
        rise=2 * height,
        cut=height,
        layer=True,
    )


def shift(oriented: OrientedCrystal, vector: Floats) -> Joint:
    """Shift the upper grain within the plane by a vector in Å; zero gives the bulk.

    The cut runs through the widest gap between atoms, so that no crystal plane is split.
    """
    heights = oriented.fractions[:, 2]
    cut = widest_gap(heights)
    return Joint(np.eye(3), np.asarray(vector, dtype=float), heights, 0.0, cut, layer=False)


def thickness(joint: Joint, layers: int) -> float:
    """Thickness of each grain, in plane spacings."""
    return layers + (joint.rise if joint.is_screw else 0.0)


def join(oriented: OrientedCrystal, joint: Joint, layers: int) -> Atoms:
    """Join a crystal to its image.

    Parameters
    ----------
    oriented : OrientedCrystal
    joint : Joint
    layers : int
        Crystal planes in each grain; a screw adds its rise.

    Returns
    -------
    ase.Atoms
        Third vector the lattice vector nearest to the normal, or exactly normal where the joint
        undoes the lean of the crystal. Atoms of a layer that both grains share stand midway
        between their places in the two and have ``grain`` −1.
    """
    vectors, turn = oriented.cell.vectors, joint.turn
    step = layers * vectors[2]
    thick = thickness(joint, layers)

    def sites(low: float, high: float, sign: int, rise: float) -> tuple[Ints, Floats]:
        """Atoms whose site, or its image, lies between two heights; and where they are."""
        base = sign * joint.heights + rise
        first = np.ceil(low - base).astype(int)
        count = np.maximum(np.ceil(high - base).astype(int) - first, 0)
        index = np.repeat(np.arange(len(base)), count)
        climb = np.concatenate([np.arange(f, f + n) for f, n in zip(first, count, strict=True)])
        whole = np.zeros((len(index), 3))
        whole[:, 2] = sign * climb
        return index, (oriented.fractions[index] + whole) @ vectors

    def image(positions: Floats) -> Floats:
        return np.asarray(positions @ turn.T + joint.translation, dtype=float)

    translation = joint.translation + joint.offset

    sign = -1 if joint.turns_over else 1
    margin = SAME_LAYER if joint.layer else 0.0
    lower = sites(joint.cut - thick + margin, joint.cut - margin, 1, 0.0)
    upper = sites(joint.cut + margin, joint.cut + thick - margin, sign, joint.rise)
    there = sites(joint.cut - margin, joint.cut + margin, 1, 0.0)
    back = sites(joint.cut - margin, joint.cut + margin, sign, joint.rise)
    shared = _midway(oriented, there, (back[0], image(back[1])))
    top = shared + joint.offset / 2
    if joint.is_screw:
        screw = turn @ step + translation
        third = screw + turn @ screw
        bottom = top @ turn.T + screw - third
    else:
        # the crystal comes back as much further displaced, so that both boundaries are alike
        third = step + sign * turn @ step + 2 * joint.offset
        bottom = shared - step - joint.offset / 2
    positions = np.vstack([bottom, lower[1], top, image(upper[1]) + joint.offset])
    index = np.concatenate([there[0], lower[0], there[0], upper[0]])
    # a joint pulled apart has its boundary in the middle of the gap
    spacing = oriented.cell.spacing
    middle = joint.cut * spacing + (translation[2] - joint.rise * spacing) / 2
    positions[:, 2] -= middle - third[2] / 2
    # the same cut some planes higher gives the same cell
    positions[:, :2] -= np.floor(joint.cut + 1e-6) * vectors[2, :2]
    out = oriented.atoms(positions, index, oriented.cell.nearest_to_normal(third))
    sizes = [len(top), len(lower[0]), len(top), len(upper[0])]
    out.set_array("grain", np.repeat([-1, 0, -1, 1], sizes))
    return _finished(out, oriented.crystal)


def _midway(
    oriented: OrientedCrystal, one: tuple[Ints, Floats], other: tuple[Ints, Floats]
) -> Floats:
    """Midpoints of the places that two grains give to the atoms of one layer."""
    numbers = oriented.crystal.primitive_atoms.numbers
    gap = other[1][None] - one[1][:, None]
    steps = gap @ oriented.cell.inverse
    steps[:, :, 2] = 0.0
    gap -= np.rint(steps) @ oriented.cell.vectors
    # side by side in the plane: height alone may bring two atoms of a layer equally close
    distance = np.linalg.norm(gap[:, :, :2], axis=2)
    distance[numbers[one[0]][:, None] != numbers[other[0]][None]] = np.inf
    try:
        rows, partner = linear_sum_assignment(distance)
    except ValueError as error:
        raise AssertionError("a layer at the cut must belong to both grains") from error
    return np.asarray(one[1] + gap[rows, partner] / 2, dtype=float)


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
    # steps that end neither at round numbers nor halfway, where the last bit would decide
    atoms = atoms[np.lexsort(np.floor(fractions * 1e6 + 0.717).T)]
    if np.linalg.det(atoms.cell[:]) <= 0:
        raise AssertionError("a built cell must be right-handed")
    check_contacts(atoms, crystal)
    return atoms
