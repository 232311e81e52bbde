"""Where tasks run. Nothing else in Delith knows whether that is this process or many."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import AbstractContextManager, contextmanager
from itertools import cycle
from math import ceil
from multiprocessing.managers import BaseManager
from typing import Any

from delith.engines.losses import ATTEMPTS, KILLED, LOSSES, LostError, tell
from delith.engines.performing import HELD

#: Relaxations beside each other in a process that uses a GPU: so many small cells cost it little
#: more than one, and more of them wait for the optimizers, which share the process.
CROWD = 16
#: Most processes that share a GPU: each takes some memory of it.
PROCESSES = 8


def pool(device: str = "cpu", workers: int | None = None) -> AbstractContextManager[Executor]:
    """Hold workers on this machine: processes on its cores, or on a GPU.

    Parameters
    ----------
    device : str
        Where potentials run, in torch's words.
    workers : int, optional
        As for `local_pool` and `device_pool`.
    """
    return local_pool(workers) if device == "cpu" else device_pool(device, workers)


@contextmanager
def device_pool(device: str, workers: int | None = None) -> Iterator[Executor]:
    """Hold processes that share a device, in each of which potentials take many structures at once.

    Parameters
    ----------
    device : str
        In torch's words, such as ``cuda``.
    workers : int, optional
        Relaxations beside each other, by default `CROWD` in each of as many processes as there are
        cores, but no more than `PROCESSES`.

    Raises
    ------
    MachineError
        If there is no such device.
    """
    processes = min(available_cores(), PROCESSES)
    workers = workers or processes * CROWD
    count = min(processes, ceil(workers / CROWD))
    with ThreadPoolExecutor(count) as starting:
        stations = list(starting.map(lambda _: _Station.begun(), range(count)))
    crews = [station.crew() for station in stations]  # type: ignore[attr-defined]
    threads = _Threads(workers, crews)
    try:
        for crew in crews:
            crew.open(device)
        yield threads
        threads.shutdown()
    finally:
        # threads that still wait are answered by the end of their process
        for station in stations:
            station.shutdown()
        threads.shutdown(cancel_futures=True)


class _Crew:
    """What does the tasks of several threads in one process, with potentials that they share."""

    def open(self, device: str) -> None:
        # brings torch, which the driver does without
        from delith.potentials.batches import Shared

        self._shared = Shared(device)

    def call(self, function: Callable[..., Any], *given: Any) -> Any:
        HELD.take_from(self._shared)
        return function(*given)


class _Station(BaseManager):
    """A process that serves each thread of the driver's in a thread of its own."""

    @classmethod
    def begun(cls) -> _Station:
        station = cls(ctx=multiprocessing.get_context("spawn"))
        station.start(_start_worker)
        return station


_Station.register("crew", _Crew)


class _Threads(ThreadPoolExecutor):
    """Threads of the driver's, which hand on what they are to do and wait for it."""

    def __init__(self, size: int, crews: Sequence[Any]) -> None:
        super().__init__(size)
        self._crews = cycle(crews)
        self._own = threading.local()

    def submit(self, *call: Any, **options: Any) -> Future[Any]:
        return super().submit(self._hand_on, *call, **options)

    def _hand_on(self, *call: Any) -> Any:
        if not hasattr(self._own, "crew"):
            self._own.crew = next(self._crews)
        try:
            return self._own.crew.call(*call)
        except (EOFError, ConnectionError) as error:
            raise BrokenExecutor("a process that shares the device has ended") from error


@contextmanager
def local_pool(workers: int | None = None) -> Iterator[Executor]:
    """Hold worker processes on this machine; an error ends whatever still runs.

    A task whose process is killed is begun again, `ATTEMPTS` times at most.

    Parameters
    ----------
    workers : int, optional
        By default one for each core that this process may use.
    """
    others = set(multiprocessing.active_children())
    pool = _Workers(workers or available_cores())
    try:
        yield pool
    except BaseException:
        pool.abandon()
        for worker in set(multiprocessing.active_children()) - others:
            worker.terminate()
        raise
    # a pool that is still closing while Python ends complains of its own pipe
    pool.shutdown()


def process() -> ProcessPoolExecutor:
    """Return a pool of one process, which ends with this one; started by its first call."""
    spawn = multiprocessing.get_context("spawn")
    made = ProcessPoolExecutor(1, mp_context=spawn, initializer=_start_worker)
    # A process inherits the mask it is started under, so it never sees Ctrl-C, not even during its
    # imports: that is for the driver, which then ends it. Not before the pool is made: Python's
    # resource tracker, which the first pool starts, lifts the mask.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return made


class _Workers(ThreadPoolExecutor):
    """Threads of the driver's, each with a process: one that is killed takes no other with it."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._own = threading.local()
        self._processes: list[ProcessPoolExecutor] = []
        self._abandoned = False

    def submit(self, *call: Any, **options: Any) -> Future[Any]:
        return super().submit(self._hand_on, *call, **options)

    def _hand_on(self, *call: Any, **options: Any) -> Any:
        for attempt in range(1, ATTEMPTS + 1):
            own = self._process()
            try:
                return own.submit(*call, **options).result()
            except (BrokenExecutor, *LOSSES) as error:
                if self._abandoned:
                    raise
                loss = f"{type(error).__name__}: {error}"
                if isinstance(error, BrokenExecutor):
                    del self._own.process
                    loss = KILLED
                tell(call, attempt, loss)
        raise LostError.after(ATTEMPTS, loss)

    def _process(self) -> ProcessPoolExecutor:
        """The process of this thread."""
        if not hasattr(self._own, "process"):
            self._own.process = self._begun()
        return self._own.process

    def _begun(self) -> ProcessPoolExecutor:
        """A process that has begun; one that cannot is no fault of a task, and ends the run."""
        for attempt in range(1, ATTEMPTS + 1):
            began = process()
            self._processes.append(began)
            try:
                began.submit(os.getpid).result()
                return began
            except BrokenExecutor:
                if self._abandoned or attempt == ATTEMPTS:
                    raise
        raise AssertionError

    def abandon(self) -> None:
        """Wait for nothing."""
        self._abandoned = True
        self.shutdown(wait=False, cancel_futures=True)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait, cancel_futures=cancel_futures)
        for own in self._processes:
            own.shutdown(wait, cancel_futures=cancel_futures)


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start_worker() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this worker when its driver is killed: nobody would read its result."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
