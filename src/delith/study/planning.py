"""From a study to the relaxations it takes: bulk first, then what matches it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.cell import Cell

from delith import boundaries, crystals, decorations, potentials
from delith.boundaries import Boundary
from delith.crystals import Crystal
from delith.decorations import Host
from delith.decorations.contents import capacity
from delith.errors import DelithError
from delith.facts import State
from delith.records import Record, Task, lowest
from delith.relaxation import RelaxSettings
from delith.study import Study
from delith.study.choices import content_among
from delith.study.contents import check_whole
from delith.study.hosts import host_facts, hosts, matched_bulk, why_still
from delith.study.reservoirs import needed, reference_task
from delith.study.states import states


@dataclass(frozen=True, eq=False)
class Group:
    """The orderings of one host in one state at one Li content.

    Attributes
    ----------
    host : Boundary
    reference : Boundary
        The matched bulk; the host itself for bulk.
    state : State
    orderings : tuple of ase.Atoms
        In the built cell.
    origins : tuple of Host
        What each ordering was made from: the host in this state, every mobile site filled.
    """

    host: Boundary
    reference: Boundary
    state: State
    orderings: tuple[Atoms, ...]
    origins: tuple[Host, ...]

    @property
    def mobile_count(self) -> int:
        """Mobile ions in each ordering."""
        return list(self.orderings[0].symbols).count(self.host.mobile)

    @property
    def content(self) -> float:
        """Mobile ions per framework formula unit."""
        return round(self.mobile_count / self.host.formula_units, 6)

    @property
    def name(self) -> tuple[str, str, int]:
        """What tells this group from the others of a plan."""
        return self.host.label, self.state.label, self.mobile_count


@dataclass(frozen=True, eq=False)
class Plan:
    """Every relaxation of a study that is known beforehand.

    Attributes
    ----------
    study : Study
    bulk : tuple of Group
        Undecorated bulk, which can start at once.
    boundary : tuple of Group
        What starts from the relaxed cell of a bulk group: boundaries, and decorated bulk, whose
        cell should be that of the crystal around it.
    references : tuple of Crystal
        Phases that fix the chemical potentials of what boundaries exchange.
    """

    study: Study
    bulk: tuple[Group, ...]
    boundary: tuple[Group, ...]
    references: tuple[Crystal, ...]

    def __len__(self) -> int:
        orderings = sum(len(g.orderings) for g in (*self.bulk, *self.boundary))
        return len(self.study.potentials) * (orderings + len(self.references))

    def bulk_tasks(self) -> list[Task]:
        """Bulk orderings, which can start at once."""
        return [
            task
            for potential in self.study.potentials
            for group in self.bulk
            for task in self._tasks(group, potential, self.study.bulk, None)
        ]

    def reference_tasks(self) -> list[Task]:
        """Reference phases, which nothing waits for."""
        return [
            reference_task(phase, potential, self.study.bulk, self.study.seed)
            for potential in self.study.potentials
            for phase in self.references
        ]

    def boundary_tasks(self, bulk: list[Record]) -> list[Task]:
        """Tasks that a finished bulk group makes possible.

        Parameters
        ----------
        bulk : list of Record
            All orderings of one bulk host at one content.

        Returns
        -------
        list of Task
            Cells start from the in-plane lattice and height of the lowest bulk ordering, the
            lattice of the crystal far from the boundary; empty if no bulk ordering could be
            computed.
        """
        known = [r for r in bulk if np.isfinite(r.energy)]
        if not known:
            return []
        # an unconverged cell is a poor reference, yet better than none; the table leaves it out
        crystal = lowest(known)
        return [
            task
            for group in self.boundary
            if group.reference.label == crystal.host.label
            and self._lattice_of(group) == round(crystal.content, 6)
            for task in self._tasks(group, crystal.potential, self.study.relax, crystal.atoms.cell)
        ]

    def _lattice_of(self, group: Group) -> float:
        """Content of the bulk whose lattice a group starts from: its own, or the nearest."""
        contents = [g.content for g in self.bulk if g.host.label == group.reference.label]
        return min(contents, key=lambda content: abs(content - group.content))

    def _tasks(
        self, group: Group, potential: str, settings: RelaxSettings, cell: Cell | None
    ) -> list[Task]:
        host = group.host
        facts = host_facts(host, group.reference)
        weights = potentials.weights_sha256(potential)
        return [
            Task(
                host=facts,
                mobile=host.mobile,
                mobile_count=group.mobile_count,
                ordering=number,
                start=atoms if cell is None else boundaries.matched(host, cell, atoms),
                potential=potential,
                weights=weights,
                settings=settings,
                seed=self.study.seed,
                state=group.state,
            )
            for number, atoms in enumerate(group.orderings)
        ]


def plan(study: Study) -> Plan:
    """Build every cell and ordering of a study.

    Returns
    -------
    Plan
        Of the study with the potential it has by default, where it names none.

    Raises
    ------
    DelithError
        For anything in the study that cannot be done, before anything is computed.
    """
    crystal = crystals.load(study.crystal)
    elements = [*crystal.atoms.symbols, *(study.dopants.elements if study.dopants else [])]
    if not study.potentials:
        study = study.model_copy(update={"potentials": (potentials.suited(elements),)})
    students = [study.screen.potential] if study.screen else []
    for potential in (*study.potentials, *students):
        potentials.weight_files(potential)
        potentials.require(potential, elements)
    built = hosts(study, crystal)
    bulks = matched_bulk(built)
    if crystal.mobile is not None:
        check_whole([*bulks.values(), *built], study.lithium or [])
    bulk = [group for b in bulks.values() for group in _groups(study, b, b)]
    followers = [group for h in built for group in _groups(study, h, bulks[h.plane, h.layers])]
    for host in built:
        if host.kind == "interface":
            mixed = boundaries.disordered_bulk(host)
            followers += _groups(study, mixed, bulks[host.plane, host.layers])
    planned = Plan(
        study=study,
        bulk=tuple(g for g in bulk if g.state == State()),
        boundary=tuple([g for g in bulk if g.state != State()] + followers),
        references=needed([(g.host, g.orderings[0]) for g in [*bulk, *followers]]),
    )
    _check_contents(planned)
    _check_further(planned)
    return planned


def _check_contents(planned: Plan) -> None:
    """Refuse contents that bulk with as many sites cannot have."""
    contents = {(g.host.label, g.content) for g in planned.bulk}
    for group in planned.boundary:
        if not group.host.excess and (group.reference.label, group.content) not in contents:
            there = ", ".join(
                f"{x:.4g}" for label, x in sorted(contents) if label == group.reference.label
            )
            raise DelithError(
                f"{group.host.label} {group.state.label}".strip()
                + f" at {group.host.mobile} content {group.content:.4g} has no bulk to compare "
                f"with (bulk is at {there}): list contents under lithium that both can hold."
            )


def _groups(study: Study, host: Boundary, reference: Boundary) -> Iterator[Group]:
    if host.mobile is None and study.lithium:
        raise DelithError(
            f"{why_still(host.crystal)}, so lithium: {study.lithium} has no meaning: leave the key "
            "out, or work in Python, where mobile= of delith.crystals.load chooses what moves."
        )
    for state, arrangements in states(study, host).items():
        if host.mobile is None:
            alone = tuple(a.atoms for a in arrangements)
            yield Group(host, reference, state, alone, tuple(arrangements))
            continue
        seen = set()
        for content in _contents(study, host, arrangements[0], reference):
            # moved ions may stand where lithium would
            if state.exchanged and content > min(map(capacity, arrangements)) + 1e-6:
                continue
            origins, orderings = zip(*_orderings(study, arrangements, content), strict=True)
            group = Group(host, reference, state, orderings, origins)
            # 0.33 and 0.333 are the same number of ions
            if group.mobile_count not in seen:
                seen.add(group.mobile_count)
                yield group


def _contents(study: Study, host: Boundary, arrangement: Host, reference: Boundary) -> list[float]:
    """Contents of a host; where it has other sites than bulk, full is what fills these."""
    most, full = capacity(arrangement), capacity(reference)
    if not host.excess.get(str(host.mobile)):
        return study.lithium or [min(most, full)]
    if study.lithium is None:
        return [most]
    own = [most] if study.lithium[0] > full - 1e-3 else []
    found = own + [content for content in study.lithium if content < most + 1e-6]
    if not found:
        raise DelithError(
            f"lithium: {host.label} holds {most:.4g} at most where bulk holds {full:.4g}: give a "
            "content that it can have, or the full one."
        )
    return found


def _orderings(
    study: Study, arrangements: list[Host], content: float
) -> Iterator[tuple[Host, Atoms]]:
    """Share the orderings that a study asks for among the arrangements of a state."""
    each = max(1, study.orderings // len(arrangements))
    for arrangement in arrangements:
        for atoms in decorations.lithium(arrangement, content, limit=each, seed=study.seed):
            yield arrangement, atoms


def _check_further(planned: Plan) -> None:
    """Refuse vibrations and hops of cells or ions that there are not."""
    study, groups = planned.study, (*planned.bulk, *planned.boundary)
    contents = sorted({group.content for group in groups})
    for name, choice in (("vibrations", study.vibrations), ("migration", study.migration)):
        for x in (choice.lithium if choice else None) or []:
            if not content_among(x, contents):
                there = ", ".join(f"{content:.4g}" for content in contents)
                raise DelithError(f"{name}: no cell has a content of {x:g}, only {there}.")
    if study.migration:
        for group in groups:
            study.migration.build(group.origins[0], group.orderings[0])
