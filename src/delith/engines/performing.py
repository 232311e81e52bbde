"""One task: from a structure and the name of a potential to a record."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ase.calculators.calculator import Calculator
from threadpoolctl import threadpool_limits

from delith import potentials, provenance, relaxation
from delith.errors import MachineError
from delith.records import Record, Task, places

if TYPE_CHECKING:
    from delith.potentials.batches import Shared

#: Loading silences standard output, which threads share.
_LOADING = threading.Lock()


class Held(threading.local):
    """What a thread keeps: a calculator holds its last structure, so threads cannot share it."""

    def __init__(self) -> None:
        self.calculators: dict[str, Calculator] = {}
        self.load: Callable[[str], Calculator] = potentials.load
        self.device = "cpu"

    def take_from(self, shared: Shared) -> None:
        """Have potentials from those that threads share."""
        self.load, self.device = shared.load, shared.device


HELD = Held()


def perform(task: Task) -> Record:
    """Do one task; a potential that fails gives a record that says so."""
    started = Clock()
    calculator = _calculator(task.potential, task.weights)
    # a record must not depend on which task came before; of ASE's calculators some keep neighbours
    for each in ("reset", "forget"):
        getattr(calculator, each, lambda: None)()
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
    except (ArithmeticError, AssertionError, LookupError, RuntimeError, ValueError) as error:
        if "out of memory" in str(error):  # of torch, on a GPU
            raise MachineError(f"{task.potential} ran {error}. Take fewer workers: -j.") from error
        return _failed(task, f"{type(error).__name__}: {error}", started.spent())
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
        provenance=_provenance(task) | started.spent() | _starts(calculator),
    )


def lost(task: Task, reason: str) -> Record:
    """The record of a task that nothing was heard of."""
    return _failed(task, reason, {})


def _failed(task: Task, reason: str, spent: dict[str, object]) -> Record:
    return task.ended(
        energy=float("nan"),
        atoms=task.start,
        converged=False,
        problem=f"failed: {reason}",
        steps=0,
        provenance=_provenance(task) | spent,
    )


def _calculator(potential: str, weights: str) -> Calculator:
    held = HELD.calculators
    if potentials.weights_sha256(potential) != weights:
        raise MachineError(
            f"the weights of {potential} have changed since this run began: run it again with them."
        )
    if potential not in held:
        with _LOADING:
            held[potential] = HELD.load(potential)
        # One thread a worker: on cells of this size more are slower, several times so where
        # workers outnumber cores, and one gives the same digits on every machine. Linear algebra
        # libraries are loaded by now, so that their own environment variables would come too late.
        threadpool_limits(1)
    return held[potential]


def _starts(calculator: Calculator) -> dict[str, object]:
    """Where each spin state that DFT began with has ended, eV, at the last step."""
    ended = getattr(calculator, "results", {}).get("starts")
    return {"starts": ended} if ended else {}


def _provenance(task: Task) -> dict[str, object]:
    return {
        "settings": task.settings.model_dump(),
        "seed": task.seed,
        "guessed": task.guess is not None,
        "guess": None if task.guess is None else places(task.guess),
        "ceiling": task.ceiling,
        "versions": provenance.versions(task.potential),
    }


class Clock:
    """Time since it was made: of the wall, and of cores, by this thread and codes that it ran."""

    def __init__(self) -> None:
        self._began = time.time()
        self._wall, self._cores = time.perf_counter(), self._busy()

    @property
    def core_seconds(self) -> float:
        """Time of cores."""
        return self._busy() - self._cores

    def spent(self) -> dict[str, object]:
        """What a record keeps of it, and where it was spent."""
        return {
            "machine": platform.node(),
            "device": HELD.device,
            "began": round(self._began, 3),
            "seconds": round(time.perf_counter() - self._wall, 3),
            "core_seconds": round(self.core_seconds, 3),
        }

    @staticmethod
    def _busy() -> float:
        times = os.times()
        return time.thread_time() + times.children_user + times.children_system
