"""What is handed in to be decorated, a bulk cell or a boundary cell, and what comes out."""

from dataclasses import dataclass, replace
from math import prod
from typing import Protocol

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from delith.crystals.lattice import area
from delith.errors import DelithError
from delith.units import PER_NM2

# Distances to a boundary (Å) that differ by less belong to one layer of an unrelaxed crystal.
SAME_LAYER = 0.02


class Host(Protocol):
    """A fully lithiated, unrelaxed crystal or boundary, and which of its atoms move."""

    @property
    def atoms(self) -> Atoms:
        """Periodic structure with every mobile site filled."""

    @property
    def mobile(self) -> str | None:
        """Element that moves, such as Li; all its atoms are mobile sites. None: nothing moves."""

    @property
    def formula_units(self) -> float:
        """Formula units of the framework: content is the number of mobile atoms over this."""


@dataclass(frozen=True)
class Change:
    """What one step of decoration put into a host."""

    element: str
    """Of the atoms put in."""
    onto: str
    """Sublattice whose atoms they replace, or the kind of interstice they go into."""
    number: int
    """How many atoms."""
    degeneracy: int
    """Ways that the symmetry of what was there before the step makes equivalent."""
    distance: float | None = None
    """Å from the decorated boundary to the nearest of the sites that were replaced or left; None in
    bulk."""
    shell: int | None = None
    """Layer of these sites, 0 the nearest to the boundary; None in bulk."""
    coverage: float | None = None
    """`number` per area of one boundary, 1/nm²: the other one of the cell has none. None in
    bulk."""


@dataclass(frozen=True, eq=False)
class Decorated:
    """A host some of whose atoms were replaced or moved: itself a host, to be decorated further.

    Contents count the formula units of the original: lithium that had to make room is lithium
    that can no longer be there.
    """

    host: Host
    """The original: never itself decorated."""
    atoms: Atoms
    """Every mobile site that is left is filled. ``sublattice`` names the site an atom is on, so
    that it is not the element of an atom put there."""
    label: str = ""
    """What was done, for tables; empty where nothing was."""
    changes: tuple[Change, ...] = ()
    """What was done, step by step."""
    boundary: int | None = None
    """Which boundary was decorated: 0 at the fractional height 0, 1 at 1/2. None for none and in
    bulk."""

    @property
    def mobile(self) -> str | None:
        """Element that moves."""
        return self.host.mobile

    @property
    def formula_units(self) -> float:
        """Formula units of the original framework."""
        return self.host.formula_units

    @property
    def degeneracy(self) -> int:
        """Ways, in the order of the steps, that the symmetry of the original makes equivalent."""
        return prod(change.degeneracy for change in self.changes)


def decorated(host: Host) -> Decorated:
    """Return the host as one to which nothing has been done yet, unless something has."""
    if not hasattr(host, "formula_units"):
        raise DelithError(f"decorate a boundary or its bulk, not a bare {type(host).__name__}")
    return host if isinstance(host, Decorated) else Decorated(host, host.atoms)


def boundary_count(start: Decorated) -> int:
    """Return how many boundaries cross the cell: 2, or 0 in bulk, which need not say so."""
    return int(getattr(start.host, "count", 0))


def distances(start: Decorated) -> NDArray[np.float64]:
    """Return how far every atom is from each boundary (Å).

    Returns
    -------
    Shape (2, n) for a cell with two boundaries, at the fractional heights 0 and 1/2. In bulk one
    row of zeros: every atom is as near as any other.
    """
    if not boundary_count(start):
        return np.zeros((1, len(start.atoms)))
    period = start.atoms.cell[2, 2]
    heights = start.atoms.positions[:, 2] - np.array([[0.0], [period / 2]])
    return np.abs(heights - period * np.rint(heights / period))


def nearby(start: Decorated) -> NDArray[np.bool_]:
    """Tell which atoms belong to each boundary: those to which no other is nearer.

    Returns
    -------
    Shape (2, n), or (1, n) in bulk. Atoms half way between belong to both boundaries. Once a
    boundary is decorated, no atom belongs to the other: a cell has one boundary changed.
    """
    away = distances(start)
    near = away < away.min(axis=0) + SAME_LAYER
    if start.boundary is not None:
        near[1 - start.boundary] = False
    return near


