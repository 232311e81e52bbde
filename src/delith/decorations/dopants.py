"""Dopants: atoms of one sublattice replaced by another element, by distance from the boundary."""

from collections.abc import Iterator
from numbers import Integral

import numpy as np
from ase import Atoms
from ase.data import chemical_symbols
from numpy.typing import NDArray

from delith.crystals.lattice import Ints
from delith.crystals.valence import valences
from delith.decorations.enumeration import Labels
from delith.decorations.ewald import electrostatics
from delith.decorations.host import (
    Change,
    Decorated,
    Host,
    boundary_count,
    decorated,
    distances,
    further,
    layer,
    numbered,
    sublattices,
)
from delith.decorations.selection import DECIMALS, select
from delith.decorations.symmetry import Permutations, site_permutations
from delith.errors import DelithError


def dopants(
    host: Host,
    element: str,
    site: str,
    number: int = 1,
    shell: int = 0,
    limit: int = 20,
    seed: int = 0,
) -> list[Decorated]:
    """Return the symmetry-distinct ways to replace atoms in one layer of a sublattice.

    The atoms of the sublattice form layers by their distance from the boundary. Of the two
    boundaries of a cell one is decorated and the other left as it was; where symmetry does not
    make them equivalent, each is in turn. What was decorated before is decorated at the same
    boundary, so that calls add up: to several elements, or to several layers.

    Parameters
    ----------
    host
        Bulk or boundary cell, every mobile site filled, unrelaxed, decorated before or not.
    element
        What is put in.
    site
        What is replaced: an element such as Mn, or one of its sublattices such as Mn1.
    number
        How many atoms are replaced.
    shell
        Which layer: 0 the nearest to the boundary, 1 the next, −1 the farthest, which is the most
        like bulk. Bulk itself has one layer, whatever is asked for.
    limit
        Largest number of arrangements at a boundary; where there are more, they are chosen as
        `lithium` chooses.
    seed
        The same seed gives the same arrangements.

    Returns
    -------
    Hosts, lowest electrostatic energy of nominal charges first.

    Raises
    ------
    DelithError
        When the element is none, or the one replaced, or the mobile one; when the host has no such
        site, no such layer, or too few atoms in it; when no nominal charges can be found, as for
        sulfur in place of oxygen.
    """
    start = decorated(host)
    replaced, sites = _sites(start.atoms, site)
    _check(element, replaced, start.mobile, number, limit)
    chosen, shells = layer(start, sites, shell, site)
    same = np.flatnonzero(np.array(start.atoms.symbols) == replaced)
    belongs = chosen[:, same]
    most = int(np.count_nonzero(belongs, axis=1).max())
    if number > most:
        raise DelithError(
            f"{number} dopants do not fit in the chosen layer of {site}, which has {most} "
            f"{replaced} at each boundary: use fewer or a cell larger in plane"
        )
    permutations = site_permutations(start.atoms, same)
    rng = np.random.default_rng(seed)
    found = []
    for boundary, here in _distinct(permutations, belongs):
        if len(here) >= number:
            group = _acting_on(permutations, here)
            for energy, row in _ranked(start, element, same[here], group, number, limit, rng):
                taken = np.zeros(len(same), dtype=bool)
                taken[here] = row
                images = np.unique(taken[permutations], axis=0)
                found.append((round(energy, DECIMALS), boundary, taken, len(images)))
    return numbered(
        [
            _substituted(start, element, site, shells[boundary], same[row], boundary, degeneracy)
            for _, boundary, row, degeneracy in sorted(found, key=lambda one: one[:2])
        ]
    )


def _sites(atoms: Atoms, site: str) -> tuple[str, Ints]:
    """Return the element of a sublattice and its sites, with those on which it was replaced."""
    labels = sublattices(atoms)
    elements = np.array([label.rstrip("0123456789") for label in labels])
    sites = np.flatnonzero((labels == site) | (elements == site))
    if not len(sites):
        raise DelithError(
            f"{atoms.get_chemical_formula()} has no atoms on sites {site!r} to replace: its "
            f"sublattices are {', '.join(sorted(set(labels.tolist())))}"
        )
    return str(elements[sites[0]]), sites


def _check(element: str, replaced: str, mobile: str | None, number: int, limit: int) -> None:
    """Refuse what cannot be a dopant."""
    if element not in chemical_symbols[1:]:
        raise DelithError(f"{element!r} is no chemical element: give a symbol such as Mg")
    if element in (replaced, mobile):
        why = "what it would replace" if element == replaced else "the element that moves"
        raise DelithError(f"{element} is {why}: choose another element for the dopant")
    if not isinstance(number, Integral) or number < 1 or limit < 1:
        raise DelithError(f"number {number} and limit {limit}: ask for at least one of each")


def _distinct(permutations: Permutations, belongs: NDArray[np.bool_]) -> Iterator[tuple[int, Ints]]:
    """Yield the boundaries that are not equivalent to an earlier one, and the sites at each."""
    seen: list[Ints] = []
    for boundary, here in enumerate(map(np.flatnonzero, belongs)):
        images = [np.isin(permutations[:, here], other).all(axis=1).any() for other in seen]
        if len(here) and not any(images):
            yield boundary, here
            seen.append(here)


def _acting_on(permutations: Permutations, sites: Ints) -> Permutations:
    """Return the operations that keep some of the sites to themselves, as permutations of them."""
    images = permutations[:, sites]
    kept = images[np.isin(images, sites).all(axis=1)]
    return np.unique(np.searchsorted(sites, kept), axis=0)


def _ranked(
    start: Decorated,
    element: str,
    sites: Ints,
    group: Permutations,
    number: int,
    limit: int,
    rng: np.random.Generator,
) -> Iterator[tuple[float, Labels]]:
    """Yield arrangements of dopants on the sites, with their energies (eV)."""
    example = start.atoms.copy()
    replaced = example.symbols[sites[0]]
    example.symbols[sites[:number]] = element
    known = valences(example, start.mobile)
    if known.get(replaced, 0) < 0 < known[element]:
        raise DelithError(
            f"{element} beside {replaced} counts as a cation of charge {known[element]:+g}: "
            "arrangements of it in place of an anion cannot be ranked"
        )
    # Where every atom is replaced, none is left whose charge would matter.
    charge = {replaced: 0.0} | known
    charges = np.array([charge[symbol] for symbol in start.atoms.symbols])
    energy = electrostatics(start.atoms, sites, charges)
    values = np.array([charge[replaced], charge[element]])
    counts = (len(sites) - number, number)
    rows = select(group, counts, energy, values, limit, rng)
    yield from zip(energy.energies(values[rows]).tolist(), rows, strict=True)


def _substituted(
    start: Decorated,
    element: str,
    site: str,
    shell: int,
    sites: Ints,
    boundary: int,
    degeneracy: int,
) -> Decorated:
    """Return the host with the element on the sites."""
    atoms = start.atoms.copy()
    atoms.symbols[sites] = element
    change = Change(
        element=element,
        onto=site,
        number=len(sites),
        degeneracy=degeneracy,
        distance=float(distances(start)[boundary, sites].min()),
        shell=shell,
    )
    what = f"{len(sites)} {element} on {site}" if len(sites) > 1 else f"{element} on {site}"
    if boundary_count(start):
        what += f" at {change.distance:.1f} Å"
    return further(start, atoms, what, change, boundary)
