"""Single hops of an ion to a vacant site: from where, to where, and where beside a boundary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from ase import Atoms
from ase.geometry import get_distances

from delith.crystals.lattice import Floats, Ints, shortest_images
from delith.crystals.valence import is_anion
from delith.decorations.exchange import REACH
from delith.decorations.hop_sites import HopSites, of_metal, of_mobile, order_of
from delith.decorations.host import (
    SAME_LAYER,
    Decorated,
    Host,
    boundary_count,
    decorated,
    distances,
    resettle,
)
from delith.decorations.jumps import ON_SITE, gaps

# Where a hop can be; see `Hop.place`.
Place = Literal["along", "across", "inside", "bulk"]
PLACES: tuple[Place, ...] = get_args(Place)
# Å by which sites of one layer of mobile ions differ in height, 0.1 in ordered spinels.
ONE_LAYER = 0.2
# Anions up to this times the distance of the nearest are around a site.
AROUND = 1.2


@dataclass(frozen=True, eq=False)
class Hop:
    """One ion that goes to a vacant site."""

    start: Atoms
    """Before: an ordering of a host, as built."""
    end: Atoms
    """After: the same atoms in the same order."""
    ion: int
    """Index of the atom that moves."""
    place: Place
    """``along``: between sites of the layer next to a boundary on their side of it; ``across``:
    from one side to the other, or to or from a layer that both grains share; ``inside``: any
    other in a cell with boundaries; ``bulk``: in a cell without."""
    distance: float | None
    """Å from the boundary to the nearer end; None in bulk."""
    vacancies: int
    """Vacant mobile sites next to both ends, themselves not counted. Beside the edge that two
    octahedra of a lithium layer share are two tetrahedra, each with one more octahedron: where
    that is vacant lithium goes through the tetrahedron, at a lower barrier (Van der Ven and
    Ceder, J. Power Sources 97, 529, 2001)."""
    degeneracy: int
    """Hops that the symmetry of the ordering makes equivalent."""
    label: str
    """Unique among the hops of an ordering, such as ``Li along 1``."""

    @property
    def element(self) -> str:
        """Of the ion."""
        return str(self.start.symbols[self.ion])

    @property
    def vector(self) -> Floats:
        """From site to site, Å, as built."""
        return np.asarray(self.end.positions[self.ion] - self.start.positions[self.ion])

    @property
    def length(self) -> float:
        """From site to site, Å, as built."""
        return float(np.linalg.norm(self.vector))

    def ends(self, relaxed: Atoms) -> tuple[Atoms, Atoms]:
        """Return both ends in the cell of the relaxed start, the second yet to be relaxed.

        Parameters
        ----------
        relaxed
            `start` relaxed, in whatever cell.

        Returns
        -------
        What was given, and the same with the ion where the anions around its new site have gone
        (in a crystal without any, the atoms).
        """
        strain = self._strain(relaxed)
        site = self.end.positions[self.ion]
        anions = is_anion(self.start)
        # in an alloy whatever stays
        staying = np.flatnonzero(anions if anions.any() else np.arange(len(anions)) != self.ion)
        away = gaps(self.start, site[None], self.start.positions[staying])[0]
        around = staying[away < AROUND * away.min()]
        drift = relaxed.positions[around] - self.start.positions[around] @ strain
        end = self.end.copy()
        end.set_cell(relaxed.cell)
        end.positions = relaxed.positions
        end.positions[self.ion] = site @ strain + drift.mean(axis=0)
        if "distance" in end.arrays:
            end.arrays["distance"] *= relaxed.cell[2, 2] / self.start.cell[2, 2]
        return relaxed.copy(), end

    def missed(self, start: Atoms, end: Atoms) -> str:
        """Say how two relaxed ends are not those of this hop; empty where they are.

        An atom, the ion or another, that is half a hop away from where it should be at the end
        has hopped itself.
        """
        off = end.positions - start.positions
        off[self.ion] -= self.vector @ self._strain(start)
        away = np.linalg.norm(off, axis=1)
        k = int(away.argmax())
        if away[k] < self.length / 2:
            return ""
        return f"another hop: atom {k} ({start.symbols[k]}) ends {away[k]:.1f} Å from its place"

    def _strain(self, relaxed: Atoms) -> Floats:
        """What takes positions as built into the cell of a relaxed structure."""
        return np.linalg.solve(self.start.cell[:], relaxed.cell[:])


def hops(
    host: Host, ordering: Atoms, element: str | None = None, reach: float | None = None
) -> list[Hop]:
    """Return the symmetry-distinct hops of single ions in one ordering of a host.

    Mobile ions hop to vacant mobile sites, transition metals to the octahedra that `exchange`
    moves them to, where in this ordering no cation is in the way.

    Parameters
    ----------
    host
        Bulk or boundary cell, every mobile site filled, unrelaxed, decorated before or not.
    ordering
        One of what `lithium` returns for the host.
    element
        Which ions hop; by default the mobile ones.
    reach
        Longest hop, Å; by default that of `exchange`, and to the nearest sites for mobile ions.

    Returns
    -------
    Along the boundary first, then across it, inside the grains and in bulk; of each the nearest to
    the boundary, and there those with most vacancies and the shortest. An ion that meets several
    images of one vacancy, as in narrow cells, hops to one of them.

    Raises
    ------
    DelithError
        When the ordering is none of the host's, or the host has no such ions.
    """
    start = decorated(host)
    order = order_of(start, ordering)
    if element in (None, start.mobile):
        sites = of_mobile(start, order, reach)
    else:
        sites = of_metal(start, order, str(element), REACH if reach is None else reach)
    made = [
        _hop(start, ordering, sites, pair, order.index(pair[0]), degeneracy)
        for pair, degeneracy in sites.distinct()
    ]
    made.sort(key=_rank)
    count: Counter[str] = Counter()
    for n, hop in enumerate(made):
        count[hop.place] += 1
        made[n] = replace(hop, label=f"{hop.element} {hop.place} {count[hop.place]}")
    return made


def _rank(hop: Hop) -> tuple[float, ...]:
    """Order of hops; rounded, because symmetry makes ties."""
    distance = round(hop.distance or 0.0, 3)
    return PLACES.index(hop.place), distance, -hop.vacancies, round(hop.length, 3)


def _hop(
    start: Decorated, ordering: Atoms, sites: HopSites, pair: Ints, ion: int, degeneracy: int
) -> Hop:
    """One hop, without a label."""
    one, other = sites.atoms.positions[pair]
    vector = shortest_images(other - one, sites.atoms.cell[:])[0]
    end = ordering.copy()
    end.positions[ion] += vector
    resettle(start, end, np.array([ion]))
    if "sublattice" in end.arrays:
        end.arrays["sublattice"] = end.arrays["sublattice"].astype(sites.names.dtype)
        end.arrays["sublattice"][ion] = sites.names[pair[1]]
    place, distance = _place(start, sites, pair, float(vector[2]))
    vacancies = _vacancies(sites, pair, vector)
    return Hop(ordering.copy(), end, ion, place, distance, vacancies, degeneracy, label="")


def _vacancies(sites: HopSites, pair: Ints, vector: Floats) -> int:
    """Vacant mobile sites next to both ends, less the ends."""
    atoms, mobile = sites.atoms, sites.mobile
    middle = atoms.positions[pair[:1]] + vector / 2
    # from the middle, so that in a narrow cell both ends see the same image of a site
    (away,), _ = get_distances(middle, atoms.positions[mobile], cell=atoms.cell, pbc=True)
    ends = np.linalg.norm(away + np.array([[[1.0]], [[-1.0]]]) * vector / 2, axis=-1)
    near = (ends <= sites.reach).all(axis=0) & (ends > ON_SITE).all(axis=0)
    return int((near & ~sites.filled[mobile]).sum())


def _place(
    start: Decorated, sites: HopSites, pair: Ints, rise: float
) -> tuple[Place, float | None]:
    """Where a hop is, and how far (Å) its nearer end is from the boundary."""
    if not boundary_count(start):
        return "bulk", None
    away = distances(replace(start, atoms=sites.atoms))
    boundary = int(away[:, pair].min(axis=1).argmin())
    period = start.atoms.cell[2, 2]
    rises = sites.atoms.positions[:, 2] - boundary * period / 2
    rises -= period * np.rint(rises / period)
    heights = rises[pair[0]] + np.array([0.0, rise])
    distance = float(np.abs(heights).min())
    sides = np.where(np.abs(heights) < SAME_LAYER, 0, np.sign(heights))
    if sides[0] != sides[1]:
        return "across", distance
    # the nearest layer of this side, or one that both share
    here = rises * sides[0] > -SAME_LAYER
    nearest = [np.abs(rises[each][here[each]]).min() for each in (sites.sources, sites.targets)]
    along = (np.abs(heights) < np.array(nearest) + ONE_LAYER).all()
    return ("along" if along else "inside"), distance
