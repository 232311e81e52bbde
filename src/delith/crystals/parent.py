"""The parent lattice on which a crystal orders.

All metals are merged into one species (other elements keep their identity), and the operations
that map the merged crystal onto itself within a tolerance are collected. Where the anions alone
make the lattice, as the close-packed oxygen of layered oxides and spinels does, they define a
parent of their own, on whose interstices the metals order. Distortions of the cell and of the
sites are idealised in the operations only: the crystal itself is never altered.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import product
from typing import Literal, get_args

import numpy as np
import spglib
from scipy.linalg import sqrtm

from delith.crystals import NONMETALS, Crystal
from delith.crystals.lattice import Floats, Ints, lattice_basis, shortest_images
from delith.errors import DelithError

#: What of a crystal its parent keeps: all sites, metals merged; or the anions only.
Kept = Literal["sites", "anions"]

#: Farthest an atom may stand from its parent site, as a fraction of the shortest distance; an
#: operation may take it twice as far from another atom's place. The second value is for crystals
#: that have lost nothing within the first, such as quartz: where both find a parent the first
#: finds the nearer one. Within the last a crystal is its own parent.
DISPLACEMENTS = (0.2, 0.25, 0.01)

#: Largest principal strain between a cell and its image, tried from loose to tight until the
#: operations close into a group.
STRAINS = (0.10, 0.07, 0.05, 0.03, 0.02, 0.01, 0.003)

#: Steps of 1/T by which one of T translations may be off a whole number of them.
_OFF = 0.25


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
    cell : ndarray, shape (3, 3)
        The vectors of ``basis``, Å, strained without rotation to the parent's own metric.
    tolerance : float
        Farthest an atom of the crystal may stand from its parent site, Å.
    """

    basis: Floats
    rotations: Ints
    translations: Floats
    lost_translations: Floats
    cell: Floats
    tolerance: float

    @cached_property
    def symbol(self) -> str:
        """Hermann-Mauguin symbol of the parent's space group."""
        group = spglib.get_spacegroup_type_from_symmetry(
            self.rotations, self.translations, lattice=self.cell
        )
        return str(group.international_short)

    @property
    def order(self) -> int:
        """Operations for each lattice point of the crystal."""
        return len(self.rotations) * (1 + len(self.lost_translations))

    def ideal(self, fractions: Floats) -> Floats:
        """Parent sites nearest to the atoms of a crystal; both in parent fractions, shape (n, 3).

        A site is the mean of all images, of any of the atoms, that the parent's operations bring
        close by.
        """
        images = np.einsum("kij,nj->kni", self.rotations, fractions)
        images = (images + self.translations[:, None]).reshape(-1, 3)
        sites = np.array(fractions)
        # an atom far off its site sees too few of the images; its first mean sees all of them
        for _ in range(2):
            for k, site in enumerate(sites):
                step = images - site
                step -= np.rint(step)
                near = np.linalg.norm(step @ self.cell, axis=1) <= 2 * self.tolerance
                sites[k] += step[near].mean(axis=0)
        return sites


@lru_cache(maxsize=32)
def parent(crystal: Crystal, kept: Kept = "sites") -> Parent:
    """Find the parent lattice of a crystal and its operations.

    Parameters
    ----------
    crystal : Crystal
    kept : {'sites', 'anions'}
        ``sites`` keeps every site and merges the metals; ``anions`` keeps the anions only.

    Raises
    ------
    DelithError
        If no set of operations within the tolerances closes into a group, the crystal has no
        anions (or nothing else) to tell the two kinds of parent apart, or ``kept`` is neither.
    """
    if kept not in get_args(Kept):
        raise DelithError(f"a parent keeps {' or '.join(get_args(Kept))}, not {kept!r}.")
    centrings = round(crystal.atoms.cell.volume / abs(np.linalg.det(crystal.primitive)))
    own = len(crystal.symmetry.rotations) // centrings
    last = None
    for displacement in DISPLACEMENTS:
        sites = _merged(crystal, kept, displacement * crystal.shortest_distance)
        last = _parent(crystal, sites) or last
        if last and last.order > own:
            return last
    if last:
        return last
    raise DelithError(
        f"no parent lattice found for {crystal.name}: its pseudo-symmetry does not close into "
        f"a group within {STRAINS[0]:.0%} of strain."
    )


