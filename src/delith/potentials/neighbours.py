"""Pairs of atoms, bonds and angles of a periodic cell, kept from call to call while they hold.

A relaxation moves atoms by hundredths of an ångström, so nearly everything a graph network needs
besides the pair vectors is the same as a step ago.
"""

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from pymatgen.optimization.neighbors import find_points_in_spheres


@dataclass(frozen=True)
class Topology:
    """Who neighbours whom, by index; the first pairs are the bonds.

    A bond of index b is two arrows, b from its first atom to its second and b + bonds back.

    Attributes
    ----------
    first, second : ndarray of int, shape (pairs,)
        The two atoms of each pair within the cutoff, every pair once.
    bonds : int
        How many of the pairs are within the bond cutoff.
    arrow, other : ndarray of int, shape (angles,)
        Two different arrows that leave one atom: every ordered choice.
    """

    first: np.ndarray
    second: np.ndarray
    bonds: int
    arrow: np.ndarray
    other: np.ndarray


class Neighbours:
    """Pair vectors and topology of a cell that moves a little between calls.

    Parameters
    ----------
    cutoff, bond_cutoff : float
        Lengths in Å below which two atoms are a pair, and a pair is a bond.
    skin : float
        How much further than `cutoff` to look, in Å, so that a list outlives small moves.
    """

    def __init__(self, cutoff: float, bond_cutoff: float, skin: float = 0.4) -> None:
        self.cutoff = cutoff
        self.bond_cutoff = bond_cutoff
        self.skin = skin
        self._topology: Topology | None = None
        # 2: a bond; 1: a pair; 0: so far only in the skin.
        self._kind = np.empty(0, dtype=np.int8)

    def __call__(self, atoms: Atoms) -> tuple[np.ndarray, Topology]:
        """Return the vectors (Å, first atom to second, shape (pairs, 3)) and the topology.

        The topology is the same object as in the last call where nothing in it changed.
        """
        positions, cell = np.ascontiguousarray(atoms.positions), atoms.cell.array
        if self._topology is None or not self._holds(positions, cell):
            self._search(positions, cell)
        vectors = positions[self._second] - positions[self._first] + self._images @ cell
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        kind = np.add(lengths < self.cutoff, lengths < self.bond_cutoff, dtype=np.int8)
        if self._topology is None or not np.array_equal(kind, self._kind):
            self._kind = kind
            self._kept = np.concatenate([np.flatnonzero(kind == 2), np.flatnonzero(kind == 1)])
            first, second = self._first[self._kept], self._second[self._kept]
            bonds = int(np.count_nonzero(kind == 2))
            arrow, other = _angles(np.concatenate([first[:bonds], second[:bonds]]))
            self._topology = Topology(first, second, bonds, arrow, other)
        return vectors[self._kept], self._topology

    def _holds(self, positions: np.ndarray, cell: np.ndarray) -> bool:
        """Whether no pair that the list lacks can have come within the cutoff."""
        if len(positions) != len(self._positions):
            return False
        # Positions and cell went through one deformation F, then each atom moved by `moved`. A
        # missing pair was at least cutoff + skin apart; F leaves at least its smallest singular
        # value of that.
        deformation = np.linalg.solve(self._cell, cell)
        moved = np.linalg.norm(positions - self._positions @ deformation, axis=1).max()
        shrink = np.linalg.svd(deformation, compute_uv=False)[-1]
        return bool(shrink * (self.cutoff + self.skin) - 2 * moved > self.cutoff)

    def _search(self, positions: np.ndarray, cell: np.ndarray) -> None:
        periodic = np.ones(3, dtype=np.int64)
        first, second, images, _ = find_points_in_spheres(
            positions, positions, self.cutoff + self.skin, periodic, np.ascontiguousarray(cell)
        )
        # Each pair is found from both ends; an atom and its own image differ in the image alone.
        x, y, z = images.T
        half = (x > 0) | ((x == 0) & ((y > 0) | ((y == 0) & (z > 0))))
        once = (first < second) | ((first == second) & half)
        self._first, self._second, self._images = first[once], second[once], images[once]
        self._positions, self._cell = positions.copy(), cell.copy()
        self._topology = None


def _angles(tails: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ordered pairs of different arrows that leave one atom, given the atom each one leaves."""
    arrows = np.argsort(tails, kind="stable")
    count = np.bincount(tails)
    begin = np.cumsum(count) - count
    partners = count[tails[arrows]]
    left = np.repeat(np.arange(len(arrows)), partners)
    place = np.arange(len(left)) - np.repeat(np.cumsum(partners) - partners, partners)
    right = begin[tails[arrows]][left] + place
    different = left != right
    return arrows[left[different]], arrows[right[different]]
