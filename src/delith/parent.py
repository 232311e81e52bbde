"""The parent lattice on which a crystal orders.

All metals are merged into one species (other elements keep their identity), and the operations
that map the merged crystal onto itself within a tolerance are collected. Distortions of the cell
and of the sites are idealised in the operations only: the crystal itself is never altered.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

import numpy as np
import spglib

from delith.crystals import NONMETALS, Crystal
from delith.errors import DelithError
from delith.lattice import Floats, Ints, lattice_basis

#: Farthest an atom may stand from its parent site, as a fraction of the shortest distance.
DISPLACEMENT = 0.4

#: Largest principal strain between a cell and its image, tried from loose to tight until the
#: operations close into a group.
STRAINS = (0.10, 0.07, 0.05, 0.03, 0.02, 0.01, 0.003)


@dataclass(frozen=True, eq=False)
class Parent:
    """The parent lattice of a crystal and its operations.

    Attributes
    ----------
    basis : ndarray, shape (3, 3)
        Primitive parent lattice vectors, rows, as fractions of the crystal's conventional cell.
    rotations : ndarray of int, shape (n, 3, 3)
        Point parts of the operations, on columns of parent fractions: x' = W x + w.
    translations : ndarray, shape (n, 3)
        Translation parts w, parent fractions.
    lost_translations : ndarray, shape (m, 3)
        One vector for each parent translation that the crystal has lost, as fractions of the
        conventional cell: the shortest of its class.
    """

    basis: Floats
    rotations: Ints
    translations: Floats
    lost_translations: Floats


@lru_cache(maxsize=32)
def parent(crystal: Crystal) -> Parent:
    """Find the parent lattice of a crystal and its operations.

    Raises
    ------
    DelithError
        If no set of operations within the tolerances closes into a group.
    """
    to_conventional = np.linalg.inv(crystal.atoms.cell[:])
    child = crystal.primitive
    merged = _merged(crystal, child)
    shifts = merged.translations(np.eye(3, dtype=int))
    # T translations modulo the child's lattice are multiples of 1/T: exact, whatever the sites
    multiple = len(shifts)
    steps = np.rint(np.array(shifts) * multiple).astype(int)
    generators = np.vstack([steps, multiple * np.eye(3, dtype=int)])
    lattice = np.asarray(
        spglib.niggli_reduce(lattice_basis(generators) / multiple @ child), dtype=float
    )
    folded = merged.folded(lattice)
    lost = np.array([s for s in steps if (s % multiple).any()]).reshape(-1, 3) / multiple
    for strain in STRAINS:
        rotations = _lattice_rotations(lattice, strain)
        found = [(w, t[0]) for w in rotations if (t := folded.translations(w))]
        if _closes([w for w, _ in found]):
            return Parent(
                basis=lattice @ to_conventional,
                rotations=np.array([w for w, _ in found]),
                translations=np.array([t for _, t in found]),
                lost_translations=_shortest_images(lost @ child, child) @ to_conventional,
            )
    raise DelithError(
        f"no parent lattice found for {crystal.name}: its pseudo-symmetry does not close into a "
        f"group within {STRAINS[0]:.0%} of strain and displacements of {DISPLACEMENT} of the "
        "shortest distance."
    )


@dataclass(frozen=True, eq=False)
class _Sites:
    """Sites of merged species in a cell: fractions (n, 3), kinds (n,), tolerance in Å."""

    fractions: Floats
    kinds: np.ndarray
    cell: Floats
    tolerance: float

    def translations(self, rotation: Ints) -> list[Floats]:
        """Every translation w, modulo the cell, with which x' = W x + w maps the sites."""
        kinds, counts = np.unique(self.kinds, return_counts=True)
        rarest = np.flatnonzero(self.kinds == kinds[counts.argmin()])
        image = self.fractions @ rotation.T
        found = []
        for target in rarest:
            shift = self.fractions[target] - image[rarest[0]]
            correction = self._mean_offset(image + shift)
            if correction is not None:
                found.append((shift + correction) % 1)
        return found

    def _mean_offset(self, image: Floats) -> Floats | None:
        """Offset (fractions) that brings an image onto the sites best; None if it does not fit."""
        difference = self.fractions[None] - image[:, None]
        difference -= np.rint(difference)
        offsets = difference @ self.cell
        distance = np.linalg.norm(offsets, axis=2)
        distance[self.kinds[:, None] != self.kinds[None]] = np.inf
        nearest = distance.argmin(axis=1)
        if len(set(nearest)) < len(nearest):
            return None
        offsets = offsets[np.arange(len(image)), nearest]
        mean = offsets.mean(axis=0)
        if np.linalg.norm(offsets - mean, axis=1).max() > self.tolerance:
            return None
        return mean @ np.linalg.inv(self.cell)

    def folded(self, lattice: Floats) -> _Sites:
        """Average the sites that translations of a finer lattice map onto each other."""
        groups: list[list[Floats]] = []
        kinds: list[str] = []
        for f, kind in zip(
            self.fractions @ self.cell @ np.linalg.inv(lattice), self.kinds, strict=True
        ):
            for group, other in zip(groups, kinds, strict=True):
                step = f - group[0] - np.rint(f - group[0])
                # two sites may each be off by the tolerance, in opposite directions
                if kind == other and np.linalg.norm(step @ lattice) <= 2 * self.tolerance:
                    group.append(group[0] + step)
                    break
            else:
                groups.append([f])
                kinds.append(kind)
        means = np.array([np.mean(group, axis=0) for group in groups]) % 1
        return _Sites(means, np.array(kinds), lattice, self.tolerance)


def _merged(crystal: Crystal, primitive: Floats) -> _Sites:
    atoms = crystal.primitive_atoms
    kinds = np.array([s if s in NONMETALS else "metal" for s in atoms.symbols])
    fractions = atoms.positions @ np.linalg.inv(primitive)
    return _Sites(fractions, kinds, primitive, DISPLACEMENT * crystal.shortest_distance)


@cache
def _unimodular() -> Ints:
    """All integer matrices of entries −1, 0, 1 and determinant ±1: enough for reduced cells."""
    entries = np.array(list(product((-1, 0, 1), repeat=9)), dtype=np.int64).reshape(-1, 3, 3)
    return entries[np.abs(np.rint(np.linalg.det(entries))) == 1]


def _lattice_rotations(lattice: Floats, strain: float) -> Ints:
    """Integer matrices that keep the metric of a reduced cell within a principal strain."""
    candidates = _unimodular()
    metric = lattice @ lattice.T
    images = candidates.transpose(0, 2, 1) @ metric @ candidates
    stretches = np.sqrt(np.abs(np.linalg.eigvals(np.linalg.solve(metric, images))))
    return candidates[np.abs(stretches - 1).max(axis=1) <= strain]


def _closes(rotations: list[Ints]) -> bool:
    known = {w.tobytes() for w in rotations}
    return all((v @ w).tobytes() in known for v in rotations for w in rotations)


def _shortest_images(vectors: Floats, lattice: Floats) -> Floats:
    """Shortest lattice-equivalent of each vector; of equal ones that which points most along z."""
    around = np.array(list(product((-2, -1, 0, 1, 2), repeat=3))) @ lattice
    shortest = []
    for vector in vectors:
        images = vector + around
        lengths = np.round(np.linalg.norm(images, axis=1), 6)
        ties = images[lengths == lengths.min()]
        shortest.append(max(ties, key=lambda r: tuple(np.round(r[::-1], 6))))
    return np.array(shortest).reshape(-1, 3)
