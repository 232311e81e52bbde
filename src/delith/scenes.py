"""Scenes: large periodic blocks in which many domains of one crystal share its parent lattice.

The sites of the parent run through the whole block, and a pattern divides them into regions. Where
a region holds the variant g, site s is occupied as site g⁻¹s of the crystal. Walls fall wherever
the pattern puts them, between parent sites: no site is lost, doubled or left empty. Only which
element stands on a site depends on the walls, so that a wall off stoichiometric planes may hold a
few ions more of one metal and fewer of another. (Not so in columns of LiCoO2 along a cube edge of
its parent: every row of metals along it has Li and Co in turn.)

The lattice is that of the parent, `delith.crystals.parent.Parent.cell`: the average without strain
in which all orientations of a crystal fit together (the cubic one of LiCoO2 has c/a = 2√6). Each
atom keeps the displacement from its parent site that it has in the crystal, turned as its domain
is: without it the domains of a polar crystal, which differ in nothing else, would be lost. What a
single domain lacks is thus its homogeneous strain; relax the block to get that back as far as the
walls let it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import spglib
from ase import Atoms
from ase.build.supercells import lattice_points_in_supercell
from ase.cell import Cell
from scipy.spatial import cKDTree

from delith import domains
from delith.crystals import Crystal
from delith.crystals.inspection import check_contacts
from delith.crystals.lattice import Floats, Ints, primitive_indices
from delith.crystals.parent import Parent
from delith.domains import Variant
from delith.errors import DelithError

#: A block of as many takes some gigabytes while it is built.
MOST_ATOMS = 5_000_000

#: Numbers the region of every parent site, from its fractions (n, 3) of a block and the block's
#: cell (3, 3) in Å. Region r holds the r-th variant of a scene, counted round and round.
Pattern = Callable[[Floats, Floats], Ints]

#: A direction [uvw] in the conventional cell of a crystal.
Direction = tuple[int, int, int]

#: A point (fractions) on no symmetry element.
_GENERAL = np.array([0.1234, 0.2718, 0.4142])

#: Sites this close (fractions) below a straight wall stand on it, and so beyond it.
_ON_WALL = 1e-6


def checkerboard(columns: tuple[int, int] = (2, 2)) -> Pattern:
    """Divide a block into rectangular columns along its third axis.

    Parameters
    ----------
    columns : tuple of int
        How many along the first and the second axis. Even numbers repeat the board across the
        faces of the block; ``(2, 1)`` makes two slabs.

    Returns
    -------
    Pattern
        The regions 0, 1, 2, 3 go round each square of four columns: two variants make a
        checkerboard, of four each borders on two others. In LiCoO2 the variants 0, 4, 2, 6 in this
        order have (104) twins for all their walls.

    Raises
    ------
    DelithError
        If there are no columns.
    """
    if len(columns) != 2 or min(columns) < 1:
        raise DelithError(f"columns must be two whole numbers of at least 1, not {columns!r}.")

    def regions(fractions: Floats, cell: Floats) -> Ints:
        i, j = (np.floor(fractions[:, :2] * columns + _ON_WALL).astype(np.int64) % 2).T
        return (i ^ j) + 2 * j

    return regions


def voronoi(columns: int = 8, seed: int = 0) -> Pattern:
    """Divide a block into columns along its third axis: what lies nearest to random points.

    Parameters
    ----------
    columns : int
        How many.
    seed : int
        Of the random points; the same one gives the same scene.

    Returns
    -------
    Pattern
        Periodic; one region a column.

    Raises
    ------
    DelithError
        If there are no columns, or the seed is negative.
    """
    if columns < 1 or seed < 0:
        raise DelithError(
            f"columns must be at least 1 and the seed at least 0, not {columns!r} and {seed!r}."
        )

    def regions(fractions: Floats, cell: Floats) -> Ints:
        points = np.random.default_rng(seed).random((columns, 2))
        around = np.indices((5, 5)).reshape(2, -1).T - 2
        images = (points[:, None] + around).reshape(-1, 2)
        along = cell[2] / np.linalg.norm(cell[2])
        plane = cell[:2] - np.outer(cell[:2] @ along, along)
        nearest = cKDTree(images @ plane).query(fractions[:, :2] @ plane)[1]
        return np.asarray(nearest // len(around), dtype=np.int64)

    return regions


def build(
    crystal: Crystal,
    size: tuple[float, float, float],
    pattern: Pattern | None = None,
    variants: Sequence[int] | None = None,
    axes: tuple[Direction, Direction, Direction] | None = None,
) -> Atoms:
    """Build a periodic block whose regions hold different domain variants of a crystal.

    Parameters
    ----------
    crystal : Crystal
    size : tuple of float
        Edges, Å. Each is rounded to the nearest multiple of the shortest one that repeats all
        variants (8.02 Å in LiCoO2): see the cell of what is returned.
    pattern : callable, optional
        `checkerboard`, `voronoi` (the default, with its own) or any other `Pattern`.
    variants : sequence of int, optional
        Numbers of `delith.domains.variants`, one a region, over again where there are more regions;
        by default all.
    axes : tuple of three directions, optional
        Edges of the block as directions [uvw] in the conventional cell of the crystal; by default
        those of the conventional cell of its parent: the cube of rock salt for LiCoO2.

    Returns
    -------
    ase.Atoms
        a along x, b in the xy plane. Arrays: ``sublattice``, as in the crystal, and ``domain``,
        the number of the variant that the atom belongs to.

    Raises
    ------
    DelithError
        If there is no such variant, the size or the axes span no block or one of more than
        `MOST_ATOMS`, or atoms of two variants come too close at a wall.
    """
    if np.shape(size) != (3,) or not all(np.isfinite(e) and e > 0 for e in size):
        raise DelithError(f"size must be three lengths in Å above zero, not {size!r}.")
    asked = np.prod(size) * len(crystal.atoms) / crystal.atoms.cell.volume
    _check_number(asked, f"a block of {' × '.join(f'{e:g}' for e in size)} Å")
    chosen = _chosen(domains.variants(crystal), crystal, variants)
    tile = _tile(crystal, chosen, axes)
    repeats = np.maximum(np.rint(size / np.linalg.norm(tile.cell, axis=1)), 1)
    _check_number(len(tile.sites) * repeats.prod(), "what repeats all variants that often")
    repeats = repeats.astype(np.int64)
    cell = tile.cell * repeats[:, None]
    corners = np.indices(repeats).reshape(3, -1).T
    fractions = ((corners[:, None] + tile.sites) / repeats).reshape(-1, 3)

    region = (pattern or voronoi())(fractions, cell) % len(chosen)
    site = np.tile(np.arange(len(tile.sites)), len(corners))
    occupant = tile.occupants[region, site]
    source = crystal.primitive_atoms
    scene = Atoms(
        numbers=source.numbers[occupant],
        positions=fractions @ cell + tile.displacements[region, occupant],
        cell=cell,
        pbc=True,
    )
    scene.wrap()
    scene.set_array("sublattice", source.arrays["sublattice"][occupant])
    scene.set_array("domain", np.array([variant.number for variant in chosen])[region])
    check_contacts(scene, crystal)
    return scene


@dataclass(frozen=True, eq=False)
class _Tile:
    """The smallest cell along given axes that repeats every one of some variants.

    Attributes
    ----------
    cell : ndarray, shape (3, 3)
        Å.
    sites : ndarray, shape (n, 3)
        Parent sites, fractions of ``cell``.
    occupants : ndarray of int, shape (variants, n)
        Which of `Crystal.primitive_atoms` a variant has on a site.
    displacements : ndarray, shape (variants, atoms, 3)
        How far from its site a variant has each of them, Å.
    """

    cell: Floats
    sites: Floats
    occupants: Ints
    displacements: Floats


def _tile(crystal: Crystal, chosen: Sequence[Variant], axes: Sequence[Direction] | None) -> _Tile:
    parent = chosen[0].parent
    to_parent = np.linalg.inv(crystal.atoms.cell[:]) @ np.linalg.inv(parent.basis)
    lattice = np.rint(crystal.primitive @ to_parent).astype(np.int64)
    atoms = crystal.primitive_atoms.positions @ to_parent
    ideal = parent.ideal(atoms)
    if axes is None:
        directions = _conventional(parent)
    else:
        if np.shape(axes) != (3, 3) or np.linalg.det(axes) < 0.5 or np.any(np.rint(axes) != axes):
            raise DelithError(
                f"axes must be three right-handed directions [uvw] of whole numbers, not {axes!r}."
            )
        directions = np.rint(np.asarray(axes) @ np.linalg.inv(parent.basis)).astype(np.int64)

    turns = [variant.elements[0].rotation for variant in chosen]
    span = np.array([_period(d, [lattice @ w.T for w in turns]) for d in directions])
    number = abs(np.linalg.det(span) / np.linalg.det(lattice)) * len(atoms)
    _check_number(number, "the smallest block with these axes")
    # `rotate` takes the parent's frame to that in which a lies along x
    cell, rotate = Cell(span @ parent.cell).standard_form()
    within = lattice_points_in_supercell(np.rint(span @ np.linalg.inv(lattice)).astype(int))
    sites = (ideal @ np.linalg.inv(span))[:, None] + within
    sites = (sites - np.floor(sites + 1e-9)).reshape(-1, 3)
    moved = [(atoms - ideal) @ w.T @ parent.cell @ rotate.T for w in turns]
    return _Tile(
        cell=cell[:],
        sites=sites,
        occupants=np.array([_occupants(v, sites @ span, ideal, lattice) for v in chosen]),
        displacements=np.array(moved),
    )


def _check_number(atoms: float, what: str) -> None:
    if atoms > MOST_ATOMS:
        raise DelithError(f"{what} would hold {atoms:.1g} atoms: ask for at most {MOST_ATOMS:.0e}.")


def _occupants(variant: Variant, sites: Floats, ideal: Floats, lattice: Ints) -> Ints:
    """Which atom of a crystal with ``ideal`` sites a variant has on each site of its parent."""
    back = variant.elements[0].inverse()
    there = sites @ back.rotation.T + back.translation
    steps = (there[:, None] - ideal) @ np.linalg.inv(lattice)
    off = np.abs(steps - np.rint(steps)).max(axis=2)
    if off.min(axis=1).max() > 1e-3:
        raise AssertionError("a variant must fill every site of its parent")
    return np.asarray(off.argmin(axis=1), dtype=np.int64)


def _period(direction: Ints, lattices: Sequence[Ints]) -> Ints:
    """Shortest vector along a direction that all of some integer lattices (rows) contain."""
    shortest = primitive_indices(direction)
    multiples = []
    for lattice in lattices:
        index = round(abs(np.linalg.det(lattice)))
        steps = np.rint(shortest @ np.linalg.inv(lattice) * index).astype(np.int64)
        multiples.append(index // np.gcd.reduce([index, *steps]))
    return shortest * int(np.lcm.reduce(multiples))


def _conventional(parent: Parent) -> Ints:
    """Axes of a parent's conventional cell, rows, in its primitive vectors."""
    # all images of a point of no symmetry: their group is the parent's, and no larger one that
    # its sites happen to have as well
    images = parent.rotations @ _GENERAL + parent.translations
    structure = parent.cell, images, np.ones(len(images), dtype=int)
    standard = spglib.get_symmetry_dataset(structure, symprec=1e-4).transformation_matrix
    return np.rint(np.linalg.inv(standard).T).astype(np.int64)


def _chosen(
    known: list[Variant], crystal: Crystal, numbers: Sequence[int] | None
) -> Sequence[Variant]:
    if numbers is None:
        return known
    if not len(numbers) or any(number not in range(len(known)) for number in numbers):
        raise DelithError(
            f"{crystal.name} has the domain variants 0 to {len(known) - 1}: choose among them, "
            f"not {list(numbers)!r}."
        )
    return [known[number] for number in numbers]
