"""Monte Carlo over decorations: swap, ask for the relaxed energy, accept (Metropolis)."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import comb, log
from typing import NamedTuple

import numpy as np
from ase import Atoms, units
from numpy.typing import NDArray

from delith.boundaries.cell import strained
from delith.decorations import Host, canonical, count_unique, site_permutations
from delith.decorations.host import mobile_sites
from delith.decorations.symmetry import Permutations
from delith.records import Record, Task
from delith.study.choices import RefineChoice
from delith.study.errands import Steps
from delith.study.planning import Group


class Filling(NamedTuple):
    """Which mobile sites of which arrangement hold an ion."""

    arrangement: int
    """Place among the ways to decorate the host."""
    filled: frozenset[int]
    """Numbers of the sites; see `MobileSites`."""


@dataclass(frozen=True, eq=False)
class MobileSites:
    """The mobile sites of every arrangement of a state.

    Attributes
    ----------
    sites : tuple of ndarray of int
        Numbers of the sites of each arrangement; the same place has one number in all of them.
    permutations : tuple of ndarray
        Of the sites of each arrangement under its space group.
    """

    sites: tuple[NDArray[np.intp], ...]
    permutations: tuple[Permutations, ...]

    @classmethod
    def of(cls, arrangements: Sequence[Host]) -> MobileSites:
        """Number the mobile sites of the arrangements of one host, as built."""
        numbers: dict[tuple[float, ...], int] = {}
        sites, permutations = [], []
        for host in arrangements:
            here = mobile_sites(host)
            # decorating moves no mobile site, so the same place has the very same coordinates
            places = [tuple(p) for p in host.atoms.positions[here].tolist()]
            sites.append(np.array([numbers.setdefault(p, len(numbers)) for p in places]))
            permutations.append(site_permutations(host.atoms, here))
        return cls(tuple(sites), tuple(permutations))

    def filling(self, arrangements: Sequence[Host], arrangement: int, atoms: Atoms) -> Filling:
        """Read the filling of an ordering of an arrangement, as built."""
        host = arrangements[arrangement]
        there = {tuple(p) for p in atoms.positions.tolist()}
        places = host.atoms.positions[mobile_sites(host)].tolist()
        full = [tuple(p) in there for p in places]
        return Filling(arrangement, frozenset(self.sites[arrangement][full].tolist()))

    def atoms(self, arrangements: Sequence[Host], filling: Filling) -> Atoms:
        """Build the ordering of a filling."""
        host = arrangements[filling.arrangement]
        kept = np.ones(len(host.atoms), dtype=bool)
        kept[mobile_sites(host)] = self._labels(filling)
        return host.atoms[kept]

    def count(self, ions: int) -> int:
        """Symmetry-distinct fillings with so many ions."""
        return sum(
            count_unique(permutations, (len(sites) - ions, ions))
            for sites, permutations in zip(self.sites, self.permutations, strict=True)
        )

    def canonical(self, filling: Filling) -> Filling:
        """One filling for all that symmetry makes equivalent."""
        number = filling.arrangement
        form = canonical(self.permutations[number], self._labels(filling)[None].astype(np.uint8))
        return Filling(number, frozenset(self.sites[number][form[0] > 0].tolist()))

    def propose(self, filling: Filling, rng: np.random.Generator) -> tuple[Filling, float]:
        """Draw a neighbour: an ion to a vacant site, or all to another arrangement.

        Returns
        -------
        Filling
            The same one, where the move drawn is not possible.
        float
            Logarithm of the chance to be drawn from the neighbour over that of the neighbour to
            be drawn: detailed balance asks for it.
        """
        if len(self.sites) > 1 and rng.random() < 0.5:
            return self._rearranged(filling, rng)
        filled = sorted(filling.filled)
        vacant = sorted(set(self.sites[filling.arrangement].tolist()) - filling.filled)
        if not filled or not vacant:
            return filling, 0.0
        swap = {int(rng.choice(filled)), int(rng.choice(vacant))}
        return Filling(filling.arrangement, filling.filled ^ swap), 0.0

    def _rearranged(self, filling: Filling, rng: np.random.Generator) -> tuple[Filling, float]:
        step = int(rng.integers(1, len(self.sites)))
        number = (filling.arrangement + step) % len(self.sites)
        before, after = (set(self.sites[n].tolist()) for n in (filling.arrangement, number))
        lost, gained = before - after, sorted(after - before)
        homeless = filling.filled & lost
        # only to sites that the other arrangement lacks, or there would be no way back
        if len(homeless) > len(gained):
            return filling, 0.0
        found = rng.choice(gained, len(homeless), replace=False).tolist() if homeless else []
        ways, ways_back = (comb(len(places), len(homeless)) for places in (gained, lost))
        return Filling(number, filling.filled - homeless | set(found)), log(ways / ways_back)

    def _labels(self, filling: Filling) -> NDArray[np.bool_]:
        return np.isin(self.sites[filling.arrangement], list(filling.filled))


def chain(
    sites: MobileSites,
    start: Filling,
    known: Mapping[Filling, float],
    steps: int,
    temperature: float,
    rng: np.random.Generator,
) -> Generator[Filling, float, list[Filling]]:
    """Walk over fillings, asking only for energies that are not known.

    Every filling listed counts once, so that arrangements of dopants or moved ions weigh the same
    however many ways symmetry makes equivalent.

    Parameters
    ----------
    sites : MobileSites
    start : Filling
        Its energy is known.
    known : mapping of Filling to float
        Energies (eV) of canonical fillings; infinite where there is none to be had.
    steps : int
        Proposals, accepted or not.
    temperature : float
        K.
    rng : numpy.random.Generator
        The same state and energies give the same walk.

    Yields
    ------
    Filling
        Canonical, never twice; its energy is to be sent.

    Returns
    -------
    list of Filling
        Where the walk was after each step.
    """
    energies, thermal = dict(known), units.kB * temperature
    current, energy = start, known[sites.canonical(start)]
    path = []
    for _ in range(steps):
        proposed, bias = sites.propose(current, rng)
        patience = rng.standard_exponential()
        form = sites.canonical(proposed)
        if form not in energies:
            energies[form] = yield form
        if (energies[form] - energy) / thermal <= patience + bias:
            current, energy = proposed, energies[form]
        path.append(current)
    return path


def refine(
    group: Group,
    sites: MobileSites,
    task: Task,
    records: Sequence[Record],
    choice: RefineChoice,
    rng: np.random.Generator,
    relax: Callable[[Task], Steps[Record]],
) -> Steps[None]:
    """Go on from the lowest ordering of a group, by the relaxed energies of what a chain asks for.

    Parameters
    ----------
    group : Group
    sites : MobileSites
        Of the group's arrangements.
    task : Task
        Of one planned ordering.
    records : sequence of Record
        Of those planned orderings that were relaxed.
    choice : RefineChoice
    rng : numpy.random.Generator
    relax : callable
        How an ordering is relaxed.
    """
    energies = [_energy(record) for record in records]
    if not np.isfinite(min(energies, default=np.inf)):
        return
    arrangements = tuple(dict.fromkeys(group.origins))
    fillings = [
        sites.filling(arrangements, arrangements.index(group.origins[k]), group.orderings[k])
        for k in (record.ordering for record in records)
    ]
    walk = chain(
        sites,
        start=fillings[int(np.argmin(energies))],
        known=dict(zip(map(sites.canonical, fillings), energies, strict=True)),
        steps=choice.steps,
        temperature=choice.temperature,
        rng=rng,
    )
    energy: float | None = None
    for ordering in count(len(group.orderings)):
        try:
            # None starts a generator
            filling = walk.send(energy)  # type: ignore[arg-type]
        except StopIteration:
            return
        atoms = strained(sites.atoms(arrangements, filling), task.start.cell[:])
        energy = _energy((yield from relax(task.another(atoms, ordering=ordering))))


def _energy(record: Record) -> float:
    return record.energy if record.usable else float("inf")
