"""Commands that run studies, and look after their results folders."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated

import typer

from delith.commands.options import Device, Folder, Records, Workers
from delith.errors import DelithError, DelithWarning


def run(
    study: Annotated[Path, typer.Argument(help="Study file (YAML).")],
    output: Folder = None,
    device: Device = "cpu",
    workers: Workers = None,
    cluster: Annotated[
        Path | None, typer.Option(help="Cluster file (YAML): on its workers, not on these cores.")
    ] = None,
    records: Records = None,
) -> None:
    """Run a study, or go on with one that was stopped."""
    from delith import clusters, engines, progress, running, terminal
    from delith import study as studies

    content, folder = studies.load(study), output or running.default_folder(study)
    if cluster is None:
        pool = engines.pool(device, workers)
    elif workers is None and device == "cpu":
        pool = clusters.pool(clusters.load(cluster), folder / clusters.FOLDER)
    else:
        raise DelithError("with --cluster its file says where potentials run: no -j, no --device.")
    with progress.working(pool) as (executor, bar):
        results = running.run(content, folder, executor, bar, records)
    terminal.show_results(results)


def status(folder: Annotated[Path, typer.Argument(help="Results folder of a run.")]) -> None:
    """Show what a results folder holds: done, left out and why, boundary energies."""
    from delith import clusters, journal, running, terminal

    results = running.status(folder)
    try:
        jobs = clusters.jobs(folder)
    except DelithError as error:
        # a folder may be looked at on a machine that knows nothing of the cluster
        warnings.warn(f"nothing is known of its jobs: {error}", DelithWarning, stacklevel=2)
        jobs = []
    terminal.show_standing(journal.read(folder), jobs)
    terminal.show_status(results)


def submit(
    study: Annotated[Path, typer.Argument(help="Study file (YAML).")],
    cluster: Annotated[Path, typer.Option(help="Cluster file (YAML).")],
    output: Folder = None,
    records: Records = None,
) -> None:
    """Send a study to a batch system as a job of its own, and return at once."""
    from delith import clusters, running

    asked = clusters.load(cluster)
    folder = running.prepare(study, output, records)
    job = clusters.submit(asked, folder)
    print(f"job {job.number}; delith status {folder} says how far it is")


def cancel(folder: Annotated[Path, typer.Argument(help="Results folder of a run.")]) -> None:
    """End the jobs of a results folder; what was computed is kept."""
    from delith import clusters

    ended = clusters.cancel(folder)
    print("\n".join(f"job {job.number} was {job.state}" for job in ended) or "no job goes on")


def forget(folder: Annotated[Path, typer.Argument(help="Results folder of a run.")]) -> None:
    """Forget what failed, so that the next run does it again."""
    from delith import places, progress

    failed = places.forget_failed(folder)
    for record in failed:
        print(f"{progress.describe(record)}: {record.problem}")
    print(f"{len(failed)} forgotten")
