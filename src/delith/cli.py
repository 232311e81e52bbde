"""The ``delith`` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from delith.errors import DelithError

app = typer.Typer(
    help="Boundary energetics under delithiation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Folder = Annotated[Path | None, typer.Option("-o", "--output", help="Results folder.")]


@app.command()
def run(
    study: Annotated[Path, typer.Argument(help="Study file (YAML).")],
    output: Folder = None,
    workers: Annotated[
        int | None, typer.Option("-j", "--workers", min=1, help="Processes; one a core by default.")
    ] = None,
) -> None:
    """Run a study, or go on with one that was stopped."""
    from delith import engines, running, terminal

    with terminal.ProgressBar() as bar, engines.local_pool(workers) as pool:
        try:
            results = running.run(study, output, pool, bar)
        except KeyboardInterrupt:
            bar.stop()
            count = f" ({bar.done} of {bar.total})" if bar.total else ""
            print(
                f"\nStopped. Finished relaxations{count} are safe in the results folder; "
                "the same command goes on from there.",
                file=sys.stderr,
            )
            raise SystemExit(130) from None
    terminal.show_results(results)


@app.command()
def status(folder: Annotated[Path, typer.Argument(help="Results folder of a run.")]) -> None:
    """Show what a results folder holds: done, left out and why, boundary energies."""
    from delith import running, terminal

    terminal.show_status(running.status(folder))


@app.command()
def build(
    kind: Annotated[str, typer.Argument(help="twin or antiphase.")],
    crystal: Annotated[str, typer.Argument(help="A shipped crystal or a structure file.")],
    plane: Annotated[str, typer.Argument(help='Miller indices, such as "1 0 4".')],
    output: Annotated[Path, typer.Option("-o", "--output", help="File; its ending is the format.")],
    separation: Annotated[float, typer.Option(help="Between boundaries, Å.")] = 12.0,
    vector: Annotated[str | None, typer.Option(help='Antiphase vector, such as "0 0 0.5".')] = None,
    repeat: Annotated[str, typer.Option(help="In-plane repeats.")] = "1 1",
) -> None:
    """Build a boundary cell and write it as CIF, POSCAR or extxyz."""
    from delith import export, terminal

    boundary = export.build(kind, crystal, plane, separation, vector, repeat)
    export.write(boundary, output)
    terminal.show_boundary(boundary, output)


@app.command()
def potentials() -> None:
    """List the potentials, what they are and whether they are installed."""
    from delith import terminal

    terminal.show_potentials()


@app.command()
def validate(
    potential: Annotated[
        list[str] | None, typer.Argument(help="Potentials; all that are installed by default.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="CSV file.")] = None,
) -> None:
    """Compare potentials with measured anchors: lattice, voltage, ordering of LiCoO2."""
    from delith import terminal, validation

    table = validation.anchors(potential)
    if output:
        table.to_csv(output, index=False, float_format="%.5g")
    terminal.show_anchors(table)


def main() -> None:
    """Run the command; an error of the user's is one message and exit code 2."""
    try:
        app()
    except DelithError as error:
        print(f"delith: {error}", file=sys.stderr)
        raise SystemExit(2) from None
