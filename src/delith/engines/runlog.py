"""What a run did, line by line: a log in its folder that programs can read, and that stays."""

from __future__ import annotations

import json
import logging
import os
import platform
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from delith import provenance
from delith.engines import losses
from delith.records import Record, Task

if TYPE_CHECKING:
    from delith.engines.computing import Progress

NAME = "log.jsonl"


class RunLog(logging.Handler):
    """Writes the log; observes a run, and hears of what is lost under its tasks.

    Each line is an object with the ``time`` (s since 1970), what happened (``event``), and more:

    - ``run begins``: command, versions, machine, process
    - ``task begins``: task (the key of its record)
    - ``attempt lost``: tasks, attempt, loss
    - ``task ends``: task, machine, seconds, core_seconds, steps, problem, done, total
    - ``run ends``: how, done, total

    A run that was killed has no last line. The next adds to the same file.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._path = folder / NAME
        self._began: dict[str, float] = {}
        self._standing: dict[str, int] = {}
        self._seen: list[Task] = []
        self._whole = _ends_whole(self._path)

    def __enter__(self) -> RunLog:
        self._write(
            "run begins",
            command=sys.argv,
            versions=provenance.versions(),
            machine=platform.node(),
            process=os.getpid(),
        )
        losses.LOG.addHandler(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        losses.LOG.removeHandler(self)
        how = "done" if kind is None else f"{kind.__name__}: {error}"
        self._write("run ends", how=how, **self._standing)

    def __call__(self, progress: Progress) -> None:
        """Write what has begun and what has ended."""
        self._standing = {"done": progress.done, "total": progress.total}
        if progress.running is not self._seen:  # the same list for all that ended together
            self._seen = progress.running
            for task in progress.running:
                self._begin(task.key, time.time())
        if progress.ended and progress.fresh:
            self._end(progress.ended)

    def emit(self, record: logging.LogRecord) -> None:
        """Write what was lost."""
        told = {name: getattr(record, name, None) for name in ("tasks", "attempt")}
        self._write("attempt lost", **told, loss=record.getMessage())

    def _begin(self, key: str, when: float) -> None:
        if key not in self._began:
            self._began[key] = when
            self._write("task begins", when, task=key)

    def _end(self, record: Record) -> None:
        spent = record.provenance
        # one that was shorter than a look at what runs
        self._begin(record.key, spent.get("began", time.time()))
        told = {name: spent.get(name) for name in ("machine", "seconds", "core_seconds")}
        told |= {"steps": record.steps, "problem": record.problem}
        self._write("task ends", task=record.key, **told, **self._standing)

    def _write(self, event: str, when: float | None = None, **more: Any) -> None:
        line = json.dumps({"time": round(when or time.time(), 3), "event": event, **more})
        # a full disk ends a run where a record is lost by it, not here
        with suppress(OSError), self._path.open("a") as file:
            # what a kill or a full disk cut off is a line of its own
            begin, self._whole = "" if self._whole else "\n", False
            file.write(f"{begin}{line}\n")
            file.flush()
            self._whole = True


def _ends_whole(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() == b"\n"
    except OSError:  # there is none, or it is empty
        return True


def read(folder: Path) -> list[dict[str, Any]]:
    """Every whole line of the log of a folder; none if there is no log."""
    try:
        lines = (folder / NAME).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        with suppress(ValueError):
            told = json.loads(line)
            if isinstance(told, dict):
                found.append(told)
    return found
