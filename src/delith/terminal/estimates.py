"""What a study will cost."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from delith.engines.progress import console
from delith.study.estimating import Estimate, Schedule


def show_estimate(estimated: Estimate) -> None:
    """Print tasks, atoms and core hours."""
    shown = Table(box=SIMPLE_HEAD)
    shown.add_column("")
    for name in ("tasks", "atoms"):
        shown.add_column(name, justify="right")
    for part in estimated.parts:
        shown.add_row(part.name, str(part.tasks), "–".join(map(str, dict.fromkeys(part.atoms))))
    console.print(shown)
    if estimated.counted:
        console.print(estimated.counted)
    console.print(f"{estimated.known} tasks are known beforehand, {estimated.most} the most")
    for cost in estimated.costs:
        hours = "unknown" if cost.core_hours is None else f"{_span(cost.core_hours)} core hours"
        console.print(f"{cost.potential}: {hours} ({cost.told})")


def show_schedule(schedule: Schedule) -> None:
    """Print time and jobs on a cluster."""
    jobs = "–".join(map(str, dict.fromkeys(schedule.jobs)))
    console.print(
        f"on {schedule.workers} workers: {_span(schedule.hours)} hours once all run, {jobs} jobs"
    )


def _span(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:.2g} to {bounds[1]:.2g}"
