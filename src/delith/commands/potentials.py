"""Commands about potentials: which there are, and how they come here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@app.callback()
def list_potentials(context: typer.Context) -> None:
    """List the potentials, what they are and whether they are installed."""
    from delith import terminal

    if context.invoked_subcommand is None:
        terminal.show_potentials()


@app.command()
def trust(
    files: Annotated[list[Path], typer.Argument(help="Weights whose origin you know.")],
) -> None:
    """Allow model files to be opened: they are pickles, which run the code in them."""
    from delith import potentials

    for checksum, path in potentials.trust(*files).items():
        print(f"{checksum}  {path}")


@app.command()
def install(
    environment: Annotated[str, typer.Argument(help="Such as sevennet.")],
) -> None:
    """Install potentials that clash with others into an environment of their own."""
    from delith.engines import progress
    from delith.potentials import environments

    with progress.waiting(f"installing {environment}", safe="Nothing is left half done"):
        print(environments.install(environment))
