"""Commands that tell others what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[Path, typer.Argument(help="Results folder of a study.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File; by default report.html there.")
    ] = None,
) -> None:
    """Write one HTML file to pass on: answers, warnings, tables, figures, structures."""
    from delith import report

    print(report.write(folder, output))
