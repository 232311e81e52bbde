"""A plan as it unfolds: what each finished relaxation makes possible."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Generator
from dataclasses import replace

import numpy as np

from delith.boundaries.cell import strained
from delith.planning import Group, Plan
from delith.records import Record, Task
from delith.refinement import Filling, MobileSites, chain
from delith.study import RefineChoice


class Walk:
    """Hands out the tasks of a plan, each as soon as the records that it needs are in.

    What is handed out depends on the records alone, not on the order in which they end: bulk
    first, boundaries once all planned orderings of their bulk are there, and the Monte Carlo
    chain of a group once all its own are.

    Parameters
    ----------
    planned : Plan
    """

    def __init__(self, planned: Plan) -> None:
        self._planned = planned
        self._bulk = {group.name for group in planned.bulk}
        groups = {group.name: group for group in (*planned.bulk, *planned.boundary)}
        self._sizes = {name: len(group.orderings) for name, group in groups.items()}
        study = planned.study
        self._refinements = {
            name: _Refinement(group, study.refine, study.seed)
            for name, group in groups.items()
            if study.refine and group.host.mobile
        }
        self._tasks: dict[str, Task] = {}
        self._records: dict[tuple[str, str, int], dict[str, Record]] = defaultdict(dict)

    @property
    def total(self) -> int:
        """Most relaxations there can be; exact once all chains have ended."""
        return len(self._planned) + sum(r.most for r in self._refinements.values())

    def start(self) -> list[Task]:
        """Tasks that need no record."""
        return self._noted(self._planned.bulk_tasks())

    def follow(self, record: Record) -> list[Task]:
        """Tasks that become possible with the record of a task handed out before."""
        # by the task, because a record from the store may have been made under another name
        name = self._tasks[record.key].group
        records = self._records[name]
        records[record.key] = record
        refinement = self._refinements.get(name)
        if len(records) > self._sizes[name]:
            assert refinement is not None
            return self._noted(refinement.go_on(record))
        if len(records) < self._sizes[name]:
            return []
        # before the chain, so that no key depends on how far bulk was refined
        tasks = self._planned.boundary_tasks(list(records.values())) if name in self._bulk else []
        if refinement:
            mine = [task for task in self._tasks.values() if task.group == name]
            tasks += refinement.begin(mine, records)
        return self._noted(tasks)

    def _noted(self, tasks: list[Task]) -> list[Task]:
        self._tasks |= {task.key: task for task in tasks}
        return tasks


class _Refinement:
    """The Monte Carlo chain of one group."""

    def __init__(self, group: Group, choice: RefineChoice, seed: int) -> None:
        self._group = group
        self._choice = choice
        name = zlib.crc32(repr(group.name).encode())
        self._rng = np.random.default_rng([seed, name])
        self._arrangements = tuple(dict.fromkeys(group.origins))
        self._sites = MobileSites.of(self._arrangements)
        unlisted = self._sites.count(group.mobile_count) - len(group.orderings)
        #: Relaxations it can still come to: where all orderings are planned there is no chain.
        self.most = min(choice.steps, unlisted)
        self._made = 0
        self._model: Task
        self._chain: Generator[Filling, float, list[Filling]]

    def begin(self, tasks: list[Task], records: dict[str, Record]) -> list[Task]:
        """Start from the lowest of the planned orderings, given as tasks in their order."""
        energies = [_energy(records[task.key]) for task in tasks]
        if not self.most or not np.isfinite(min(energies)):
            self.most = 0
            return []
        fillings = [
            self._sites.filling(self._arrangements, self._arrangements.index(origin), atoms)
            for origin, atoms in zip(self._group.origins, self._group.orderings, strict=True)
        ]
        self._model = tasks[0]
        self._chain = chain(
            self._sites,
            start=fillings[int(np.argmin(energies))],
            known=dict(zip(map(self._sites.canonical, fillings), energies, strict=True)),
            steps=self._choice.steps,
            temperature=self._choice.temperature,
            rng=self._rng,
        )
        return self._asked(None)

    def go_on(self, record: Record) -> list[Task]:
        """Go on with the energy that was asked for."""
        return self._asked(_energy(record))

    def _asked(self, energy: float | None) -> list[Task]:
        try:
            # None starts a generator
            filling = self._chain.send(energy)  # type: ignore[arg-type]
        except StopIteration:
            self.most = self._made
            return []
        atoms = self._sites.atoms(self._arrangements, filling)
        ordering = len(self._group.orderings) + self._made
        self._made += 1
        atoms = strained(atoms, self._model.start.cell[:])
        return [replace(self._model, ordering=ordering, start=atoms)]


def _energy(record: Record) -> float:
    return record.energy if record.usable else float("inf")
