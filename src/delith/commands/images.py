"""The command that takes pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def image(
    source: Annotated[
        Path, typer.Argument(help="Structure file of a boundary cell, or results folder.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="What files begin with: .tif, .png, .csv, …")
    ] = Path("image"),
    boundary: Annotated[
        str | None, typer.Option(help='Of a folder: its label, such as "twin (104)".')
    ] = None,
    content: Annotated[float | None, typer.Option(help="Of a folder: lithium content.")] = None,
    state: Annotated[
        str, typer.Option(help='Of a folder: what was done to the cell, such as "1 Co exchanged".')
    ] = "",
    potential: Annotated[str | None, typer.Option(help="Of a folder: that relaxed it.")] = None,
    along: Annotated[
        str, typer.Option(help="Axis in the boundary plane, u v of the cell.")
    ] = "1 0",
    height: Annotated[float, typer.Option(help="At least, Å.")] = 10.0,
    thickness: Annotated[float, typer.Option(help="At least, Å.")] = 30.0,
    phonons: Annotated[int, typer.Option(min=0, help="Crystals whose heat is averaged.")] = 4,
    dose: Annotated[
        float | None, typer.Option(help="Electrons per Å²; without, as if there were no noise.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of heat and noise.")] = 0,
) -> None:
    """Compute the HAADF and ABF images of a boundary cell, and measure them (needs abTEM)."""
    from delith import imaging, terminal
    from delith.commands import arguments

    # a scan takes minutes: what would be refused after it is refused now
    if dose is not None:
        imaging.check_dose(dose)
    atoms = imaging.find(source, boundary, content, state, potential)
    block = imaging.cut(atoms, arguments.axis(along), height, thickness)
    imaging.columns(block)
    imaging.check_output(output)
    computed = imaging.scan(block, phonons=phonons, seed=seed)
    taken = computed if dose is None else imaging.expose(computed, dose, seed)
    terminal.show_image(taken, imaging.write(taken, block, output))
