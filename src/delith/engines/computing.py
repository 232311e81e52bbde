"""Compute tasks: those that are not in the store, each as soon as it is possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from delith import engines
from delith.engines.journal import Journal
from delith.engines.queueing import Queue
from delith.engines.runlog import RunLog
from delith.errors import DelithError
from delith.records import Record, Task
from delith.store import Store, places

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
    fresh : bool
        Whether this run computed it.
    """

    total: int
    done: int
    computed: int
    waiting: int
    running: list[Task]
    ended: Record | None = None
    fresh: bool = False


#: Told of the progress of a run.
Observer = Callable[[Progress], None]


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
            return list(_computed(unfolding, store, Queue(pool), observer))
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
    records: str | None = None,
) -> list[Record]:
    """Compute tasks of which none waits for another, those that are not in the folder.

    Parameters
    ----------
    tasks : sequence of Task
    folder : Path
        Where the records go.
    executor, observer, records
        As for `run`.

    Returns
    -------
    list of Record
        Of every task, in the order in which they ended; of tasks with one key one.

    Raises
    ------
    DelithError
        If the folder cannot be used.
    """
    once = list({task.key: task for task in tasks}.values())
    with held(folder, observer, records) as (store, told):
        return compute(_Together(once), store, executor, told)


def _computed(
    unfolding: Unfolding, store: Store, queue: Queue, observer: Observer
) -> Iterator[Record]:
    """Every record, known or new."""
    done = computed = 0

    def standing(running: list[Task], ended: Record | None = None) -> Progress:
        waiting = len(queue) - len(running)
        fresh = ended is not None and ended.key not in known
        return Progress(unfolding.total, done, computed, waiting, running, ended, fresh)

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
        # once for all that ended together: of thousands of workers that is a long list
        running = queue.running()
        for record in ended:
            done += 1
            fresh += unfolding.follow(record)
            observer(standing(running, record))
            yield record
        if not ended:
            observer(standing(running))


@contextmanager
def held(
    folder: Path, observer: Observer, records: str | None = None
) -> Iterator[tuple[Store, Observer]]:
    """Hold a folder for a run: its store, and what is to be told of each `Progress`.

    That is the observer, the file that says where the run stands, and the log.

    Raises
    ------
    DelithError
        If the folder cannot be used.
    """
    store = places.make(folder, records)
    with store.writing(), closing(Journal(folder)) as journal, RunLog(folder) as log:

        def told(progress: Progress) -> None:
            for each in (journal, log, observer):
                each(progress)

        yield store, told
