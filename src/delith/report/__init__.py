"""One HTML file that tells a colleague what a study found, and lets them doubt it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import matplotlib.style
import pandas as pd
from ase import Atoms
from ase.io import write as ase_write
from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib.figure import Figure

from delith import figures, running
from delith.errors import writable
from delith.figures.canvas import STYLE
from delith.report.content import Content
from delith.report.words import OF_TABLES, shown
from delith.results import OUTPUTS, Output

__all__ = ["Content", "write"]


def write(folder: str | Path, path: str | Path | None = None) -> Path:
    """Write the report of a results folder.

    Parameters
    ----------
    folder : path
        Of a study, done or not.
    path : path, optional
        Where the report goes; by default ``report.html`` in the folder.

    Returns
    -------
    Path
        One HTML file, which needs nothing beside it, on this machine or from the network: question,
        answers, warnings, tables, figures, structures, settings and how to compute it again.

    Raises
    ------
    DelithError
        If the folder holds no study, or the file cannot be written.
    """
    folder = Path(folder)
    path = Path(path or folder / "report.html")
    results = running.status(folder)
    content = Content.of(results)
    environment = Environment(
        loader=PackageLoader("delith.report", "."), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {
        "picture": picture,
        "structure": lambda atoms: picture(figures.structure(atoms)),
        "extxyz": extxyz,
        "numbers": numbers,
        "csv": lambda table: _address("text/csv", table.to_csv(index=False).encode()),
    }
    tables = [
        (*OF_TABLES[output.name], table, list(_drawn(output, table)))
        for output in OUTPUTS
        if len(table := results.tables[output.name])
    ]
    page = environment.get_template("page.html").render(
        content=content,
        tables=tables,
        study=(folder / "study.yaml").read_text(),
        checked_energy=figures.checked_energy,
        parity=figures.parity,
    )
    with writable(path.parent):
        path.write_text(page, encoding="utf-8")
    return path


def picture(figure: Figure) -> str:
    """Draw a figure as an SVG that lies in its address."""
    made = BytesIO()
    with matplotlib.style.context(STYLE):
        figure.savefig(made, format="svg", metadata={"Date": None})
    return _address("image/svg+xml", made.getvalue())


def extxyz(atoms: Atoms) -> str:
    """Write atoms as an extended XYZ that lies in its address."""
    made = StringIO()
    ase_write(made, atoms, format="extxyz")
    return _address("chemical/x-xyz", made.getvalue().encode())


def numbers(table: pd.DataFrame) -> str:
    """Write a table as HTML, with the digits that its numbers have."""
    blank = table.astype(object).where(table.notna(), "")
    return blank.to_html(index=False, float_format="{:.4g}".format, border=0)


def _drawn(output: Output, table: pd.DataFrame) -> Iterator[tuple[str, Figure]]:
    """Every figure of a table, and what it shows."""
    if output.figure is not None:
        for _, rows in output.parts(table):
            yield shown(OF_TABLES[output.name][0], rows), output.figure(rows)


def _address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
