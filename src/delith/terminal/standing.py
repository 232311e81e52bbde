"""Where a results folder stands: what is done, what goes on, what is left."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from delith.engines.progress import console, describe
from delith.results import Results
from delith.terminal.energies import show_decorations, show_energies, show_formation

if TYPE_CHECKING:
    from delith.clusters.schedulers import Job
    from delith.engines.journal import Standing
    from delith.standing import Stored

#: After how long (seconds) a run that says nothing may be none.
SILENCE = 60


def show_status(status: Results) -> None:
    """Print what a results folder holds."""
    left = status.total - len(status.records)
    failed = sum(record.failed for record in status.records)
    console.print(
        f"{len(status.records)} of {status.total} relaxations done, {left} to do"
        + (f"; {failed} failed" if failed else "")
    )
    given_up = sum(record.given_up for record in status.records)
    if given_up:
        console.print(f"{given_up} given up on their way, which would have ended too high")
    for record in status.records:
        if record.problem and not record.given_up:
            console.print(Text(f"left out: {describe(record)}: {record.problem}", "yellow"))
    if len(status.table):
        show_energies(status.table)
    show_decorations(status.table_of("decorations"))
    show_formation(status.table_of("formation"))


def show_stored(stored: Sequence[Stored]) -> None:
    """Print how far labels, checks and rounds are, and what failed."""
    for each in stored:
        failed = sum(record.failed for record in each.records)
        of = "" if each.total is None else f" of {each.total}"
        console.print(
            f"{each.folder}: {len(each.records)}{of} calculations done"
            + (f"; {failed} failed" if failed else "")
        )
        show_standing(each.standing, [])
        for record in each.records:
            if record.problem and not record.given_up:
                console.print(Text(f"{describe(record)}: {record.problem}", "yellow"))


def show_standing(standing: Standing | None, jobs: Sequence[Job]) -> None:
    """Print what a run is doing and what its jobs are."""
    for job in jobs:
        reason = f" ({job.reason})" if job.reason else ""
        console.print(f"job {job.number}: {job.state}{reason}")
    if standing is None:
        return
    silent = time.time() - standing.told
    if silent > SILENCE:
        console.print(
            f"the run on {standing.host} (process {standing.process}) has said nothing for "
            f"{_span(silent)}: if it was stopped, the same command goes on from there"
        )
        return
    left = "" if standing.left is None else f", {_span(standing.left)} to go at most"
    console.print(
        f"on {standing.host}: {standing.running} running, {standing.waiting} queued; "
        f"{standing.rate * 3600:.3g} an hour{left}"
    )


def _span(seconds: float) -> str:
    """Such as ``2 h 5 min``; a time in words."""
    minutes, hours = round(seconds / 60) % 60, round(seconds / 60) // 60
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else "a moment"