def _parent(crystal: Crystal, sites: _Sites) -> Parent | None:
    to_conventional = np.linalg.inv(crystal.atoms.cell[:])
    child = crystal.primitive
    shifts = sites.translations(np.eye(3, dtype=int))
    # T translations modulo the child's lattice are multiples of 1/T: exact, whatever the sites
    multiple = len(shifts)
    steps = np.rint(np.array(shifts) * multiple).astype(int)
    # where one of them just missed the tolerance there are too few, and 1/2 becomes 2/5
    missed = np.abs(np.array(shifts) * multiple - steps).max() > _OFF
    if missed or not _closed_modulo(steps, multiple):
        return None
    generators = np.vstack([steps, multiple * np.eye(3, dtype=int)])
    lattice = np.asarray(
        spglib.niggli_reduce(lattice_basis(generators) / multiple @ child), dtype=float
    )
    folded = sites.folded(lattice)
    lost = np.array([s for s in steps if (s % multiple).any()]).reshape(-1, 3) / multiple
    for strain in STRAINS:
        tried = _lattice_rotations(lattice, strain)
        found = [(w, t[0]) for w in tried if (t := folded.translations(w))]
        if not _closes([w for w, _ in found]) or not _holds(crystal, lattice, found):
            continue
        rotations = np.array([w for w, _ in found])
        translations = _closed(rotations, np.array([t for _, t in found]))
        if _group_law(rotations, translations):
            return Parent(
                basis=lattice @ to_conventional,
                rotations=rotations,
                translations=translations,
                lost_translations=np.array(
                    [shortest_images(v, child)[0] for v in lost @ child]
                ).reshape(-1, 3)
                @ to_conventional,
                cell=_symmetrised(lattice, rotations),
                tolerance=sites.tolerance,
            )
    return None


def _closed_modulo(steps: Ints, multiple: int) -> bool:
    """Whether translations, in steps of 1/multiple, are all that they make together."""
    known = {tuple(step) for step in (steps % multiple).tolist()}
    sums = (steps[:, None] + steps[None]) % multiple
    return len(known) == multiple and known.issuperset(map(tuple, sums.reshape(-1, 3).tolist()))


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
        if np.linalg.norm(offsets - mean, axis=1).max() > 2 * self.tolerance:
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


def _merged(crystal: Crystal, kept: Kept, tolerance: float) -> _Sites:
    atoms = crystal.primitive_atoms
    kinds = np.array([s if s in NONMETALS else "metal" for s in atoms.symbols])
    stays = (kinds != "metal") | (kept == "sites")
    if not stays.any():
        raise DelithError(f"{crystal.name} has no anions that could make a parent lattice.")
    fractions = atoms.positions @ np.linalg.inv(crystal.primitive)
    return _Sites(fractions[stays], kinds[stays], crystal.primitive, tolerance)


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


def _holds(crystal: Crystal, lattice: Floats, found: list[tuple[Ints, Floats]]) -> bool:
    """Tell whether the crystal's own rotations are among those found."""
    into = np.linalg.inv(lattice.T) @ crystal.atoms.cell[:].T
    known = {w.tobytes() for w, _ in found}
    own = [into @ w @ np.linalg.inv(into) for w in crystal.symmetry.rotations]
    return all(np.rint(w).astype(np.int64).tobytes() in known for w in own)


def _closed(rotations: Ints, translations: Floats) -> Floats:
    """Translations nearest to fitted ones with which operations close exactly into a group.

    What a product of two operations is off the third, averaged over all second ones, is what the
    first is off: the averages obey the group law.
    """
    off = _off_law(rotations, translations)
    return np.asarray(translations + off.mean(axis=1), dtype=float)


def _group_law(rotations: Ints, translations: Floats) -> bool:
    """Whether every product of two operations is one of them; it is none where fits conflict."""
    return bool(np.abs(_off_law(rotations, translations)).max() < 1e-6)


def _off_law(rotations: Ints, translations: Floats) -> Floats:
    """What operation k after operation l is off the one of its rotation, shape (n, n, 3)."""
    index = {w.tobytes(): k for k, w in enumerate(rotations)}
    product_of = np.array([[index[(v @ w).tobytes()] for w in rotations] for v in rotations])
    turned = np.einsum("kij,lj->kli", rotations, translations)
    off = translations[product_of] - turned - translations[:, None]
    return np.asarray(off - np.rint(off), dtype=float)


def _symmetrised(lattice: Floats, rotations: Ints) -> Floats:
    """Strain a lattice, without rotation, until the rotations are isometries of it."""
    metric = np.einsum("nji,jk,nkl->il", rotations, lattice @ lattice.T, rotations)
    inverse = np.linalg.inv(lattice)
    stretch = inverse @ (metric / len(rotations)) @ inverse.T
    return np.asarray(lattice @ sqrtm(stretch).real, dtype=float)
