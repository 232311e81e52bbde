"""Commands that build cells, and list what can be built."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SEPARATION = "Between boundaries, Å: the nearest whole number of planes."

Crystal = Annotated[str, typer.Argument(help="A shipped crystal or a structure file.")]
Output = Annotated[Path, typer.Option("-o", "--output", help="File; its ending is the format.")]
ParentName = Annotated[
    str,
    typer.Option(
        "--parent",
        help="sites (metals merged), anions (their lattice alone), or a crystal.",
    ),
]


def build(
    kind: Annotated[str, typer.Argument(help="twin, antiphase, inversion, domain or interface.")],
    crystal: Crystal,
    plane: Annotated[str, typer.Argument(help='Miller indices, such as "1 0 4".')],
    output: Output,
    separation: Annotated[float, typer.Option(help=SEPARATION)] = 12.0,
    vector: Annotated[str | None, typer.Option(help='Antiphase vector, such as "0 0 1/2".')] = None,
    repeat: Annotated[str, typer.Option(help="In-plane repeats.")] = "1 1",
    variant: Annotated[
        int | None, typer.Option(help="Of a domain: its number in `delith variants`.")
    ] = None,
    parent: Annotated[
        str, typer.Option(help="Of a domain: sites or anions, as for `delith variants`.")
    ] = "sites",
    elements: Annotated[
        str | None, typer.Option(help='Of an interface: the elements mixed, such as "Ni Mn".')
    ] = None,
    position: Annotated[int, typer.Option(help="Which of several plane positions.")] = 0,
) -> None:
    """Build a boundary cell and write it as CIF, POSCAR, extxyz or LAMMPS data."""
    from delith import export, terminal
    from delith.commands import arguments

    keys = {"variant": variant, "parent": parent, "position": position}
    boundary = arguments.build(kind, crystal, plane, separation, repeat, vector, elements, **keys)
    export.write(boundary, output)
    terminal.show_boundary(boundary, output)


def scene(
    crystal: Crystal,
    output: Output,
    size: Annotated[str, typer.Option(help="Edges, Å.")] = "100 100 30",
    columns: Annotated[
        str, typer.Option(help='Number of random columns, or a board such as "2 2".')
    ] = "8",
    variants: Annotated[
        str | None, typer.Option(help="Numbers of domain variants; all by default.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the random columns.")] = 0,
) -> None:
    """Build a large block of many domains and write it."""
    from delith import crystals, export, terminal
    from delith.commands import arguments

    loaded = crystals.load(crystal)
    built = arguments.scene(loaded, size, columns, variants, seed)
    export.write(built, output)
    terminal.show_scene(built, loaded, output)


def variants(crystal: Crystal, parent: ParentName = "sites") -> None:
    """List the domain variants of a crystal on its parent lattice."""
    from delith import crystals, domains, terminal
    from delith.commands import arguments

    loaded = crystals.load(crystal)
    terminal.show_variants(loaded, domains.variants(loaded, arguments.parent_of(parent)))


def catalogue(
    crystal: Crystal,
    plane: Annotated[
        list[str] | None, typer.Option(help='Miller indices, such as "1 0 4"; may be repeated.')
    ] = None,
    separation: Annotated[float, typer.Option(help=SEPARATION)] = 12.0,
    parent: ParentName = "sites",
) -> None:
    """List every distinct domain boundary of a crystal on some planes."""
    from delith import terminal
    from delith.commands import arguments

    terminal.show_catalogue(arguments.catalogue(crystal, plane, separation, parent))
