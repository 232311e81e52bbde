"""Run a study: plan, relax what is missing, write the results folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from delith import engines, places, study
from delith.errors import DelithError, writable
from delith.journal import Journal
from delith.planning import plan
from delith.records import Record, Task
from delith.results import Results
from delith.store import Store
from delith.walking import Walk

#: How often (seconds) a run reports although nothing has ended.
TICK = 0.5


@dataclass(frozen=True, eq=False)
class Progress:
    """Where a run stands.

    Attributes
    ----------
    total, done : int
        Relaxations of the study, at most while Monte Carlo chains go on, and those in the store.
    computed : int
        Of those in the store, by this run.
    waiting : int
        Tasks handed out that have not begun.
    running : list of Task
    ended : Record or None
        The record that this report is about; None for a report that only tells the time.
    """

    total: int
    done: int
    computed: int
    waiting: int
    running: list[Task]
    ended: Record | None = None


#: Told of the progress of a run.
Observer = Callable[[Progress], None]


def run(
    source: str | Path | study.Study,
    folder: str | Path | None = None,
    executor: Executor | None = None,
    observer: Observer = lambda progress: None,
    records: str | None = None,
) -> Results:
    """Run a study, or go on with one that was stopped.

    Parameters
    ----------
    source : path or Study
        A study file or its content.
    folder : path, optional
        Where the results go; by default ``runs/`` and the name of the study file.
    executor : concurrent.futures.Executor, optional
        Where relaxations run; by default a pool of processes on this machine.
    observer : callable, optional
        Told of each `Progress`, for bars and logs.
    records : str, optional
        URL of the PostgreSQL database that takes the records, in place of a file in the folder; see
        `delith.places.make`.

    Returns
    -------
    Results
        Also written to the folder: ``study.yaml``, ``records.db`` and the tables and figures of
        `delith.results.OUTPUTS`.

    Raises
    ------
    DelithError
        If the study cannot be done or the folder cannot be used. What was computed is kept.
    """
    content, folder = _given(source, folder)
    walk = Walk(plan(content))
    store = places.make(folder, records)

    with store.writing(), closing(Journal(folder)) as journal:

        def both(progress: Progress) -> None:
            journal(progress)
            observer(progress)

        write_study(content, folder)
        results = Results.of(folder, walk, compute(walk, store, executor, both))
        with writable(folder):
            results.write()
    return results


def prepare(
    source: str | Path | study.Study,
    folder: str | Path | None = None,
    records: str | None = None,
) -> Path:
    """Check a study and write it into its results folder, to be run there later.

    Parameters
    ----------
    source, folder, records
        As for `run`.

    Returns
    -------
    Path
        The folder, whose ``study.yaml`` is what to run.

    Raises
    ------
    DelithError
        If the study cannot be done or the folder cannot be used.
    """
    content, folder = _given(source, folder)
    plan(content)
    with places.make(folder, records).writing():
        write_study(content, folder)
    return folder


class Unfolding(Protocol):
    """Tasks, and what each record makes possible."""

    @property
    def total(self) -> int:
        """Most tasks there can be, as far as is known."""

    def start(self) -> list[Task]:
        """Tasks that need no record."""

    def follow(self, record: Record) -> list[Task]:
        """Tasks that become possible with the record of a task handed out before."""


def compute(
    unfolding: Unfolding,
    store: Store,
    executor: Executor | None = None,
    observer: Observer = lambda progress: None,
) -> list[Record]:
    """Compute what is asked for and not yet in the store.

    Parameters
    ----------
    unfolding : Unfolding
    store : Store
        Held by who calls, see `Store.writing`.
    executor, observer
        As for `run`.

    Returns
    -------
    list of Record
        Of every task, known or new, in the order in which they ended.
    """
    with nullcontext(executor) if executor else engines.local_pool() as pool:
        try:
            return list(_computed(unfolding, store, engines.Queue(pool), observer))
        except BrokenExecutor as error:
            raise DelithError(
                "a worker process was killed (out of memory, perhaps; or a script calls "
                "delith outside of if __name__ == '__main__':). The finished "
                f"calculations are safe in {store.place}: run the same command again to go on."
            ) from error


@dataclass(frozen=True)
class _Together:
    """Tasks of which none waits for another."""

    tasks: Sequence[Task]

    @property
    def total(self) -> int:
        return len(self.tasks)

    def start(self) -> list[Task]:
        return list(self.tasks)

    def follow(self, record: Record) -> list[Task]:
        return []


def compute_all(
    tasks: Sequence[Task],
    folder: Path,
    executor: Executor | None = None,
    observer: Observer = lambda progress: None,
) -> list[Record]:
    """Compute tasks of which none waits for another, those that are not in the folder.

    Parameters
    ----------
    tasks : sequence of Task
    folder : Path
        Where the records go.
    executor, observer
        As for `run`.

    Returns
    -------
    list of Record
        Of every task, in the order in which they ended.

    Raises
    ------
    DelithError
        If the folder cannot be used.
    """
    store = places.make(folder)
    with store.writing():
        return compute(_Together(tasks), store, executor, observer)


def _computed(
    unfolding: Unfolding, store: Store, queue: engines.Queue, observer: Observer
) -> Iterator[Record]:
    """Every record, known or new."""
    done = computed = 0

    def standing(ended: Record | None = None) -> Progress:
        running = queue.running()
        return Progress(unfolding.total, done, computed, len(queue) - len(running), running, ended)

    fresh = unfolding.start()
    while fresh or queue:
        ended = []
        known = store.found(task.key for task in fresh)
        for task in fresh:
            if task.key in known:
                ended.append(task.answered(known[task.key]))
            else:
                queue.put(task)
        if not ended:
            for record in queue.take(TICK):
                store.add(record)
                ended.append(record)
                computed += 1
        fresh = []
        for record in ended:
            done += 1
            fresh += unfolding.follow(record)
            observer(standing(record))
            yield record
        if not ended:
            observer(standing())


def status(folder: str | Path) -> Results:
    """Read a results folder without computing anything.

    Raises
    ------
    DelithError
        If the folder holds no study or its records cannot be read.
    """
    folder = Path(folder)
    if not (folder / "study.yaml").is_file():
        raise DelithError(f"{folder} is no results folder: it has no study.yaml.")
    planned = plan(study.load(folder / "study.yaml"))
    store, walk = places.store_of(folder), Walk(planned)
    records, fresh = [], walk.start()
    while fresh:
        known = store.found(task.key for task in fresh)
        ended = [task.answered(known[task.key]) for task in fresh if task.key in known]
        records += ended
        fresh = [task for record in ended for task in walk.follow(record)]
    return Results.of(folder, walk, records)


def default_folder(source: str | Path | study.Study) -> Path:
    """Where the results of a study file go, if nothing else is said.

    Raises
    ------
    DelithError
        If the study is no file.
    """
    if isinstance(source, study.Study):
        raise DelithError("give a folder for the results of a study that is no file.")
    return Path("runs") / Path(source).stem


def _given(source: str | Path | study.Study, folder: str | Path | None) -> tuple[study.Study, Path]:
    """Read a study, and say where its results go."""
    content = source if isinstance(source, study.Study) else study.load(source)
    return content, Path(folder) if folder else default_folder(source)


def write_study(content: study.Study, folder: Path) -> None:
    """Write a study into its results folder, with the crystal if that is a file."""
    file = Path(content.crystal)
    with writable(folder):
        if file.is_file():
            # the folder stands alone: it can be moved, sent and run again
            copy = folder / file.name
            if copy.resolve() != file.resolve():
                shutil.copyfile(file, copy)
            content = content.model_copy(update={"crystal": file.name})
        study.write(content, folder / "study.yaml")
