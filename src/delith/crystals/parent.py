"""The parent lattice on which a crystal orders.

All metals are merged into one species (other elements keep their identity), and the operations
that map the merged crystal onto itself within a tolerance are collected. Where the anions alone
make the lattice, as the close-packed oxygen of layered oxides and spinels does, they define a
parent of their own, on whose interstices the metals order. Distortions of the cell and of the
sites are idealised in the operations only: the crystal itself is never altered.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, get_args

import numpy as np
import spglib

from delith.crystals import NONMETALS, Crystal
from delith.crystals.group_law import (
    closed,
    closed_modulo,
    closes,
    group_law,
    lattice_rotations,
    symmetrised,
)
from delith.crystals.lattice import Floats, Ints, lattice_basis, shortest_images
from delith.crystals.merged_sites import MergedSites
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


def _parent(crystal: Crystal, sites: MergedSites) -> Parent | None:
    to_conventional = np.linalg.inv(crystal.atoms.cell[:])
    child = crystal.primitive
    shifts = sites.translations(np.eye(3, dtype=int))
    # T translations modulo the child's lattice are multiples of 1/T: exact, whatever the sites
    multiple = len(shifts)
    steps = np.rint(np.array(shifts) * multiple).astype(int)
    # where one of them just missed the tolerance there are too few, and 1/2 becomes 2/5
    missed = np.abs(np.array(shifts) * multiple - steps).max() > _OFF
    if missed or not closed_modulo(steps, multiple):
        return None
    generators = np.vstack([steps, multiple * np.eye(3, dtype=int)])
    lattice = np.asarray(
        spglib.niggli_reduce(lattice_basis(generators) / multiple @ child), dtype=float
    )
    folded = sites.folded(lattice)
    lost = np.array([s for s in steps if (s % multiple).any()]).reshape(-1, 3) / multiple
    for strain in STRAINS:
        tried = lattice_rotations(lattice, strain)
        found = [(w, t[0]) for w in tried if (t := folded.translations(w))]
        if not closes([w for w, _ in found]) or not _holds(crystal, lattice, found):
            continue
        rotations = np.array([w for w, _ in found])
        translations = closed(rotations, np.array([t for _, t in found]))
        if group_law(rotations, translations):
            return Parent(
                basis=lattice @ to_conventional,
                rotations=rotations,
                translations=translations,
                lost_translations=np.array(
                    [shortest_images(v, child)[0] for v in lost @ child]
                ).reshape(-1, 3)
                @ to_conventional,
                cell=symmetrised(lattice, rotations),
                tolerance=sites.tolerance,
            )
    return None


def _merged(crystal: Crystal, kept: Kept, tolerance: float) -> MergedSites:
    atoms = crystal.primitive_atoms
    kinds = np.array([s if s in NONMETALS else "metal" for s in atoms.symbols])
    stays = (kinds != "metal") | (kept == "sites")
    if not stays.any():
        raise DelithError(f"{crystal.name} has no anions that could make a parent lattice.")
    fractions = atoms.positions @ np.linalg.inv(crystal.primitive)
    return MergedSites(fractions[stays], kinds[stays], crystal.primitive, tolerance)


def _holds(crystal: Crystal, lattice: Floats, found: list[tuple[Ints, Floats]]) -> bool:
    """Tell whether the crystal's own rotations are among those found."""
    into = np.linalg.inv(lattice.T) @ crystal.atoms.cell[:].T
    known = {w.tobytes() for w, _ in found}
    own = [into @ w @ np.linalg.inv(into) for w in crystal.symmetry.rotations]
    return all(np.rint(w).astype(np.int64).tobytes() in known for w in own)
