"""Active learning: a committee says itself where it is unsure, and a teacher tells it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from delith import documents, potentials, running, study
from delith.engines import computing
from delith.errors import DelithError, writable
from delith.records import Record
from delith.store import Store, places
from delith.study.planning import plan
from delith.training.committee import Trained, train
from delith.training.frames import read
from delith.training.labelling import label_as_they_are
from delith.training.settings import TrainSettings
from delith.training.settings import load as load_training

#: What tells one γ of a study from the others.
_SAME = ["boundary", "state", "lithium_content"]


#: By how much slower a committee learns that has learnt already.
SLOWER = 10


class LearnSettings(BaseModel):
    """A study, and how a committee learns to do it.

    Attributes
    ----------
    study : str
        The study that the committee is to do, relative to this file.
    training : str
        How it is trained, and on what data at first; a training file.
    teacher : str
        Potential that tells the truth: the one that the data are of.
    frames : int
        Structures that it labels in each round, those that the committee is least sure of.
    rounds : int
        Most rounds after the first.
    epochs : int, optional
        Of the training in each of these; by default as many as at first.
    settled : float
        J/m²: once no γ of the study changes by more from one round to the next, it has settled.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    study: str
    training: str
    teacher: str = potentials.DEFAULT
    frames: PositiveInt = 60
    rounds: PositiveInt = 4
    epochs: PositiveInt | None = None
    settled: float = Field(0.005, gt=0)


@dataclass(frozen=True, eq=False)
class Learnt:
    """What came of active learning.

    Attributes
    ----------
    committee : Trained
        The last.
    rounds : pandas.DataFrame
        round, frames (labelled before it, beside the first data), boundary, state, lithium_content,
        gamma_J_per_m2, change_J_per_m2 (since the round before).
    settled : bool
    """

    committee: Trained
    rounds: pd.DataFrame
    settled: bool


def load(path: str | Path) -> LearnSettings:
    """Read a learning file.

    Raises
    ------
    DelithError
        If it cannot be read, is no YAML, or has a key or value that learning does not take.
    """
    path = Path(path)
    settings = documents.read(path, LearnSettings, "learning")
    beside = path.parent.resolve()
    return settings.model_copy(
        update={
            "study": str(beside / settings.study),
            "training": str(beside / settings.training),
            "teacher": potentials.beside(settings.teacher, beside),
        }
    )


def learn(
    settings: LearnSettings,
    folder: Path,
    executor: Executor | None = None,
    observer: computing.Observer = lambda progress: None,
    records: str | None = None,
) -> Learnt:
    """Train a committee, let it do the study, have labelled where it was unsure, and again.

    Parameters
    ----------
    settings : LearnSettings
    folder : Path
        Each round has a folder in it, with the committee, its study and the labels made of that;
        what is there is not done again. ``rounds.csv`` is the table of `Learnt`.
    executor, observer
        As for `delith.run`.
    records : str, optional
        Where the records of all rounds go, as for `delith.run`: those of each round's study and
        labels in tables of their own.

    Raises
    ------
    DelithError
        As `train`, `delith.run` and `label`.
    """
    training, asked = load_training(settings.training), study.load(settings.study)
    # what cannot be done with either is said before a training of hours
    plan(asked.model_copy(update={"potentials": (settings.teacher,)}))
    _check_training(training, settings.teacher)
    store = _claimed(folder, records, settings.rounds)
    now = training
    rounds: list[pd.DataFrame] = []
    labels: list[str] = []
    frames = 0
    for number in range(settings.rounds + 1):
        name = f"round_{number}"
        here = folder.resolve() / name
        committee = train(now, here / "committee")
        own = asked.model_copy(update={"potentials": (committee.potential,), "screen": None})
        place = store.part(f"{name}_study")
        results = running.run(own, here / "study", executor, observer, place)
        rounds.append(_compared(number, frames, results.table, rounds))
        table = pd.concat(rounds, ignore_index=True)
        with writable(folder):
            table.to_csv(folder / "rounds.csv", index=False, float_format="%.6g")
        settled = _settled(rounds, settings.settled)
        if settled or number == settings.rounds:
            break
        unsure = least_sure(results.records, settings.frames)
        place = store.part(f"{name}_labels")
        told = label_as_they_are(
            unsure, here / "labels", settings.teacher, executor, observer, place
        )
        frames += sum(record.forces is not None for record in told)
        labels.append(str(here / "labels"))
        changes = {
            "data": [*training.data, *labels],
            "begin": committee.potential,
            "epochs": settings.epochs or training.epochs,
            "learning_rate": training.learning_rate / SLOWER,
        }
        now = training.model_copy(update=changes)
    return Learnt(committee, table, settled)


def _check_training(training: TrainSettings, teacher: str) -> None:
    """Refuse a committee that cannot tell what it is unsure of, or cannot learn from the teacher.

    Raises
    ------
    DelithError
        Of one model, or of data of another level of theory.
    """
    if training.models < 2:
        raise DelithError("models: one alone is never unsure; at least two disagree.")
    levels = {training.level or frame.level for path in training.paths for frame in read(path)}
    if other := levels - {teacher}:
        raise DelithError(
            f"the first data are of {', '.join(sorted(map(repr, other)))} and the teacher is "
            f"{teacher!r}: their energies do not compare."
        )


def _claimed(folder: Path, records: str | None, rounds: int) -> Store:
    """The place of all rounds; what would not do for one of them is told before any begins."""
    if records and list(folder.glob(f"round_*/*/{places.FILE}")):
        raise DelithError(f"{folder} has records in files: give another folder with -o.")
    store = places.make(folder, records)
    store.part(f"round_{rounds}_labels")
    return store


def _settled(rounds: Sequence[pd.DataFrame], most: float) -> bool:
    """Whether no γ changed by more; one that could be told in one round alone has changed."""
    if len(rounds) < 2:
        return False
    before, now = (each.set_index(_SAME)["gamma_J_per_m2"] for each in rounds[-2:])
    return np.allclose(before.reindex(now.index), now, rtol=0, atol=most, equal_nan=True)


def least_sure(records: Sequence[Record], count: int) -> list[Record]:
    """Choose the structures on whose forces a committee agrees least."""
    known = [r for r in records if r.mobile and r.forces_std is not None and not r.exploded]
    known.sort(key=lambda record: -(record.forces_std or 0.0))
    return known[:count]


def _compared(
    number: int, frames: int, table: pd.DataFrame, before: Sequence[pd.DataFrame]
) -> pd.DataFrame:
    """γ of a round beside that of the one before."""
    made = table[[*_SAME, "gamma_J_per_m2"]].copy()
    made.insert(0, "round", number)
    made.insert(1, "frames", frames)
    made["change_J_per_m2"] = np.nan
    if before:
        last = before[-1].set_index(_SAME)["gamma_J_per_m2"]
        now = made.set_index(_SAME)["gamma_J_per_m2"]
        made["change_J_per_m2"] = (now - last.reindex(now.index)).to_numpy()
    return made
