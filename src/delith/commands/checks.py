"""Commands that compare what was computed with something better."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from delith.commands.options import Folder, Workers


def check(
    source: Annotated[Path, typer.Argument(help="Results folder of a study.")],
    by: Annotated[str, typer.Option("--with", help="Potential, such as gpaw-pbe+u.")],
    boundary: Annotated[
        list[str] | None,
        typer.Option(help='Label, such as "twin (104)"; may be repeated. By default all.'),
    ] = None,
    relax: Annotated[bool, typer.Option(help="Relax the atoms too, in the study's cells.")] = False,
    output: Folder = None,
    workers: Workers = None,
) -> None:
    """Compute the lowest cells of a study by another potential or by DFT, and compare."""
    from delith import checking, engines, progress, terminal

    with progress.working(engines.pool("cpu", workers)) as (pool, bar):
        checked = checking.check(source, by, output, relax, boundary or (), pool, bar)
    terminal.show_checked(checked)


def validate(
    potential: Annotated[
        list[str] | None,
        typer.Argument(help="Potentials; by default all that are installed, but students."),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="CSV file.")] = None,
) -> None:
    """Compare potentials with measured anchors of LiCoO2 and LiNi0.5Mn1.5O4."""
    from delith import terminal, validation

    table = validation.anchors(potential)
    if output:
        table.to_csv(output, index=False, float_format="%.5g")
    terminal.show_anchors(table)
