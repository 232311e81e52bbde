"""A plan as it unfolds: what each finished relaxation makes possible."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from delith.boundaries import Boundary
from delith.energetics import Migration
from delith.errands import Errand
from delith.follow_ups import Vibrations, migrations, vibrations
from delith.planning import Group, Plan
from delith.records import Record, Task
from delith.refinement import MobileSites, refine

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
        #: Relaxations each chain can come to: none where all orderings are planned.
        self._chances = {
            name: min(study.refine.steps, sites.count(group.mobile_count) - len(group.orderings))
            for name, sites in self._sites.items()
            if study.refine
            for group in [self._groups[name]]
        }
        self._tasks: dict[str, Task] = {}
        self._members: dict[Name, list[Task]] = defaultdict(list)
        self._records: dict[str, Record] = {}
        self._chains: dict[Name, Errand[None]] = {}
        self._vibrations: list[Errand[Vibrations]] = []
        self._migrations: list[Errand[Migration]] = []
        #: Tasks handed out when all orderings were relaxed; none before.
        self._orderings = 0

    @property
    def total(self) -> int:
        """Most calculations there can be, as far as is known; exact at the end."""
        ended = {name: chain.count for name, chain in self._chains.items() if chain.ended}
        further = len(self._tasks) - self._orderings if self._orderings else 0
        return len(self._planned) + sum((self._chances | ended).values()) + further

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
        return self._noted(self._planned.bulk_tasks() + self._planned.reference_tasks())

    def follow(self, record: Record) -> list[Task]:
        """Tasks that become possible with the record of a task handed out before."""
        self._records[record.key] = record
        if self._orderings:
            return self._noted(self._continued())
        fresh = self._noted(self._relaxations(record))
        if len(self._records) < len(self._tasks):
            return fresh
        self._orderings = len(self._tasks)
        return self._noted(self._begun())

    def _relaxations(self, record: Record) -> Iterable[Task]:
        # by the task, because a record from the store may have been made under another name
        name = self._tasks[record.key].group
        if name not in self._groups:
            return []  # nothing waits for a reference phase
        if name in self._chains:
            chain = self._chains[name]
            return chain.asked if chain.go_on(self._records) else []
        if any(task.key not in self._records for task in self._members[name]):
            return []
        return self._after(name)

    def _after(self, name: Name) -> Iterable[Task]:
        """What all planned orderings of a group make possible."""
        group, members = self._groups[name], self._members[name]
        records = [self._records[task.key] for task in members]
        # before the chain, so that no key depends on how far bulk was refined
        if group in self._planned.bulk:
            yield from self._planned.boundary_tasks(records)
        if self._chances.get(name):
            choice, seed = self.study.refine, self.study.seed
            assert choice is not None
            rng = np.random.default_rng([seed, zlib.crc32(repr(group.name).encode())])
            steps = refine(group, self._sites[name], members, records, choice, rng)
            self._chains[name] = Errand(steps)
            yield from self._chains[name].asked

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
            while errand.go_on(self._records):
                pass
            yield from errand.asked

    def _noted(self, tasks: Iterable[Task]) -> list[Task]:
        # errands may ask for the same thing, as two hops from one ordering do
        fresh = {task.key: task for task in tasks if task.key not in self._tasks}
        for task in fresh.values():
            self._tasks[task.key] = task
            self._members[task.group].append(task)
        return list(fresh.values())
