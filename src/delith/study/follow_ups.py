"""What is computed of orderings once all are relaxed: how they vibrate, how their ions hop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from delith.bands import band
from delith.decorations import Hop
from delith.displacements import displaced, from_forces, supercell
from delith.energetics import Migration
from delith.energetics.vibrational import compared
from delith.facts import State
from delith.phonons import Phonons
from delith.records import Record, Task
from delith.relaxation import SINGLE_POINT
from delith.study.choices import MigrationChoice, VibrationChoice, content_among
from delith.study.errands import Steps
from delith.study.planning import Group


@dataclass(frozen=True, eq=False)
class Vibrations:
    """How one cell vibrates.

    Attributes
    ----------
    record : Record
        The ordering, relaxed once more as tightly as vibrations need it.
    phonons : Phonons or None
        None where it did not relax so far, or the potential failed on a displaced supercell.
    """

    record: Record
    phonons: Phonons | None


def vibrations(
    choice: VibrationChoice, tasks: Mapping[str, Task], records: Iterable[Record]
) -> list[Steps[Vibrations]]:
    """Begin with the lowest orderings of boundaries and bulk.

    Parameters
    ----------
    choice : VibrationChoice
    tasks : mapping of str to Task
        By the keys of the records.
    records : iterable of Record
        Every relaxed ordering.
    """
    chosen = [record for record in compared(records) if _asked_for(record, choice.lithium)]
    # a boundary and its bulk are computed in the same supercell
    sizes: dict[str, list[tuple[int, int, int]]] = {}
    for record in chosen:
        sizes.setdefault(record.host.reference, []).append(supercell(record.atoms))
    steps = []
    for record in chosen:
        a, b, c = (max(n) for n in zip(*sizes[record.host.reference], strict=True))
        how = choice.model_copy(update={"supercell": choice.supercell or (a, b, c)})
        steps.append(_vibrate(how, tasks[record.key], record))
    return steps


def _vibrate(choice: VibrationChoice, task: Task, record: Record) -> Steps[Vibrations]:
    tight = task.settings.model_copy(update={"fmax": choice.fmax, "rattle": 0.0})
    (settled,) = yield [task.another(record.atoms, settings=tight, role="settled")]
    if not settled.usable:
        return Vibrations(settled, None)
    cells = displaced(settled.atoms, choice)
    moved = yield [task.another(cell, settings=SINGLE_POINT, role="displaced") for cell in cells]
    forces = [each.forces for each in moved if each.forces is not None]
    if len(forces) < len(moved):
        return Vibrations(settled, None)
    return Vibrations(settled, from_forces(settled.atoms, choice, forces))


def migrations(
    choice: MigrationChoice,
    groups: Iterable[Group],
    tasks: Mapping[str, Task],
    records: Iterable[Record],
    seed: int,
) -> list[Steps[Migration]]:
    """Begin with the hops in the lowest plain ordering of boundaries and bulk.

    Parameters
    ----------
    choice : MigrationChoice
    groups : iterable of Group
        Of the plan.
    tasks : mapping of str to Task
        By the keys of the records.
    records : iterable of Record
        Every relaxed ordering.
    seed : int
        Of the paths' first guesses.
    """
    lowest: dict[tuple[str, str, str, int], Record] = {}
    plain = [r for r in records if r.role == "ordering" and r.state == State() and r.usable]
    for record in sorted(plain, key=lambda r: (r.energy, r.ordering)):
        if _asked_for(record, choice.lithium):
            lowest.setdefault(record.group, record)
    # plain groups have one arrangement, whatever their content
    hosts = {group.host.label: group.origins[0] for group in groups if group.state == State()}
    return [
        _migrate(hop, choice, tasks[record.key], record, seed)
        for record in lowest.values()
        if record.host.label in hosts
        for hop in choice.build(
            hosts[record.host.label],
            tasks[record.key].built,
        )
    ]


def _migrate(
    hop: Hop, choice: MigrationChoice, task: Task, record: Record, seed: int
) -> Steps[Migration]:
    fmax = min(task.settings.fmax, choice.fmax)
    how = task.settings.model_copy(update={"fmax": fmax, "cell": "fixed", "rattle": 0.0})
    one, other = hop.ends(record.atoms)
    start, end = yield [
        task.another(one, settings=how, role="settled"),
        task.another(other, settings=how, role="hopped"),
    ]
    unfinished = Migration(hop, start, end, None)
    if start.problem or end.problem or hop.missed(start.atoms, end.atoms):
        return unfinished
    asking = band(start.atoms, end.atoms, choice, seed)
    images = next(asking)
    while True:
        answers = yield [
            task.another(image, settings=SINGLE_POINT, role="image") for image in images
        ]
        try:
            images = asking.send(answers)
        except StopIteration as found:
            return replace(unfinished, path=found.value)


def _asked_for(record: Record, contents: Sequence[float] | None) -> bool:
    return contents is None or content_among(record.content, contents)
