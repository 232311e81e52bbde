"""Structures worth learning from: those of a study on their way to rest, hot and strained."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.io import write
from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from delith import potentials
from delith.engines import computing
from delith.errors import DelithError, writable
from delith.records import Record, Task
from delith.relaxation import SINGLE_POINT
from delith.training.disturbances import disturbed, mirrored
from delith.training.frames import of_records, records_in

#: Disturbances of which a committee chooses one.
CANDIDATES = 5


class LabelSettings(BaseModel):
    """How structures are disturbed before they are labelled.

    Attributes
    ----------
    structures : int
        How many.
    temperature : float
        Hottest, K: each structure has one up to this, by which its atoms are displaced.
    strain : float
        Largest component of the strain.
    unsure : str, optional
        A committee: of several disturbances of each structure that one is taken on whose forces
        its members agree least.
    mirror : bool
        Whether a mirror plane that a relaxed structure has is left: half the k-points for DFT.
    seed : int
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    structures: PositiveInt = 300
    temperature: float = Field(1000.0, ge=0)
    strain: float = Field(0.04, ge=0, lt=0.2)
    unsure: str | None = None
    mirror: bool = False
    seed: int = Field(0, ge=0)


def label(
    source: Path,
    folder: Path,
    potential: str,
    settings: LabelSettings,
    executor: Executor | None = None,
    observer: computing.Observer = lambda progress: None,
    records: str | None = None,
) -> list[Record]:
    """Have energies and forces computed of structures like those of a study.

    Structures are taken from every boundary, bulk, state and Li content in turn. Half of them are
    the relaxed ones, half on the straight way there from where the relaxation began; all are
    strained, and their atoms displaced as by springs at some temperature. ``frames.extxyz`` in the
    folder holds what came of it, for other trainers.

    Parameters
    ----------
    source : Path
        Results folder of the study.
    folder : Path
        Where the records go; those that are there are not computed again.
    potential : str
        The teacher.
    settings : LabelSettings
    executor, observer
        As for `delith.run`.
    records : str, optional
        Where the records of the labels go, as for `delith.run`.

    Returns
    -------
    list of Record
        Single points, whose parents are the orderings they were made from.

    Raises
    ------
    DelithError
        If the source holds no relaxed orderings, or the folder cannot be used.
    """
    if folder.resolve() == source.resolve():
        raise DelithError("labels need a folder of their own: give another one with -o.")
    potential = potentials.beside(potential, Path.cwd())
    labelled = computing.compute_all(
        tasks(records_in(source), potential, settings), folder, executor, observer, records
    )
    frames = [frame.labelled() for frame in of_records(labelled)]
    with writable(folder):
        write(folder / "frames.extxyz", frames, format="extxyz")
    return labelled


def label_as_they_are(
    records: Sequence[Record],
    folder: Path,
    potential: str,
    executor: Executor | None = None,
    observer: computing.Observer = lambda progress: None,
    place: str | None = None,
) -> list[Record]:
    """Have energies and forces computed of structures where they ended; see `label`."""
    weights = potentials.weights_sha256(potential)
    asked = [single_point(record, record.atoms, potential, weights) for record in records]
    return computing.compute_all(asked, folder, executor, observer, place)


def tasks(records: Sequence[Record], potential: str, settings: LabelSettings) -> list[Task]:
    """Make the tasks of `label`.

    Raises
    ------
    DelithError
        If there are no orderings among the records.
    """
    groups: dict[tuple[str, str, int], list[Record]] = defaultdict(list)
    for record in records:
        if record.role == "ordering" and record.mobile and record.intact:
            groups[record.group[1:]].append(record)
    if not groups:
        raise DelithError("there are no relaxed orderings to make structures from: run the study.")
    potentials.require(potential, (s for group in groups.values() for s in group[0].atoms.symbols))
    weights = potentials.weights_sha256(potential)
    rng = np.random.default_rng(settings.seed)
    # one of each group, then the next of each: where few are asked for, all groups have a share
    turns = itertools.cycle([itertools.cycle(group) for group in groups.values()])
    committee = _committee(settings.unsure) if settings.unsure else None
    return [
        single_point(
            record, _worth(record, settings, rng, committee), potential, weights, settings.seed
        )
        for record in map(next, itertools.islice(turns, settings.structures))
    ]


def _committee(name: str) -> Calculator:
    if len(potentials.members(name)) < 2:
        raise DelithError(f"{name} is one model and no committee: nobody disagrees.")
    return potentials.load(name)


def _worth(
    record: Record, settings: LabelSettings, rng: np.random.Generator, committee: Calculator | None
) -> Atoms:
    """Disturb a structure, in the way that a committee knows least about."""
    if committee is None:
        return _disturbed(record, settings, rng)

    def doubt(atoms: Atoms) -> float:
        committee.calculate(atoms)
        return float(np.linalg.norm(committee.results["forces_std"], axis=1).max())

    return max((_disturbed(record, settings, rng) for _ in range(CANDIDATES)), key=doubt)


def single_point(record: Record, atoms: Atoms, potential: str, weights: str, seed: int = 0) -> Task:
    """Ask for energy and forces of a structure made from a record."""
    return record.asked(
        start=atoms,
        potential=potential,
        weights=weights,
        role="disturbed",
        settings=SINGLE_POINT,
        seed=seed,
    )


def _disturbed(record: Record, settings: LabelSettings, rng: np.random.Generator) -> Atoms:
    made = disturbed(record.start, record.atoms, rng, settings.temperature, settings.strain)
    return mirrored(made, record.atoms) if settings.mirror else made
