"""Many structures in one pass of a potential: what threads ask for at about the same time.

A GPU takes as long for one small cell as for dozens. So relaxations run beside each other, each in
a thread with the optimizer it has anywhere else, and only the network sees them together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import torch
from ase.calculators.calculator import Calculator

from delith import potentials
from delith.errors import MachineError
from delith.potentials.devices import check_device

#: How long (seconds) a pass waits for more structures.
PATIENCE = 0.002

#: What an evaluation takes of a structure, and what it gives.
Prepared: TypeAlias = Any
Results: TypeAlias = dict[str, Any]
Evaluation: TypeAlias = Callable[[Sequence[Prepared]], list[Results]]


@runtime_checkable
class Batched(Protocol):
    """A calculator whose network takes several structures in one pass."""

    evaluate: Evaluation

    def sharing(self, evaluate: Evaluation) -> Calculator:
        """Return a calculator of the same network with a memory of its own."""


class Gathering:
    """An evaluation of one structure that waits a moment for those of other threads.

    Parameters
    ----------
    evaluate : callable
        Of several structures; called in a thread of its own.

    Attributes
    ----------
    most : float
        Structures in one pass: without limit until the device runs out of memory, then half of
        what was too much.
    """

    def __init__(self, evaluate: Evaluation) -> None:
        self._evaluate = evaluate
        self._asked: SimpleQueue[tuple[Prepared, Future[Results]]] = SimpleQueue()
        self.most = float("inf")
        threading.Thread(target=self._work, daemon=True).start()

    def __call__(self, prepared: Sequence[Prepared]) -> list[Results]:
        """Evaluate, together with whatever other threads ask for."""
        answers: list[Future[Results]] = [Future() for _ in prepared]
        for asked in zip(prepared, answers, strict=True):
            self._asked.put(asked)
        return [answer.result() for answer in answers]

    def _work(self) -> None:
        while True:
            batch = [self._asked.get()]
            try:
                while len(batch) < self.most:
                    batch.append(self._asked.get(timeout=PATIENCE))
            except Empty:
                pass
            self._answer(batch)

    def _answer(self, batch: Sequence[tuple[Prepared, Future[Results]]]) -> None:
        half = len(batch) // 2
        try:
            found = self._evaluate([prepared for prepared, _ in batch])
        except torch.cuda.OutOfMemoryError as error:
            if not half:
                batch[0][1].set_exception(error)
                return
        except Exception as error:
            for _, answer in batch:
                answer.set_exception(error)
            return
        else:
            for asked, results in zip(batch, found, strict=True):
                if half and not _finite(results):
                    # what is no number spreads to the others in a pass: whose is it?
                    self._answer([asked])
                else:
                    asked[1].set_result(results)
            return
        # outside of the handler, where the error no longer holds what filled the memory
        torch.cuda.empty_cache()
        self.most = half
        self._answer(batch[:half])
        self._answer(batch[half:])


def _finite(results: Results) -> bool:
    return all(np.isfinite(value).all() for value in results.values())


class Shared:
    """Potentials on one device, each loaded once for all threads.

    Parameters
    ----------
    device : str
        In torch's words.

    Raises
    ------
    MachineError
        If there is none on this machine.
    """

    def __init__(self, device: str) -> None:
        check_device(device)
        self.device = device
        self._loaded: dict[str, tuple[Batched, Gathering]] = {}

    def load(self, name: str) -> Calculator:
        """Return a calculator for one thread; called by one thread at a time.

        Raises
        ------
        DelithError
            As `delith.potentials.load`; or if the potential takes one structure at a time.
        """
        if name not in self._loaded:
            loaded: object = potentials.load(name, self.device)
            if not isinstance(loaded, Batched):
                raise MachineError(
                    f"{name} takes one structure at a time: run it without --device."
                )
            self._loaded[name] = loaded, Gathering(loaded.evaluate)
        calculator, gathering = self._loaded[name]
        return calculator.sharing(gathering)
