"""Where a metal can jump to between the anions, and what is in its way."""

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.geometry import get_distances
from ase.neighborlist import neighbor_list
from numpy.typing import NDArray

from delith.crystals.lattice import Bools, Floats, Ints
from delith.crystals.valence import is_anion
from delith.decorations.enumeration import Labels
from delith.decorations.host import Decorated, layer, nearby, sublattices
from delith.decorations.voids import interstices

# Cations closer than this times the usual shortest distance between cations share a face, or are
# in tetrahedra that share an edge: 0.6 to 0.7 in oxides, against 1 where octahedra share an edge.
CROWDED = 0.8
# Å up to which a cation looks for the nearest other one.
FARTHEST = 6.0
# Å within which an atom is on a site.
ON_SITE = 0.1


@dataclass(frozen=True, eq=False)
class Jumps:
    """What a metal can leave and take, and what is in the way.

    A row of labels has one for each atom of the metal, 1 where it left, and then one for each
    place there may be room, 1 where a metal atom came.
    """

    atoms: Atoms
    """Those of the host, then a ghost (X) in each empty interstice."""
    metal: Ints
    """All atoms of the metal, shape (s,)."""
    room: Ints
    """Mobile atoms in interstices of the kind, and all ghosts, shape (t,)."""
    names: NDArray[np.str_]
    """Sublattice or kind of each place in `room`."""
    mobile: Ints
    """All mobile atoms, shape (m,)."""
    shells: list[int]
    """Layer of each boundary that the metal leaves, 0 the nearest; empty for any."""
    near: Bools
    """Which metal atoms leave at which boundary, shape (2, s) or, in bulk, (1, s)."""
    jumps: Ints
    """Places in `metal` and `room` between which a jump is short enough, shape (j, 2)."""
    close_metal: Bools
    """What is too close to what, shape (t, s)."""
    close_mobile: Bools
    """Shape (t, m)."""
    close_room: Bools
    """Shape (t, t)."""

    def split(self, rows: Labels) -> tuple[Bools, Bools, Bools]:
        """Return which metal atoms left, where they came and which mobile atoms stayed."""
        gone, come = np.split(rows.astype(bool), [len(self.metal)], axis=-1)
        return gone, come, ~np.any(come[..., :, None] & self.close_mobile, axis=-2)

    def one_more(self, row: Labels) -> Labels:
        """Return the row with one more jump, in every way that leaves no cations too close."""
        gone, come, _ = self.split(row)
        source, target = self.jumps.T
        one_boundary = self.near[self.near[:, gone].all(axis=1)][:, source].any(axis=0)
        crowded = self.close_room[target][:, come].any(axis=1)
        close = self.close_metal & ~gone
        alone = close.sum(axis=1)[target] == close[target, source]
        possible = one_boundary & ~gone[source] & ~crowded & alone
        source, target = self.jumps[possible].T
        rows = np.tile(row, (len(source), 1))
        jump = np.arange(len(source))
        rows[jump, source] = rows[jump, len(self.metal) + target] = 1
        return rows


def jumps(
    start: Decorated, element: str, into: str, reach: float, shell: int | None = None
) -> Jumps:
    """Find what the metal can leave and take: the sites of one layer, or of all."""
    atoms = start.atoms
    symbols = np.array(atoms.symbols)
    metal, mobile = symbols == element, np.isin(symbols, [str(start.mobile)])
    cation = ~is_anion(atoms)
    fixed = cation & ~mobile
    places, names = _interstices(start, into)
    apart = gaps(atoms, places, atoms.positions)
    taken = (apart[:, fixed] < ON_SITE).any(axis=1)
    places, names, apart = places[~taken], names[~taken], apart[~taken]
    held, holder = (apart < ON_SITE).any(axis=1), apart.argmin(axis=1)
    ghosts = places[~held]
    holder[~held] = len(atoms) + np.arange(len(ghosts))
    crowded = CROWDED * usual_distance(atoms[cation])
    close = apart < crowded
    barred = close[:, fixed & ~metal].any(axis=1)
    shells: list[int] = []
    at_home = metal & (atoms.arrays.get("moved", np.zeros(len(atoms))) == 0)
    if shell is None:
        leave = nearby(start) & at_home
    else:
        leave, shells = layer(start, np.flatnonzero(at_home), shell, element)
    near = leave[:, metal]
    jumps = np.argwhere((apart[:, metal] <= reach).T & near.any(axis=0)[:, None] & ~barred)
    return Jumps(
        atoms=Atoms(
            numbers=np.append(atoms.numbers, np.zeros(len(ghosts), dtype=int)),
            positions=np.vstack([atoms.positions, ghosts]),
            cell=atoms.cell,
            pbc=True,
        ),
        metal=np.flatnonzero(metal),
        room=holder,
        names=names,
        mobile=np.flatnonzero(mobile),
        shells=shells,
        near=near,
        jumps=jumps,
        close_metal=close[:, metal],
        close_mobile=close[:, mobile],
        close_room=gaps(atoms, places, places) < crowded,
    )


def _interstices(start: Decorated, into: str) -> tuple[Floats, NDArray[np.str_]]:
    """Return the interstices of a kind that the original host leaves to mobile atoms or empty.

    A mobile atom need not be in the very middle; the metal takes its place, and the name of it.
    """
    original = start.host.atoms
    found = interstices(original)
    mobile = np.isin(original.get_chemical_symbols(), [str(start.mobile)])
    names = sublattices(original)
    found = found[(found.kinds == into) & ((found.occupants < 0) | mobile[found.occupants])]
    held = found.occupants >= 0
    places = np.where(held[:, None], original.positions[found.occupants], found.positions)
    return places, np.where(held, names[found.occupants], found.kinds)


def gaps(atoms: Atoms, these: Floats, those: Floats) -> Floats:
    """Return the shortest distances (Å) between points of a periodic structure."""
    if not (len(these) and len(those)):
        return np.empty((len(these), len(those)))
    apart: Floats = get_distances(these, those, cell=atoms.cell, pbc=True)[1]
    return apart


def usual_distance(atoms: Atoms) -> float:
    """Return the usual distance (Å) from one of the atoms to the nearest other."""
    i, d = neighbor_list("id", atoms, FARTHEST)
    nearest = np.full(len(atoms), FARTHEST)
    np.minimum.at(nearest, i, d)
    return float(np.median(nearest))
