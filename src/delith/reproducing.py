"""Do a stored calculation again from what is stored of it, and compare."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from ase import Atoms

from delith import engines, potentials
from delith.engines.losses import LostError
from delith.engines.performing import perform
from delith.errors import DelithError
from delith.potentials import dft
from delith.records import Record, Task
from delith.relaxation import RelaxSettings
from delith.store import places

#: Energies (eV/atom) and structures (Å) that agree within this are the same: more than arithmetic
#: in single precision makes of them on another machine, less than what boundary energies show.
ENERGY, LENGTH = 1e-4, 0.02
#: eV/Å, of forces on atoms that stay where they are; relaxed ones have any below ``fmax``.
FORCE = 1e-3


@dataclass(frozen=True)
class Comparison:
    """One quantity, stored and computed again.

    Attributes
    ----------
    quantity, unit : str
    difference : float
        The largest; NaN where either is missing.
    tolerance : float
        Up to which they agree.
    """

    quantity: str
    unit: str
    difference: float
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Whether the difference is within the tolerance."""
        return self.difference <= self.tolerance


@dataclass(frozen=True, eq=False)
class Reproduction:
    """A stored record beside the same calculation done again.

    Attributes
    ----------
    stored, again : Record
    """

    stored: Record
    again: Record

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Energy, forces, positions and cell."""
        one, other = self.stored, self.again
        settings = one.provenance["settings"]
        # at rest each may be pulled by fmax, either way
        force = 2 * settings["fmax"] if settings["steps"] else FORCE
        energy = abs(one.energy - other.energy) / len(one.atoms)
        return (
            Comparison("energy", "eV/atom", energy, ENERGY),
            Comparison("forces", "eV/Å", _farthest(one.forces, other.forces), force),
            Comparison("positions", "Å", _moved(one.atoms, other.atoms), LENGTH),
            Comparison("cell", "Å", _farthest(one.atoms.cell[:], other.atoms.cell[:]), LENGTH),
        )

    @property
    def agreed(self) -> bool:
        """Whether all of these agree."""
        return all(each.agrees for each in self.comparisons)

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        """What was not the same, by name: then and now."""
        then, now = map(_circumstances, (self.stored, self.again))
        names = [name for name in then | now if then.get(name) != now.get(name)]
        return {name: (then.get(name, "unknown"), now.get(name, "unknown")) for name in names}


def reproduce(
    folder: str | Path, record: str | Record, executor: Executor | None = None
) -> Reproduction:
    """Do a stored calculation again from what is stored of it.

    With the weights that the potential has now. Nothing is written, and DFT takes nothing from what
    is remembered of it.

    Parameters
    ----------
    folder : path
        Results folder.
    record : str or Record
        Its key, such as ``lowest_record`` of a table says, or the record itself.
    executor : concurrent.futures.Executor, optional
        Where it runs; by default a process of its own.

    Returns
    -------
    Reproduction

    Raises
    ------
    DelithError
        If there is no such record, it failed, not all is stored or here that it takes, or its
        process is killed.
    """
    stored = record if isinstance(record, Record) else _found(Path(folder), record)
    task = task_of(stored)
    with nullcontext(executor) if executor else engines.local_pool(1) as pool:
        try:
            return Reproduction(stored, pool.submit(_afresh, task).result())
        except (LostError, BrokenExecutor) as error:
            raise DelithError(f"record {stored.key} cannot be computed here: {error}.") from error


def task_of(record: Record) -> Task:
    """Ask again for what a record is of, with the weights that its potential has now.

    Raises
    ------
    DelithError
        If it failed, not all of it is stored, or its potential is not here.
    """
    if record.failed:
        raise DelithError(
            f"record {record.key} has nothing to compare with: it {record.problem}. delith forget "
            "has the next run do it again."
        )
    told = record.provenance
    try:
        asked: dict[str, Any] = {
            "settings": RelaxSettings.model_validate(told["settings"]),
            "seed": told["seed"],
            "ceiling": told["ceiling"],
            "guess": _guess(record),
        }
    except (LookupError, ValueError) as error:
        raise DelithError(
            f"record {record.key} does not say all that it was made from: {error}. It may be of an "
            "earlier version of Delith."
        ) from error
    return record.asked(weights=potentials.weights_sha256(record.potential), **asked)


def _found(folder: Path, key: str) -> Record:
    if record := places.existing(folder).found([key]).get(key):
        return record
    raise DelithError(
        f"there is no record {key} in {folder}: lowest_record in boundary_energy.csv names some, "
        "delith export lists all."
    )


def _guess(record: Record) -> Atoms | None:
    """Where the optimizer began, if not at the start."""
    stored = record.provenance.get("guess")
    if stored is None:
        if record.provenance.get("guessed"):
            raise ValueError("where its optimizer began is not stored")
        return None
    guess = record.start.copy()
    guess.set_cell(stored["cell"])
    guess.set_positions(stored["positions"])
    return guess


def _afresh(task: Task) -> Record:
    """Do a task with nothing remembered."""
    with TemporaryDirectory() as folder:
        before = dft.MEMORY.set(Path(folder))
        try:
            return perform(task)
        finally:
            dft.MEMORY.reset(before)


def _farthest(one: Any, other: Any) -> float:
    """Largest distance between rows; NaN where there are none."""
    if one is None or other is None:
        return float("nan")
    return float(np.linalg.norm(np.subtract(one, other), axis=1).max(initial=0.0))


def _moved(one: Atoms, other: Atoms) -> float:
    """Largest distance (Å) of an atom, in the cell of the first."""
    moved = other.get_scaled_positions(wrap=False) - one.get_scaled_positions(wrap=False)
    return float(np.linalg.norm((moved - np.rint(moved)) @ one.cell[:], axis=1).max(initial=0.0))


def _circumstances(record: Record) -> dict[str, str]:
    told = record.provenance

    def items() -> Iterator[tuple[str, Any]]:
        yield "SHA-256 of the weights", record.weights
        yield from told.get("versions", {}).items()
        yield from ((name, told[name]) for name in ("machine", "device") if name in told)
        yield "problem", record.problem or "none"

    return {name: str(value) for name, value in items()}
