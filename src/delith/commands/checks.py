"""Commands that compare what was computed with something better."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from delith.commands.options import ClusterFile, Device, Folder, Records, Workers, workers_of
from delith.errors import DelithError, written


def check(
    source: Annotated[Path, typer.Argument(help="Results folder of a study.")],
    by: Annotated[str, typer.Option("--with", help="Potential, such as gpaw-pbe+u.")],
    boundary: Annotated[
        list[str] | None,
        typer.Option(help='Label, such as "twin (104)"; may be repeated. By default all.'),
    ] = None,
    lithium: Annotated[
        list[float] | None, typer.Option(help="Li content x; may be repeated. By default all.")
    ] = None,
    relax: Annotated[bool, typer.Option(help="Relax the atoms too, in the study's cells.")] = False,
    output: Folder = None,
    workers: Workers = None,
    cluster: ClusterFile = None,
    records: Records = None,
) -> None:
    """Compute the lowest cells of a study by another potential or by DFT, and compare."""
    from delith import checking, terminal
    from delith.engines import progress

    folder = output or checking.default_folder(source, by, relax)
    with progress.working(workers_of(cluster, folder, workers=workers)) as (pool, bar):
        checked = checking.check(
            source, by, folder, relax, boundary or (), lithium or (), pool, bar, records
        )
    terminal.show_checked(checked)


def reproduce(
    folder: Annotated[Path, typer.Argument(help="Results folder.")],
    record: Annotated[str, typer.Argument(help="Its key, as in lowest_record of the tables.")],
    device: Device = "cpu",
) -> None:
    """Do one stored calculation again, and compare: exit code 0 if it agrees, 1 if not."""
    from delith import engines, reproducing, terminal
    from delith.engines import progress

    with (
        progress.waiting("computing", safe="Nothing was to be written"),
        engines.pool(device, 1) as pool,
    ):
        reproduction = reproducing.reproduce(folder, record, pool)
    terminal.show_reproduction(reproduction)
    if not reproduction.agreed:
        raise typer.Exit(1)


def validate(
    potential: Annotated[
        list[str] | None,
        typer.Argument(help="Potentials; by default all that are installed, but students."),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="CSV file.")] = None,
) -> None:
    """Compare potentials with measured anchors of LiCoO2 and LiNi0.5Mn1.5O4."""
    from delith import terminal, validation

    if output:  # told before minutes are spent
        with written(output):
            output.parent.mkdir(parents=True, exist_ok=True)
        if output.is_dir():
            raise DelithError(f"{output} is a folder: give the CSV file that is to be written.")
    table = validation.anchors(potential)
    terminal.show_anchors(table)
    if output:
        with written(output):
            table.to_csv(output, index=False, float_format="%.5g")
