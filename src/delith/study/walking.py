"""A plan as it unfolds: what each finished relaxation makes possible."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from delith.boundaries import Boundary
from delith.energetics import Migration
from delith.records import Record, Task
from delith.study.errands import Errand
from delith.study.follow_ups import Vibrations, migrations, vibrations
from delith.study.funnel import confirmed, most, most_of_one, relaxed
from delith.study.planning import Group, Plan
from delith.study.refinement import MobileSites, refine

#: Potential, host, state and number of mobile ions of a group.
Name = tuple[str, str, str, int]


class Walk:
    """Hands out the tasks of a plan, each as soon as the records that it needs are in.

    What is handed out depends on the records alone, not on the order in which they end: bulk
    first, boundaries once all planned orderings of their bulk are there, the Monte Carlo chain of a
    group once all its own are, vibrations and hops once everything is relaxed.

    Parameters
    ----------
    planned : Plan

    Attributes
    ----------
    study : Study
    """

    def __init__(self, planned: Plan) -> None:
        self._planned = planned
        self.study = study = planned.study
        self._groups: dict[Name, Group] = {
            (potential, *group.name): group
            for potential in study.potentials
            for group in (*planned.bulk, *planned.boundary)
        }
        self._sites = {
            name: MobileSites.of(tuple(dict.fromkeys(group.origins)))
            for name, group in self._groups.items()
            if study.refine and group.host.mobile
        }
        #: Calculations each chain can come to: none where all orderings are planned.
        self._chances = {name: self._refinable(name) for name in self._sites}
        self._tasks: dict[str, Task] = {}
        #: Groups that wait for a task, by its key: potentials of a study share their student.
        self._waiting: dict[str, list[Name]] = defaultdict(list)
        self._records: dict[str, Record] = {}
        self._relaxations: dict[Name, Errand[list[Record]]] = {}
        self._chains: dict[Name, Errand[None]] = {}
        self._vibrations: list[Errand[Vibrations]] = []
        self._migrations: list[Errand[Migration]] = []
        #: Tasks handed out when all orderings were relaxed; none before.
        self._orderings = 0

    def _refinable(self, name: Name) -> int:
        group, refine = self._groups[name], self.study.refine
        assert refine is not None
        # of what a screen holds back the energy is not known
        known = 0 if self.study.screen else len(group.orderings)
        fillings = self._sites[name].count(group.mobile_count)
        return most_of_one(self.study) * min(refine.steps, fillings - known)

    @property
    def total(self) -> int:
        """Most calculations there can be, as far as is known; exact at the end."""
        if self._records and len(self._records) == len(self._tasks):
            return len(self._tasks)
        found = len(self.study.potentials) * len(self._planned.references)
        for name, group in self._groups.items():
            errand = self._relaxations.get(name)
            ended = errand is not None and errand.ended
            found += errand.count if errand and ended else most(self.study, len(group.orderings))
        chains = {name: chain.count for name, chain in self._chains.items() if chain.ended}
        further = len(self._tasks) - self._orderings if self._orderings else 0
        return found + sum((self._chances | chains).values()) + further

    @property
    def hosts(self) -> dict[str, Boundary]:
        """Boundaries of the plan by label, as built."""
        return {group.host.label: group.host for group in self._planned.boundary}

    @property
    def vibrations(self) -> list[Vibrations]:
        """Those that are computed."""
        return [each.product for each in self._vibrations if each.product]

    @property
    def migrations(self) -> list[Migration]:
        """Those that are computed."""
        return [each.product for each in self._migrations if each.product]

    @property
    def _further(self) -> list[Errand[Any]]:
        return [*self._vibrations, *self._migrations]

    def start(self) -> list[Task]:
        """Tasks that need no record."""
        return self._noted(
            [*self._relaxed(self._planned.bulk_tasks()), *self._planned.reference_tasks()]
        )

    def follow(self, record: Record) -> list[Task]:
        """Tasks that become possible with the record of a task handed out before."""
        self._records[record.key] = record
        if self._orderings:
            return self._noted(self._continued())
        # for a reference phase nothing waits
        waiting = self._waiting.pop(record.key, [])
        fresh = self._noted(task for name in waiting for task in self._next(name))
        if len(self._records) < len(self._tasks):
            return fresh
        self._orderings = len(self._tasks)
        return self._noted(self._begun())

    def _relaxed(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """Begin with planned orderings, of one group or several."""
        groups: dict[Name, list[Task]] = defaultdict(list)
        for task in tasks:
            groups[task.group].append(task)
        for name, members in groups.items():
            self._relaxations[name] = Errand(relaxed(self.study, members))
            yield from self._asked(name, self._relaxations[name])
            # what it asks for another potential may have had done
            yield from self._next(name)

    def _next(self, name: Name) -> Iterator[Task]:
        """What a group asks for, once all that it waits for is there."""
        if name in self._chains:
            chain = self._chains[name]
            if chain.go_on(self._records):
                yield from self._asked(name, chain)
            return
        errand = self._relaxations[name]
        if errand.go_on(self._records):
            yield from self._asked(name, errand)
            if errand.product is not None:
                yield from self._after(name, errand.product)

    def _after(self, name: Name, records: list[Record]) -> Iterator[Task]:
        """What all planned orderings of a group make possible."""
        group = self._groups[name]
        # before the chain, so that no key depends on how far bulk was refined
        if group in self._planned.bulk:
            yield from self._relaxed(self._planned.boundary_tasks(records))
        if records and self._chances.get(name):
            choice, seed = self.study.refine, self.study.seed
            assert choice is not None
            rng = np.random.default_rng([seed, zlib.crc32(repr(group.name).encode())])
            self._chains[name] = Errand(
                refine(
                    group,
                    self._sites[name],
                    self._tasks[records[0].key],
                    records,
                    choice,
                    rng,
                    partial(confirmed, self.study),
                )
            )
            # what it asks for first may be known, as may be all that comes after
            self._chains[name].go_on(self._records)
            yield from self._asked(name, self._chains[name])

    def _asked(self, name: Name, errand: Errand[Any]) -> list[Task]:
        for task in errand.asked:
            self._waiting[task.key].append(name)
        return errand.asked

    def _begun(self) -> Iterable[Task]:
        """What becomes possible when every ordering is relaxed."""
        study, every = self.study, list(self._records.values())
        if shaking := study.vibrations:
            self._vibrations = list(map(Errand, vibrations(shaking, self._tasks, every)))
        if hopping := study.migration:
            groups = self._groups.values()
            steps = migrations(hopping, groups, self._tasks, every, study.seed)
            self._migrations = list(map(Errand, steps))
        return [task for errand in self._further for task in errand.asked]

    def _continued(self) -> Iterable[Task]:
        for errand in self._further:
            errand.go_on(self._records)
            yield from errand.asked

    def _noted(self, tasks: Iterable[Task]) -> list[Task]:
        # errands may ask for the same thing, as two hops from one ordering do
        fresh = {task.key: task for task in tasks if task.key not in self._tasks}
        for task in fresh.values():
            self._tasks[task.key] = task
        return list(fresh.values())
