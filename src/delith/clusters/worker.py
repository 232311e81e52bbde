"""What a worker does around each task: its own process, a device, and an end to what hangs.

Workers of Parsl share queues, and one that is killed with its hand on a queue leaves all others of
its node waiting for ever. So a task, which takes the memory that processes are killed for and runs
the code that may crash, is done by a process of the worker's own.
"""

from __future__ import annotations

import faulthandler
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, NoReturn

from delith import engines, potentials
from delith.engines.losses import KILLED
from delith.engines.performing import HELD

#: How long (seconds) code that does not listen goes on after its time is over.
GRACE = 30


class _OverError(BaseException):
    """No `Exception`, which potentials and codes catch to say something of their own."""


class _Own:
    """The process of this worker, begun where there is none."""

    def __init__(self) -> None:
        self._process: ProcessPoolExecutor | None = None

    def do(self, *call: Any) -> Any:
        if self._process is None:
            self._process = engines.process()
        try:
            return self._process.submit(*call).result()
        except BrokenExecutor:
            self._process = None
            # what may go better another time
            raise ChildProcessError(KILLED) from None


_OWN = _Own()


def call(device: str, seconds: int | None, function: Callable[..., Any], *given: Any) -> Any:
    """Do one task in the process of this worker; as `timed`.

    Raises
    ------
    TimeoutError
        If it took longer.
    ChildProcessError
        If the process is gone.
    """
    return _OWN.do(timed, device, seconds, function, *given)


def timed(device: str, seconds: int | None, function: Callable[..., Any], *given: Any) -> Any:
    """Do one task on a device, within so many seconds.

    Called in the main thread of a process that does one task after the other.

    Raises
    ------
    TimeoutError
        If it took longer.
    """
    if HELD.device != device:
        HELD.device, HELD.load = device, partial(potentials.load, device=device)
    if seconds is None:
        return function(*given)
    try:
        with _alarm(seconds):
            return function(*given)
    except _OverError:
        raise TimeoutError(f"it took longer than {seconds} s, the task_time") from None


@contextmanager
def _alarm(seconds: int) -> Iterator[None]:
    """Interrupt what takes longer, and end the process where that has no effect."""
    before = signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    # a watch that needs no Python, for compiled code that never comes back to it
    faulthandler.dump_traceback_later(seconds + GRACE, exit=True)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise _OverError
