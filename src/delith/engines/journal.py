"""Where a run stands, for those who look from outside: a file in its folder while it goes on."""

from __future__ import annotations

import json
import os
import platform
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from delith.engines.computing import Progress

NAME = "progress.json"
#: How often (seconds) the file is written.
PERIOD = 2.0


@dataclass(frozen=True)
class Standing:
    """Where a run stood when it last wrote.

    Attributes
    ----------
    host, process : str, int
        Where it runs.
    began, told : float
        Of the run and of this, s since 1970.
    total, done, computed, running, waiting : int
        As in `delith.engines.computing.Progress`.
    """

    host: str
    process: int
    began: float
    told: float
    total: int
    done: int
    computed: int
    running: int
    waiting: int

    @property
    def rate(self) -> float:
        """Tasks a second that this run computed."""
        return self.computed / max(self.told - self.began, 1e-9)

    @property
    def left(self) -> float | None:
        """Seconds to go at this rate, at most; None where that is unknown."""
        return (self.total - self.done) / self.rate if self.computed else None


class Journal:
    """Writes the file; observes a run."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._began = time.time()
        self._told = 0.0

    def __call__(self, progress: Progress) -> None:
        """Write where the run stands, if the last time is a while ago."""
        now = time.time()
        if now < self._told + PERIOD:
            return
        self._told = now
        standing = Standing(
            host=platform.node(),
            process=os.getpid(),
            began=self._began,
            told=now,
            total=progress.total,
            done=progress.done,
            computed=progress.computed,
            running=len(progress.running),
            waiting=progress.waiting,
        )
        fresh = self._path.with_name(f"{NAME}.new")
        # a full disk ends a run where a record is lost by it, not here
        with suppress(OSError):
            fresh.write_text(json.dumps(asdict(standing)))
            fresh.replace(self._path)

    def close(self) -> None:
        """Take the file away: the run is over."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def read(folder: Path) -> Standing | None:
    """Where the run in a folder stands, or stood when it was killed; None if it ended."""
    try:
        return Standing(**json.loads((folder / NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None
