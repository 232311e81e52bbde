"""Commands that run studies, and look after their results folders."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from delith.commands.options import ClusterFile, Device, Folder, Records, Workers, workers_of
from delith.errors import DelithError, DelithWarning

if TYPE_CHECKING:
    from delith.clusters.schedulers import Job


def run(
    study: Annotated[Path, typer.Argument(help="Study file (YAML).")],
    output: Folder = None,
    device: Device = "cpu",
    workers: Workers = None,
    cluster: ClusterFile = None,
    records: Records = None,
) -> None:
    """Run a study, or go on with one that was stopped."""
    from delith import running, terminal
    from delith import study as studies
    from delith.engines import progress

    content, folder = studies.load(study), output or running.default_folder(study)
    pool = workers_of(cluster, folder, device, workers)
    with progress.working(pool) as (executor, bar):
        results = running.run(content, folder, executor, bar, records)
    terminal.show_results(results)


def plan(
    study: Annotated[Path, typer.Argument(help="Study file (YAML).")],
    cluster: ClusterFile = None,
    like: Annotated[
        Path | None, typer.Option(help="Results folder: rates of its records, not timed here.")
    ] = None,
) -> None:
    """Say what a study will cost before it runs: tasks, atoms, core hours; with a cluster, jobs."""
    from delith import clusters, terminal
    from delith import study as studies
    from delith.study import estimating

    there = None if cluster is None else clusters.load(cluster)
    estimated = estimating.estimate(studies.load(study), like)
    terminal.show_estimate(estimated)
    if there is not None:
        terminal.show_schedule(estimating.schedule(estimated, there))


def status(folder: Annotated[Path, typer.Argument(help="Results folder.")]) -> None:
    """Show what a results folder holds: done, left out and why, boundary energies."""
    from delith import running, standing, terminal
    from delith.engines import journal
    from delith.store import places

    if places.holds_study(folder):
        results = running.status(folder)
        terminal.show_standing(journal.read(folder), _jobs(folder))
        terminal.show_status(results)
    else:
        stored = standing.stored(folder)
        terminal.show_standing(None, _jobs(folder))
        terminal.show_stored(stored)


def _jobs(folder: Path) -> list[Job]:
    """Jobs of a folder, which may be looked at on a machine that knows nothing of the cluster."""
    from delith import clusters

    try:
        return clusters.jobs(folder)
    except DelithError as error:
        warnings.warn(f"nothing is known of its jobs: {error}", DelithWarning, stacklevel=2)
        return []


def submit(
    study: Annotated[Path, typer.Argument(help="Study file (YAML).")],
    cluster: Annotated[Path, typer.Option(help="Cluster file (YAML).")],
    output: Folder = None,
    records: Records = None,
) -> None:
    """Send a study to a batch system as a job of its own, and return at once."""
    from delith import clusters, running

    asked, folder = clusters.load(cluster), output or running.default_folder(study)
    clusters.check_free(asked, folder)
    running.prepare(study, folder, records)
    job = clusters.submit(asked, folder)
    print(f"job {job.number}; delith status {folder} says how far it is")


def cancel(folder: Annotated[Path, typer.Argument(help="Results folder of a run.")]) -> None:
    """End the jobs of a results folder; what was computed is kept."""
    from delith import clusters

    ended = clusters.cancel(folder)
    print("\n".join(f"job {job.number} was {job.state}" for job in ended) or "no job goes on")


def forget(folder: Annotated[Path, typer.Argument(help="Results folder of a run.")]) -> None:
    """Forget what failed, so that the next run does it again."""
    from delith.engines import progress
    from delith.store import places

    failed = places.forget_failed(folder)
    for record in failed:
        print(f"{progress.describe(record)}: {record.problem}")
    print(f"{len(failed)} forgotten")
