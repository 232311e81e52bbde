"""Transition metals that left their sites for interstices of the lithium layer."""

from numbers import Integral

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from delith.crystals.valence import nominal_charges
from delith.decorations.contents import mobile_number
from delith.decorations.enumeration import Labels, canonical
from delith.decorations.ewald import electrostatics
from delith.decorations.host import (
    Change,
    Decorated,
    Host,
    decorated,
    distances,
    further,
    numbered,
    resettle,
    sublattices,
)
from delith.decorations.jumps import Jumps, jumps
from delith.decorations.selection import DECIMALS
from delith.decorations.symmetry import Permutations, site_permutations
from delith.decorations.voids import KINDS, OCTAHEDRAL
from delith.errors import DelithError

# Å from a site to the nearest interstices of a kind in layered and spinel oxides: 2.9 between
# octahedra that share an edge, 3.4 from an octahedron to a tetrahedron that shares a corner.
REACH = 3.5
# Arrangements kept while atoms are moved one after the other.
BEAM = 200


def exchange(
    host: Host,
    number: int,
    element: str | None = None,
    into: str = OCTAHEDRAL,
    reach: float = REACH,
    shell: int = 0,
    content: float | None = None,
    limit: int = 20,
) -> list[Decorated]:
    """Return symmetry-distinct ways to move transition metals into interstices near a boundary.

    The interstices are those that are empty or hold a mobile atom in the host as it was built.
    The site that the metal leaves stays vacant. Mobile atoms leave for good where the metal comes
    closer to them than octahedra that share an edge are: the one whose site it takes, and those
    in polyhedra that share a face with its own. Other cations do not leave, so the metal goes
    only where it meets none of them. So octahedral metal takes the place of one lithium in a
    layered oxide, and goes to an empty site (16c) in a spinel, where two lithium leave; a
    tetrahedron of a layered oxide is open only to the metal across its face, and three lithium
    leave; a tetrahedron that a spinel's metal can enter is that of one lithium (8a).

    Several atoms are moved one after the other, the lowest arrangements of each number being
    carried on to the next. All are at one boundary, the one decorated before where one was.

    Parameters
    ----------
    host
        Bulk or boundary cell, every mobile site filled, unrelaxed, decorated before or not.
    number
        How many atoms move; none gives the host as it is.
    element
        Which metal; may be left out where the host has one transition metal.
    into
        ``octahedral`` or ``tetrahedral``.
    reach
        Farthest jump, Å.
    shell
        Which layer of the metal they leave: 0 the nearest to the boundary, 1 the next, −1 the
        farthest, which is the most like bulk. Bulk itself has one layer, whatever is asked for.
    content
        Mobile atoms per formula unit at which arrangements are ranked; by default, and at most,
        the highest that all of them can hold.
    limit
        Largest number of arrangements.

    Returns
    -------
    Hosts, lowest electrostatic energy first, with nominal charges and the mobile atoms spread
    evenly over the sites left to them. Atoms that moved are marked in the integer array
    ``moved``; their ``sublattice`` is the site they took, or the kind of an empty one.

    Raises
    ------
    DelithError
        When there is no such metal or layer, it must be named, or fewer atoms than asked for can
        move.
    """
    start = decorated(host)
    if number == 0:
        return [start]
    if not isinstance(number, Integral) or number < 0 or limit < 1:
        raise DelithError(f"number {number} and limit {limit}: ask for at least 0 and at least 1")
    if into not in KINDS.values():
        raise DelithError(f"into is {into!r}: choose {' or '.join(KINDS.values())}")
    metal = _metal(start, element)
    lattice = jumps(start, metal, into, reach, shell)
    permutations = site_permutations(lattice.atoms, np.append(lattice.metal, lattice.room))
    rows = np.zeros((1, permutations.shape[1]), dtype=np.uint8)
    for moved in range(number):
        rows = np.concatenate([lattice.one_more(row) for row in rows])
        if not len(rows):
            raise DelithError(
                f"{number} {metal} cannot be exchanged, {moved} can: no more of those in the "
                f"layer have a free {into} site within reach. Take another layer (shell), look "
                "farther from the site (reach), or make the cell larger in plane (repeat)"
            )
        _, first = np.unique(canonical(permutations, rows), axis=0, return_index=True)
        energies = _energies(start, lattice, rows[first], content)
        order = first[np.argsort(np.round(energies, DECIMALS), kind="stable")]
        rows = rows[order[: limit if moved == number - 1 else max(limit, BEAM)]]
    return numbered([_moved(start, metal, into, lattice, row, permutations) for row in rows])


def _metal(start: Decorated, element: str | None) -> str:
    """Return the transition metal that moves."""
    present = sorted(set(start.atoms.symbols) - {start.mobile})
    metals = [symbol for symbol in present if Element(symbol).is_transition_metal]
    if element is None and len(metals) == 1:
        return str(metals[0])
    if element is None or element not in metals:
        raise DelithError(
            f"element is {element or 'not given'}, and the transition metals of "
            f"{start.atoms.get_chemical_formula()} are {', '.join(metals) or 'none'}: name one"
        )
    return element


def _energies(
    start: Decorated, lattice: Jumps, rows: Labels, content: float | None
) -> NDArray[np.float64]:
    """Return electrostatic energies (eV) at one content, mobile atoms spread over their sites."""
    gone, come, stay = lattice.split(rows)
    left = np.count_nonzero(stay, axis=1)
    number = int(left.min())
    if content is not None:
        number = min(number, mobile_number(start, content))
    known = nominal_charges(start.atoms, start.mobile, number)
    charges = np.zeros((len(rows), len(lattice.atoms)))
    charges[:, : len(known)] = known
    charges[:, lattice.mobile] *= stay * (number / np.maximum(left, 1))[:, None]
    charges[:, lattice.metal] *= ~gone
    charges[:, lattice.room] += come * known[lattice.metal[0]]
    everywhere = np.arange(len(lattice.atoms))
    return electrostatics(lattice.atoms, everywhere, np.zeros(len(everywhere))).energies(charges)


def _moved(
    start: Decorated,
    metal: str,
    into: str,
    lattice: Jumps,
    row: Labels,
    permutations: Permutations,
) -> Decorated:
    """Return the host after the jumps of one row."""
    gone, come, stay = lattice.split(row)
    source = lattice.metal[gone]
    atoms = start.atoms.copy()
    atoms.positions[source] = lattice.atoms.positions[lattice.room[come]]
    names = sublattices(atoms).astype("<U12")
    names[source] = lattice.names[come]
    moved = atoms.arrays.get("moved", np.zeros(len(atoms), dtype=int)).copy()
    moved[source] = 1
    resettle(start, atoms, source)
    atoms.arrays |= {"sublattice": names, "moved": moved}
    stays = np.ones(len(atoms), dtype=bool)
    stays[lattice.mobile[~stay]] = False
    boundary = int(lattice.near[:, gone].all(axis=1).argmax())
    change = Change(
        element=metal,
        onto=into,
        number=len(source),
        degeneracy=len(np.unique(row[permutations], axis=0)),
        distance=float(distances(start)[:, source].min()),
        shell=lattice.shells[boundary],
    )
    what = f"{len(source)} {metal} exchanged"
    if into != OCTAHEDRAL:
        what += f" ({into})"
    return further(start, atoms[stays], what, change, boundary)
