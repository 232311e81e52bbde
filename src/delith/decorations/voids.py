"""The interstices of an anion lattice: octahedra and tetrahedra, filled or empty."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from ase import Atoms
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree

from delith.crystals.lattice import Floats, Ints
from delith.crystals.valence import is_anion
from delith.errors import DelithError

# By number of anions around them.
TETRAHEDRAL, OCTAHEDRAL = "tetrahedral", "octahedral"
KINDS = {4: TETRAHEDRAL, 6: OCTAHEDRAL}

# Simplices whose circumcentres are this close, as a fraction of the usual circumradius, fill one
# polyhedron: in a perfect octahedron they coincide, and a tetrahedron is one radius away.
MERGED = 0.45
# A cation this close to the middle, as a fraction of the distance to the anions, fills it.
FILLED = 0.5
# The lattice goes on around the cell by PADDING and simplices are looked for up to MARGIN around
# it, in units of the edge of a cube with the volume of one anion: a sphere between anions may
# have a radius of one and a half such edges.
PADDING, MARGIN = 4.0, 1.0
# Volume over the product of three edges below which four anions lie in a plane.
FLAT = 1e-6


@dataclass(frozen=True, eq=False)
class Interstices:
    """Places between anions."""

    positions: Floats
    """Middle of the anions, Å, shape (n, 3)."""
    kinds: NDArray[np.str_]
    """``octahedral`` (six anions) or ``tetrahedral`` (four), shape (n,)."""
    occupants: Ints
    """Index of the cation within, −1 where there is none, shape (n,)."""

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, chosen: NDArray[np.bool_]) -> "Interstices":
        return Interstices(self.positions[chosen], self.kinds[chosen], self.occupants[chosen])


def voids(atoms: Atoms) -> Interstices:
    """Return the empty octahedra and tetrahedra of the anion lattice; see `interstices`."""
    found = interstices(atoms)
    return found[found.occupants < 0]


def interstices(atoms: Atoms) -> Interstices:
    """Return the octahedra and tetrahedra of the anion lattice, filled and empty.

    Delaunay simplices of the anions are put together where their circumcentres meet, which in an
    octahedron they do however it is cut, and the anions at their corners are counted. Six are
    called an octahedron, though in a boundary they may be a prism; anything else than six and
    four is left out.

    Parameters
    ----------
    atoms
        Fully periodic, not necessarily symmetric. Anions are halogens and the most
        electronegative element.

    Returns
    -------
    The interstices within the cell, from the lowest to the highest. A cation fills the one whose
    middle it is closer to than half the distance from there to the anions.

    Raises
    ------
    DelithError
        When the structure is not periodic in all three directions, or has no anions.
    """
    if not atoms.pbc.all():
        raise DelithError("interstices need a cell that repeats in all three directions")
    anion = is_anion(atoms)
    if not anion.any():
        raise DelithError(f"{atoms.get_chemical_formula()} has no anions with places between them")
    edge = (atoms.cell.volume / np.count_nonzero(anion)) ** (1 / 3)
    points, _ = _continued(atoms[anion], PADDING * edge)
    corners = _polyhedra(points, atoms.cell[:], MARGIN * edge)
    corners = [around for around in corners if len(around) in KINDS]
    middles = np.array([points[around].mean(axis=0) for around in corners]).reshape(-1, 3)
    fractions = middles @ np.linalg.inv(atoms.cell[:])
    # A little below zero, by rounding, is zero.
    here = np.flatnonzero((np.floor(fractions + 1e-6) == 0).all(axis=1))
    here = here[np.lexsort(np.round(fractions[here], 4).T)]
    middles, corners = middles[here], [corners[i] for i in here]
    kinds = np.array([KINDS[len(around)] for around in corners], dtype=np.str_)
    reach = [
        np.linalg.norm(points[around] - middle, axis=1).mean()
        for around, middle in zip(corners, middles, strict=True)
    ]
    cations, owners = _continued(atoms[~anion], edge)
    distance, nearest = cKDTree(cations).query(middles)
    filled = distance < FILLED * np.array(reach)
    occupants = np.full(len(middles), -1)
    occupants[filled] = np.flatnonzero(~anion)[owners[nearest[filled]]]
    return Interstices(middles, kinds, occupants)


def _continued(atoms: Atoms, padding: float) -> tuple[Floats, Ints]:
    """Return positions in the cell and up to `padding` (Å) around it, and whose images they are."""
    inverse = np.linalg.inv(atoms.cell[:])
    margin = padding * np.linalg.norm(inverse, axis=0)
    steps = np.array(list(product(*(range(-n, n + 1) for n in np.ceil(margin).astype(int)))))
    images = (atoms.get_scaled_positions() + steps[:, None]).reshape(-1, 3)
    inside = ((images > -margin) & (images < 1 + margin)).all(axis=1)
    owners = np.tile(np.arange(len(atoms)), len(steps))
    return images[inside] @ atoms.cell[:], owners[inside]


def _polyhedra(points: Floats, cell: Floats, margin: float) -> list[Ints]:
    """Return the corners of each empty polyhedron in the cell and up to `margin` (Å) around it."""
    simplices = Delaunay(points).simplices
    first, edges = points[simplices[:, 0]], points[simplices[:, 1:]] - points[simplices[:, :1]]
    lengths = np.linalg.norm(edges, axis=2)
    solid = np.abs(np.linalg.det(edges)) > FLAT * lengths.prod(axis=1)
    simplices, first, edges, lengths = (a[solid] for a in (simplices, first, edges, lengths))
    # Equally far from both ends of each edge.
    outward = np.linalg.solve(edges, (lengths**2 / 2)[:, :, None])[:, :, 0]
    centres = first + outward
    inverse = np.linalg.inv(cell)
    fractions, margins = centres @ inverse, margin * np.linalg.norm(inverse, axis=0)
    near = ((fractions > -margins) & (fractions < 1 + margins)).all(axis=1)
    simplices, centres = simplices[near], centres[near]
    usual = float(np.median(np.linalg.norm(outward[near], axis=1)))
    pairs = cKDTree(centres).query_pairs(MERGED * usual, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(centres),) * 2)
    number, polyhedron = connected_components(graph, directed=False)
    return [np.unique(simplices[polyhedron == n]) for n in range(number)]
