"""Sites that an ion of one ordering can be on, and those that it can hop to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from delith.crystals.lattice import Bools, Ints
from delith.decorations.host import Decorated, mobile_sites, sublattices
from delith.decorations.jumps import ON_SITE, gaps, jumps, usual_distance
from delith.decorations.symmetry import site_permutations
from delith.decorations.voids import OCTAHEDRAL
from delith.errors import DelithError

# Mobile sites up to this times their usual shortest distance are neighbours: the second shell is
# at least 1.4 times as far away in layers, spinels and rock salts.
FIRST_SHELL = 1.2


class HopSites(NamedTuple):
    """Where the ions of an ordering are and may go."""

    atoms: Atoms
    """Those of the host, and perhaps ghosts in empty interstices."""
    names: NDArray[np.str_]
    """Sublattice of each."""
    filled: Bools
    """Which of them the ordering has."""
    mobile: Ints
    sources: Ints
    """Sites that an ion of the kind can be on."""
    targets: Ints
    """Sites that it can go to."""
    pairs: Ints
    """Sites between which it can hop in this ordering, shape (p, 2)."""
    reach: float

    def distinct(self) -> Iterator[tuple[Ints, int]]:
        """One pair of each that the symmetry of the ordering makes equivalent, and their number."""
        sites = np.unique(np.concatenate([self.mobile, self.sources, self.targets]))
        permutations = site_permutations(self.atoms, sites)
        filled = self.filled[sites]
        permutations = permutations[(filled[permutations] == filled).all(axis=1)]
        places = np.searchsorted(sites, self.pairs)
        seen: set[tuple[int, ...]] = set()
        for pair, place in zip(self.pairs, places, strict=True):
            if tuple(place.tolist()) not in seen:
                images = set(map(tuple, permutations[:, place].tolist()))
                seen |= images
                yield pair, len(images)


def of_mobile(start: Decorated, order: list[int], reach: float | None) -> HopSites:
    """Where mobile ions can go."""
    atoms, sites = start.atoms, mobile_sites(start)
    if reach is None:
        reach = FIRST_SHELL * usual_distance(atoms[sites])
    filled = np.zeros(len(atoms), dtype=bool)
    filled[order] = True
    close = gaps(atoms, atoms.positions[sites], atoms.positions[sites]) <= reach
    pairs = sites[np.argwhere(close & filled[sites][:, None] & ~filled[sites])]
    return HopSites(atoms, sublattices(atoms), filled, sites, sites, sites, pairs, reach)


def of_metal(start: Decorated, order: list[int], element: str, reach: float) -> HopSites:
    """Where a metal can go."""
    if element not in start.atoms.symbols:
        raise DelithError(f"{start.atoms.get_chemical_formula()} has no {element} that could hop")
    found = jumps(start, element, OCTAHEDRAL, reach)
    filled = np.zeros(len(found.atoms), dtype=bool)
    filled[order] = True
    names = np.full(len(filled), OCTAHEDRAL)
    names[: len(start.atoms)] = sublattices(start.atoms)
    source, target = found.jumps.T
    lithium = np.any(found.close_mobile[target] & filled[found.mobile], axis=1)
    metal = found.close_metal[target].sum(axis=1) > found.close_metal[target, source]
    free = ~lithium & ~metal
    pairs = np.column_stack([found.metal[source], found.room[target]])[free]
    return HopSites(found.atoms, names, filled, found.mobile, found.metal, found.room, pairs, reach)


def order_of(start: Decorated, ordering: Atoms) -> list[int]:
    """Site of the host that each atom of an ordering is on."""
    away = gaps(start.atoms, ordering.positions, start.atoms.positions)
    order = away.argmin(axis=1)
    vacant = np.delete(np.arange(len(start.atoms)), order)
    mobile = np.isin(np.array(start.atoms.symbols), [str(start.mobile)])
    same = np.array_equal(start.atoms.numbers[order], ordering.numbers)
    if away.min(axis=1).max() > ON_SITE or not same or not mobile[vacant].all():
        raise DelithError(
            f"{ordering.symbols} is no ordering of {start.atoms.symbols}: give the host less some "
            f"{start.mobile}, as built"
        )
    return order.tolist()
