"""Commands on the records of results folders: written for others, and put together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from delith.commands.options import Records


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
    from delith.store import exporting

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
