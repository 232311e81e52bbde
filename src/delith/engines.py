"""Where tasks run. Nothing else in Delith knows whether that is this process or many."""

from __future__ import annotations

import multiprocessing
import os
import platform
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import numpy as np
from ase.calculators.calculator import Calculator
from threadpoolctl import threadpool_limits

from delith import potentials, relaxation
from delith.errors import DelithError, MachineError
from delith.records import Record, Task

#: Loading silences standard output, which threads share.
_LOADING = threading.Lock()


@contextmanager
def local_pool(workers: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """Hold a pool of worker processes on this machine; an error ends whatever still runs.

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
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in set(multiprocessing.active_children()) - others:
            worker.terminate()
        raise
    # a pool that is still closing while Python ends complains of its own pipe
    pool.shutdown()


class _Workers(ProcessPoolExecutor):
    """Processes that never see Ctrl-C: it is for the driver, which then ends them."""

    def __init__(self, size: int) -> None:
        self.size = size
        spawn = multiprocessing.get_context("spawn")
        super().__init__(max_workers=size, mp_context=spawn, initializer=_start_worker)

    def submit(self, *call: Any, **options: Any) -> Future[Any]:
        # a process inherits the mask it is started under, so even its imports are not interrupted
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(*call, **options)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


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


def perform(task: Task) -> Record:
    """Do one task; a potential that fails gives a record that says so."""
    started = time.perf_counter(), time.process_time()
    calculator = _calculator(task.potential, task.weights)
    try:
        result = relaxation.run(
            task.start,
            calculator,
            task.settings,
            task.mobile,
            task.seed,
            task.guess,
            task.ceiling,
        )
    except MachineError:
        raise
    except (DelithError, ArithmeticError, RuntimeError, np.linalg.LinAlgError) as error:
        if "out of memory" in str(error):  # of torch, on a GPU
            raise MachineError(f"{task.potential} ran {error}. Take fewer workers: -j.") from error
        return task.ended(
            energy=float("nan"),
            atoms=task.start,
            converged=False,
            problem=f"failed: {type(error).__name__}: {error}",
            steps=0,
            provenance=_provenance(task, started),
        )
    return task.ended(
        energy=result.energy,
        atoms=result.atoms,
        converged=result.converged,
        problem=result.problem,
        steps=result.steps,
        forces=result.forces,
        stress=result.stress,
        magmoms=result.magmoms,
        energy_std=result.energy_std,
        forces_std=result.forces_std,
        provenance=_provenance(task, started),
    )


class _Held(threading.local):
    """What a thread keeps: a calculator holds its last structure, so threads cannot share it."""

    def __init__(self) -> None:
        self.calculators: dict[str, Calculator] = {}


_HELD = _Held()


def _calculator(potential: str, weights: str) -> Calculator:
    held = _HELD.calculators
    if potentials.weights_sha256(potential) != weights:
        raise MachineError(
            f"the weights of {potential} have changed since this run began: run it again with them."
        )
    if potential not in held:
        with _LOADING:
            held[potential] = potentials.load(potential)
        # One thread a worker: on cells of this size more are slower, several times so where
        # workers outnumber cores, and one gives the same digits on every machine. Linear algebra
        # libraries are loaded by now, so that their own environment variables would come too late.
        threadpool_limits(1)
    return held[potential]


def _provenance(task: Task, started: tuple[float, float]) -> dict[str, object]:
    potential = potentials.info(task.potential)
    packages = ("delith", "ase", "numpy", "torch")
    return {
        "settings": task.settings.model_dump(),
        "seed": task.seed,
        "guessed": task.guess is not None,
        "ceiling": task.ceiling,
        "versions": {name: version(name) for name in packages}
        | {potential.package: potential.version},
        "machine": platform.node(),
        "seconds": round(time.perf_counter() - started[0], 3),
        "core_seconds": round(time.process_time() - started[1], 3),
    }


class Queue:
    """Tasks on an executor, given back as records in the order in which they end.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Any executor whose workers can import delith.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._futures: dict[Future[Record], Task] = {}

    def __len__(self) -> int:
        return len(self._futures)

    def put(self, task: Task) -> None:
        """Hand a task to the executor."""
        self._futures[self._executor.submit(perform, task)] = task

    def running(self) -> list[Task]:
        """Tasks that the executor says have begun, the oldest first."""
        begun = [task for future, task in self._futures.items() if future.running()]
        # a process pool also calls running what waits at its door
        return begun[: getattr(self._executor, "size", None)]

    def take(self, patience: float) -> Iterator[Record]:
        """Wait up to ``patience`` seconds for tasks to end, and give their records.

        Raises
        ------
        Exception
            What stopped a task, after every record that did end.
        """
        done, _ = wait(self._futures, timeout=patience, return_when=FIRST_COMPLETED)
        # in the order of submission, so that one run writes its records as another does
        ended = [future for future in self._futures if future in done]
        for future in sorted(ended, key=lambda f: f.exception() is not None):
            del self._futures[future]
            yield future.result()
