"""Tasks that wait for an executor, and records that come back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue

from delith.engines.losses import LostError
from delith.engines.performing import lost, perform
from delith.records import Record, Task


class Queue:
    """Tasks on an executor, given back as records in the order in which they end.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Any executor whose workers can import delith.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._put = count()
        #: Each with its number, in the order of submission.
        self._futures: dict[Future[Record], tuple[int, Task]] = {}
        self._ended: SimpleQueue[Future[Record]] = SimpleQueue()

    def __len__(self) -> int:
        return len(self._futures)

    def put(self, task: Task) -> None:
        """Hand a task to the executor."""
        future = self._executor.submit(perform, task)
        self._futures[future] = next(self._put), task
        future.add_done_callback(self._ended.put)

    def running(self) -> list[Task]:
        """Tasks that the executor says have begun, the oldest first."""
        begun = []
        for future, (_, task) in self._futures.items():
            if future.running():
                begun.append(task)
            elif not future.done():
                break  # tasks begin in the order in which they were put
        return begun

    def take(self, patience: float) -> Iterator[Record]:
        """Wait up to ``patience`` seconds for tasks to end, and give their records.

        A task that the executor has given up has a record that says so.

        Raises
        ------
        Exception
            What stopped a task, after every record that did end.
        """
        ended = []
        with suppress(Empty):
            ended.append(self._ended.get(timeout=patience))
            while True:
                ended.append(self._ended.get_nowait())
        # in the order of submission, so that one run writes its records as another does
        for future in sorted(ended, key=lambda each: (_stops(each), self._futures[each][0])):
            _, task = self._futures.pop(future)
            try:
                record = future.result()
            except LostError as error:
                record = lost(task, str(error))
            yield record


def _stops(future: Future[Record]) -> bool:
    """Whether its error is that of the whole run."""
    error = future.exception()
    return error is not None and not isinstance(error, LostError)
