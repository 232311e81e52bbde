"""How the orderings of a group are relaxed: all alike, after the first, or screened by a student.

The lowest is relaxed from several rattles.

A student is a potential that was trained on another one, much quicker, less true. It relaxes every
ordering; the potential of the study goes on with those that may be the lowest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list

from delith import potentials
from delith.crystals.lattice import Floats
from delith.records import Record, Role, Task, lowest
from delith.relaxation import SINGLE_POINT
from delith.study import Study
from delith.study.choices import ScreenChoice
from delith.study.errands import Steps

#: eV an atom, and Å in distances between neighbours up to `REACH` (Å): two relaxed orderings that
#: differ by less are one.
SAME_ENERGY = 2e-4
SAME_PLACE = 0.05
REACH = 5.0

Distances = dict[int, Floats]


def relaxed(study: Study, tasks: Sequence[Task]) -> Steps[list[Record]]:
    """Relax the orderings of one group with one potential.

    Parameters
    ----------
    study : Study
        Its ``screen``, ``warm``, ``window`` and ``starts`` say how.
    tasks : sequence of Task
        As planned.

    Returns
    -------
    list of Record
        Of the study's potential, by number of the ordering; with a screen, of those that it lets
        through.
    """
    if study.screen is None:
        records = yield from _led(study, tasks)
    else:
        records = yield from _screened(study, study.screen, tasks)
    return (yield from _found_twice(study, tasks, records))


def _found_twice(study: Study, tasks: Sequence[Task], records: list[Record]) -> Steps[list[Record]]:
    """Relax the lowest ordering from other rattles, until its energy has been found twice.

    Layers without lithium have several minima, and may slide into another crystal.
    """
    if study.starts == 1 or not records:
        return records
    first = best = lowest(records)
    (task,) = (task for task in tasks if task.ordering == first.ordering)
    same = SAME_ENERGY * len(task.start)
    for more in range(1, study.starts):
        (again,) = yield [task.another(task.start, seed=task.seed + more)]
        twice = again.usable and best.usable and abs(again.energy - best.energy) < same
        best = lowest([best, again])
        if twice:
            break
    return [best if record is first else record for record in records]


def confirmed(study: Study, task: Task) -> Steps[Record]:
    """Relax one ordering, by a student first where the study has one."""
    if study.screen is not None:
        student = potentials.members(study.screen.potential)[0]
        (record,) = yield [_given(task, student, "screened")]
        if record.usable:
            task = replace(task, guess=record.atoms)
    (record,) = yield from _taken_over([task])
    return record


def _taken_over(tasks: Sequence[Task]) -> Steps[list[Record]]:
    """Relax with the potential of the study; from the sites where the student led it astray."""
    records = yield list(tasks)
    again = [k for k, task in enumerate(tasks) if task.guess is not None and not records[k].usable]
    if again:
        retried = yield [tasks[k].another(tasks[k].start) for k in again]
        for k, record in zip(again, retried, strict=True):
            records[k] = record
    return records


def most(study: Study, tasks: int) -> int:
    """Calculations that `relaxed` asks for at most."""
    return tasks * most_of_one(study) + study.starts - 1


def most_of_one(study: Study) -> int:
    """Calculations that one ordering takes at most, from one rattle."""
    if study.screen is None:
        return 1
    # the student, the committee, the potential of the study from there, and if need be once more
    return 3 + (len(potentials.members(study.screen.potential)) > 1)


def _led(study: Study, tasks: Sequence[Task]) -> Steps[list[Record]]:
    """Relax tasks, the first before the others where these are to learn from it."""
    if len(tasks) < 2 or not (study.warm or study.window):
        return (yield list(tasks))
    first, *others = tasks
    (leader,) = yield [first]
    if study.warm and leader.usable:
        others = [replace(task, guess=_warmed(task.start, leader)) for task in others]
    if study.window and leader.usable:
        ceiling = leader.energy + study.window
        others = [replace(task, ceiling=ceiling) for task in others]
    return [leader, *(yield others)]


def _warmed(start: Atoms, relative: Record) -> Atoms:
    """Displace and strain an ordering as a relative of it was on its way to rest."""
    began, ended = relative.start, relative.atoms
    moved = ended.get_scaled_positions(wrap=False) - began.get_scaled_positions(wrap=False)
    places = {_place(began, k): k for k in range(len(began))}
    made = start.copy()
    fractions = made.get_scaled_positions(wrap=False)
    for k in range(len(start)):
        # of an ion where the relative has none nothing is known
        twin = places.get(_place(start, k))
        if twin is not None:
            fractions[k] += moved[twin]
    made.set_cell(ended.cell)
    made.set_scaled_positions(fractions)
    return made


def _place(atoms: Atoms, index: int) -> tuple[str, tuple[float, ...]]:
    return atoms.symbols[index], tuple(np.round(atoms.positions[index], 3))


@dataclass(frozen=True, eq=False)
class _Candidate:
    """An ordering as a student sees it."""

    task: Task
    """For the potential of the study."""
    record: Record
    """Of the student."""
    energy: float
    """Mean of the committee, eV."""
    std: float
    """Of the committee, eV; 0 where it has one member."""


def _screened(study: Study, screen: ScreenChoice, tasks: Sequence[Task]) -> Steps[list[Record]]:
    members = potentials.members(screen.potential)
    records = yield from _led(study, [_given(task, members[0], "screened") for task in tasks])
    candidates = yield from _judged(screen.potential, tasks, records)
    # where the student fails or leaves the basin, nothing is known: the teacher takes over
    lost = [
        task
        for task, record in zip(tasks, records, strict=True)
        if record.problem and not record.given_up
    ]
    if not screen.duplicates:
        candidates = list(_distinct(candidates))
    candidates.sort(key=lambda c: c.energy)
    found = yield from _taken_over([*lost, *map(_after, candidates[: screen.keep])])
    ends = dict(zip(map(id, candidates), found[len(lost) :], strict=False))
    while True:
        batch = _within_reach(screen, candidates, ends, found)[: screen.keep]
        if not batch:
            return sorted(found, key=lambda record: record.ordering)
        more = yield from _taken_over(list(map(_after, batch)))
        ends |= dict(zip(map(id, batch), more, strict=True))
        found += more


def _judged(
    screen: str, tasks: Sequence[Task], records: Sequence[Record]
) -> Steps[list[_Candidate]]:
    """Have the whole committee tell the energies of what one of it has relaxed."""
    kept = [(task, r) for task, r in zip(tasks, records, strict=True) if r.usable]
    if len(potentials.members(screen)) == 1 or not kept:
        return [_Candidate(task, record, record.energy, 0.0) for task, record in kept]
    verdicts = yield [
        _given(task, screen, "judged").another(record.atoms, settings=SINGLE_POINT)
        for task, record in kept
    ]
    return [
        _Candidate(task, record, verdict.energy, verdict.energy_std or 0.0)
        # of what the committee cannot judge, nothing is known
        if np.isfinite(verdict.energy)
        else _Candidate(task, record, record.energy, np.inf)
        for (task, record), verdict in zip(kept, verdicts, strict=True)
    ]


def _within_reach(
    screen: ScreenChoice,
    candidates: Sequence[_Candidate],
    ends: Mapping[int, Record],
    found: Sequence[Record],
) -> list[_Candidate]:
    """Candidates, the lowest first, that may be lower than what is known to be the lowest.

    What the student's energy is worth is told by those orderings that both have relaxed: by how
    much it is off on average, and how much that varies, or the committee doubted them, whichever is
    more.
    """
    known = [(c, ends[id(c)]) for c in candidates if id(c) in ends and ends[id(c)].usable]
    lowest = min((record.energy for record in found if record.usable), default=np.inf)
    errors = [record.energy - candidate.energy for candidate, record in known]
    waiting = [c for c in candidates if id(c) not in ends]
    if not errors:
        return waiting
    mean, scatter = np.mean(errors), np.std(errors, ddof=1) if len(errors) > 1 else 0.0
    # where the lowest lie in a hole of the student's own making, errors are large and agree
    scatter = max(scatter, np.median([candidate.std for candidate, _ in known]))
    return [c for c in waiting if c.energy + mean - screen.doubt * max(scatter, c.std) < lowest]


def _distinct(candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Candidates that did not relax to where an earlier one did.

    One structure, turned round or mirrored, has one energy and the same distances between atoms of
    the same elements. What is taken for one by mistake differs little to the student; what the
    potential of the study would have made of it is not seen.
    """
    kept: list[_Candidate] = []
    for candidate in candidates:
        atoms = candidate.record.atoms
        near = [k for k in kept if abs(k.energy - candidate.energy) < SAME_ENERGY * len(atoms)]
        if near:
            here = _distances(atoms)
            if any(_differ(here, _distances(k.record.atoms)) < SAME_PLACE for k in near):
                continue
        kept.append(candidate)
        yield candidate


def _distances(atoms: Atoms) -> Distances:
    """Sorted distances between neighbours, by pair of elements."""
    i, j, d = neighbor_list("ijd", atoms, REACH)
    pairs = np.sort(atoms.numbers[np.stack([i, j])], axis=0)
    names = pairs[0] * 1000 + pairs[1]
    return {int(name): np.sort(d[names == name]) for name in np.unique(names)}


def _differ(one: Distances, other: Distances) -> float:
    """Largest difference, Å; pairs at the end of the reach may be in one list alone."""
    if one.keys() != other.keys():
        return np.inf
    ends = {name: min(len(one[name]), len(other[name])) for name in one}
    return max(float(np.abs(one[n][:end] - other[n][:end]).max()) for n, end in ends.items())


def _given(task: Task, potential: str, role: Role) -> Task:
    """The same for another potential."""
    weights = potentials.weights_sha256(potential)
    return replace(task, potential=potential, weights=weights, role=role)


def _after(candidate: _Candidate) -> Task:
    """Go on with the potential of the study from where the student came to rest."""
    return replace(candidate.task, guess=candidate.record.atoms)
