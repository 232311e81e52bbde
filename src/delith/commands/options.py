"""Options and arguments that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path | None, typer.Option("-o", "--output", help="Results folder.")]
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
