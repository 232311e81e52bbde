"""Options and arguments that several commands have."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from delith.errors import DelithError

Folder = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="Results folder; by default runs/NAME of the study, of a check a folder in it.",
    ),
]
Records = Annotated[
    str | None,
    typer.Option(help="URL of a PostgreSQL database for the records; the folder remembers it."),
]
Device = Annotated[
    str,
    typer.Option(help="Where potentials run; on cuda they take many structures in one pass."),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "-j",
        "--workers",
        min=1,
        help="At a time; by default one a core, with a GPU 16 a core up to 128.",
    ),
]
ClusterFile = Annotated[
    Path | None,
    typer.Option("--cluster", help="Cluster file (YAML): its workers, not these cores."),
]


def workers_of(
    cluster: Path | None, folder: Path, device: str = "cpu", workers: int | None = None
) -> AbstractContextManager[Executor]:
    """Return the workers that options ask for: of a cluster, or of this machine."""
    from delith import clusters, engines

    if cluster is None:
        return engines.pool(device, workers)
    if workers is not None or device != "cpu":
        raise DelithError("with --cluster its file says where potentials run: no -j, no --device.")
    return clusters.pool(clusters.load(cluster), folder / clusters.FOLDER)
