"""Which mobile sites are filled: lithium and vacancies at a given content."""

import numpy as np
from ase import Atoms

from delith.crystals.valence import nominal_charges
from delith.decorations.contents import mobile_number
from delith.decorations.ewald import electrostatics
from delith.decorations.host import Host, mobile_sites
from delith.decorations.selection import select
from delith.decorations.symmetry import site_permutations
from delith.errors import DelithError

VACANT, FILLED = 0, 1


def lithium(host: Host, content: float, limit: int = 20, seed: int = 0) -> list[Atoms]:
    """Return symmetry-distinct arrangements of the mobile atoms at one content.

    Where there are more than `limit`, half (rounded up) are the lowest in the electrostatic
    energy of nominal charges, and the others are drawn at random from the rest, each with a
    chance proportional to its degeneracy, so that the spread is not that of the favourites only.
    Up to 20 000 distinct arrangements are listed exactly; beyond that the lowest come from
    simulated annealing.

    Parameters
    ----------
    host
        Bulk or boundary cell, every mobile site filled, unrelaxed (symmetric within 1e-3 Å).
    content
        Mobile atoms per formula unit of the framework.
    limit
        Largest number of arrangements.
    seed
        The same seed gives the same arrangements.

    Returns
    -------
    Copies of ``host.atoms`` without the vacant sites, all per-atom arrays kept, lowest
    electrostatic energy first; ``info["ordering"]`` is the place in the list.

    Raises
    ------
    DelithError
        When the content gives no whole number of atoms or more than the host holds, `limit` is
        below one, the host has no mobile atoms, or no nominal charges can be found for it.
    """
    if limit < 1:
        raise DelithError(f"limit is {limit}: ask for at least one arrangement")
    sites = mobile_sites(host)
    number = mobile_number(host, content)
    if number in (0, len(sites)):
        rows = np.full((1, len(sites)), FILLED if number else VACANT, dtype=np.uint8)
    else:
        charges = nominal_charges(host.atoms, str(host.mobile), number)
        rows = select(
            site_permutations(host.atoms, sites),
            counts=(len(sites) - number, number),
            energy=electrostatics(host.atoms, sites, charges),
            charges=np.array([0.0, charges[sites[0]]]),
            limit=limit,
            rng=np.random.default_rng(seed),
        )
    arrangements = []
    for index, row in enumerate(rows):
        atoms = host.atoms[np.delete(np.arange(len(host.atoms)), sites[row == VACANT])]
        atoms.info["ordering"] = index
        arrangements.append(atoms)
    return arrangements
