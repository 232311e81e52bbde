"""What the command line shows while it works."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import NoReturn

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from delith.engines.computing import Progress as RunProgress
from delith.records import Calculation

# what stands in brackets is a plane, or part of a name: no markup
console = Console(highlight=False, markup=False, emoji=False)
#: Relaxations shown as they run: a cluster has more than a terminal has lines.
LINES = 16
#: How often (seconds) a line says how far a run is, where there is no terminal for a bar.
QUIET = 60.0


class ProgressBar:
    """A bar for the whole study, and a line on what is running; observes a run.

    Where output is no terminal, as that of a batch job, plain lines now and then.

    Attributes
    ----------
    done, total : int
        As last reported.
    """

    def __init__(self) -> None:
        self.done = self.total = 0
        self._said = 0.0
        self._bar = _Bar(
            TextColumn("relaxations"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> ProgressBar:
        if console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Leave the terminal to others."""
        if console.is_terminal:
            self._bar.stop()

    def __call__(self, progress: RunProgress) -> None:
        """Show where the run stands; records that will not be used are named at once."""
        self.done, self.total = progress.done, progress.total
        if progress.ended and progress.ended.problem and not progress.ended.given_up:
            self._bar.print(Text(f"{describe(progress.ended)}: {progress.ended.problem}", "yellow"))
        if not console.is_terminal:
            self._say(progress)
            return
        self._bar.running = progress.running
        self._bar.update(self._task, total=progress.total, completed=progress.done)

    def _say(self, progress: RunProgress) -> None:
        """Print a line, if the last is a while ago or all is done."""
        now = time.monotonic()
        if now >= self._said + QUIET or progress.done == progress.total:
            self._said = now
            done = f"{progress.done} of {progress.total} relaxations"
            when = time.strftime("%Y-%m-%d %H:%M:%S")
            # at once: who reads the output of a job waits for it
            print(f"{when} {done}, {len(progress.running)} running", flush=True)


@contextmanager
def working(
    workers: AbstractContextManager[Executor],
) -> Iterator[tuple[Executor, ProgressBar]]:
    """Hold workers and a bar; Ctrl-C says what is safe, and ends with exit code 130."""
    with ProgressBar() as bar, workers as pool:
        try:
            yield pool, bar
        except KeyboardInterrupt:
            bar.stop()
            count = f" ({bar.done} of {bar.total})" if bar.total else ""
            _stop(f"Finished relaxations{count} are safe in the results folder")


@contextmanager
def waiting(what: str, safe: str) -> Iterator[None]:
    """Show a line that says what goes on; Ctrl-C says what is safe, and ends as above."""
    with console.status(Text(what)) as line:
        try:
            yield
        except KeyboardInterrupt:
            line.stop()
            _stop(safe)


def _stop(safe: str) -> NoReturn:
    print(f"\nStopped. {safe}; the same command goes on from there.", file=sys.stderr)
    raise SystemExit(130) from None


class _Bar(Progress):
    """A bar with a line below for each relaxation that runs."""

    running: Sequence[Calculation] = ()

    def get_renderables(self) -> Iterable[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        shown = [describe(task) for task in self.running[:LINES]]
        if more := len(self.running) - len(shown):
            shown = [*shown, f"and {more} more"]
        yield from (Text(f"  {name}", "dim", overflow="ellipsis") for name in shown)


def describe(item: Calculation) -> str:
    """Name a task or record in a few words."""
    state = f", {item.state.label}" if item.state.label else ""
    student = ", by the student" if item.role in ("screened", "judged") else ""
    return f"{item.host.label}{state} x={item.content:.3g} #{item.ordering}{student}"
