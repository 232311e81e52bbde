"""The ``delith`` command."""

from __future__ import annotations

import sys
import warnings
from typing import TextIO

import typer

from delith.commands import (
    cells,
    checks,
    images,
    learning,
    potentials,
    records,
    reports,
    studies,
)
from delith.errors import DelithError, DelithWarning

app = typer.Typer(
    help="Boundary energetics under delithiation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# in the order in which the help lists them
for command in (
    studies.plan,
    studies.run,
    studies.status,
    reports.report,
    studies.submit,
    studies.cancel,
    studies.forget,
    records.export,
    records.merge,
    cells.build,
    cells.scene,
    cells.variants,
    cells.catalogue,
    images.image,
    learning.label,
    learning.train,
    learning.learn,
    checks.check,
    checks.reproduce,
    checks.validate,
):
    # a plane may begin with a minus
    signed = {"ignore_unknown_options": True} if command is cells.build else None
    app.command(context_settings=signed)(command)
app.add_typer(potentials.app, name="potentials")


def main() -> None:
    """Run the command; an error of the user's is one message and exit code 2."""
    with warnings.catch_warnings():
        warnings.showwarning = _warn
        try:
            app()
        except DelithError as error:
            print(f"delith: {error}", file=sys.stderr)
            raise SystemExit(2) from None


def _warn(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a warning; what the user should know, without the line of code it came from."""
    if issubclass(category, DelithWarning):
        text = f"delith: {message}\n"
    else:
        text = warnings.formatwarning(message, category, filename, lineno, line)
    (file or sys.stderr).write(text)
