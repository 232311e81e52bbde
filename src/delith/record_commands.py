"""Commands on the records of results folders: written for others, and put together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Records = Annotated[
    str | None,
    typer.Option(help="URL of a PostgreSQL database for the records; the folder remembers it."),
]


def register(app: typer.Typer) -> None:
    """Make these commands of ``delith``."""
    app.command()(export)
    app.command()(merge)


def export(
    folder: Annotated[Path, typer.Argument(help="Results folder of a run.")],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="File: .csv or .parquet for tables, .extxyz or .jsonl (OPTIMADE) for structures.",
        ),
    ],
) -> None:
    """Write every record of a results folder to one file, for other programs."""
    from delith import exporting

    print(f"{exporting.export(folder, output)} records in {output}")


def merge(
    folders: Annotated[list[Path], typer.Argument(help="Results folders of one study.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Results folder of the whole.")],
    records: Records = None,
) -> None:
    """Put results of one study that were computed apart into one folder."""
    from delith import merging, terminal

    merged = merging.merge(folders, output, records)
    terminal.show_status(merged.results)
    print(f"{merged.added} records added to {output}; {merged.twice} were there already")