def layers(away: NDArray[np.float64]) -> NDArray[np.intp]:
    """Number the layers of atoms by their distances from a boundary (Å), the nearest 0."""
    order = np.argsort(away)
    number = np.zeros(len(away), dtype=int)
    number[order[1:]] = np.cumsum(np.diff(away[order]) > SAME_LAYER)
    return number


def layer(
    start: Decorated, sites: NDArray[np.intp], shell: int, name: str
) -> tuple[NDArray[np.bool_], list[int]]:
    """Tell which sites are in one layer of each boundary, and its number counted from there.

    Parameters
    ----------
    sites
        Of one sublattice.
    shell
        0 the nearest, −1 the farthest; bulk has one layer, whatever is asked for.
    name
        What the sites are called, for the error.

    Returns
    -------
    Of all atoms, shape (2, n), or (1, n) in bulk; and a number for each row. Boundaries that are
    not equivalent may have other layers, or not as many.

    Raises
    ------
    DelithError
        When no boundary has such a layer.
    """
    near, away = nearby(start), distances(start)
    chosen, numbers, there = np.zeros_like(near), [], []
    shell = shell if boundary_count(start) else 0
    for row in range(len(near)):
        here = sites[near[row, sites]]
        number = layers(away[row, here])
        count = int(number.max(initial=-1)) + 1
        asked = shell + count if shell < 0 else shell
        chosen[row, here[number == asked]] = True
        numbers.append(asked)
        heights = (away[row, here[number == n]].mean() for n in range(count))
        there.append(", ".join(f"{n} at {height:.2f} Å" for n, height in enumerate(heights)))
    if not chosen.any():
        known = " or ".join(dict.fromkeys(filter(None, there)))
        raise DelithError(
            f"{name} has no shell {shell}: there is {known or 'none'}, and -1 is the last"
        )
    return chosen, numbers


def resettle(start: Decorated, atoms: Atoms, moved: NDArray[np.intp]) -> NDArray[np.float64]:
    """Bring ``distance`` and ``grain`` of atoms that moved up to date, where there are such arrays.

    Returns
    -------
    The distances (Å) to the nearest boundary, shape (n_moved,).
    """
    # As in the cell as built: the nearest boundary is half a period away at most.
    steps = 2 * atoms.positions[moved, 2] / atoms.cell[2, 2]
    distance: NDArray[np.float64] = np.abs(steps - np.rint(steps)) * atoms.cell[2, 2] / 2
    on_boundary = (distance < SAME_LAYER) & (boundary_count(start) > 0)
    there = {"distance": distance, "grain": np.where(on_boundary, -1, np.floor(steps) % 2)}
    for name in there.keys() & atoms.arrays.keys():
        atoms.arrays[name][moved] = there[name]
    return distance


def further(start: Decorated, atoms: Atoms, what: str, change: Change, boundary: int) -> Decorated:
    """Return the host after one more step.

    Parameters
    ----------
    start
        The host before.
    atoms
        Its atoms after.
    what
        What the step did, in words.
    change
        What it did; the coverage is filled in here, and in bulk all that speaks of a boundary is
        taken out.
    boundary
        Which one was decorated.
    """
    label = ", ".join(text for text in (start.label, what) if text)
    if not boundary_count(start):
        change = replace(change, distance=None, shell=None)
        return Decorated(start.host, atoms, label, (*start.changes, change))
    change = replace(change, coverage=change.number / area(atoms) * PER_NM2)
    return Decorated(start.host, atoms, label, (*start.changes, change), boundary)


def numbered(found: list[Decorated]) -> list[Decorated]:
    """Return several results of one step with labels that tell them apart."""
    if len(found) < 2:
        return found
    return [replace(one, label=f"{one.label} #{n}") for n, one in enumerate(found, start=1)]


def sublattices(atoms: Atoms) -> NDArray[np.str_]:
    """Return what site each atom is on: the array ``sublattice``, or else the elements."""
    return np.asarray(atoms.arrays.get("sublattice", atoms.get_chemical_symbols()), dtype=np.str_)


def mobile_sites(host: Host) -> NDArray[np.intp]:
    """Return the indices of the mobile sites, or raise DelithError where there is none."""
    sites = np.array([i for i, s in enumerate(host.atoms.symbols) if s == host.mobile], dtype=int)
    if not len(sites):
        raise DelithError(
            f"{host.atoms.get_chemical_formula()} has no {host.mobile or 'mobile element'}: give a "
            "fully lithiated host, or name the element that moves"
        )
    return sites
