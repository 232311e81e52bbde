"""What is computed of orderings once all are relaxed: how they vibrate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from delith.choices import VibrationChoice
from delith.displacements import displaced, from_forces, supercell
from delith.energetics.vibrational import compared
from delith.errands import Steps
from delith.phonons import Phonons
from delith.records import Record, Task
from delith.relaxation import SINGLE_POINT


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
    chosen = [
        record
        for record in compared(records)
        if choice.lithium is None or any(abs(record.content - x) < 1e-3 for x in choice.lithium)
    ]
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
    (settled,) = yield [replace(task, start=record.atoms, settings=tight, role="settled")]
    if not settled.usable:
        return Vibrations(settled, None)
    cells = displaced(settled.atoms, choice)
    moved = yield [
        replace(task, start=cell, settings=SINGLE_POINT, role="displaced") for cell in cells
    ]
    forces = [each.forces for each in moved if each.forces is not None]
    if len(forces) < len(moved):
        return Vibrations(settled, None)
    return Vibrations(settled, from_forces(settled.atoms, choice, forces))
