"""Which cell an image is taken of, and what is written of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile

import pandas as pd
from ase import Atoms
from ase.io import read

from delith.errors import DelithError, writable
from delith.imaging.block import Block
from delith.imaging.columns import measure
from delith.imaging.image import Image, save


def find(
    source: Path,
    boundary: str | None = None,
    content: float | None = None,
    state: str = "",
    potential: str | None = None,
) -> Atoms:
    """Read a structure file, or find the lowest cell of a results folder.

    Parameters
    ----------
    source : Path
        Any structure file that ASE reads, or a results folder.
    boundary : str, optional
        Label of one of the folder's; needed where it has several.
    content : float, optional
        Lithium a formula unit; needed where it has several.
    state : str
        What was done to the cell besides; its label, or how that of one alone begins.
    potential : str, optional
        That relaxed it; needed where the folder's were relaxed by several.

    Raises
    ------
    DelithError
        If the file cannot be read, or what was asked for fits no cell of the folder, or several.
    """
    if not source.is_dir():
        try:
            return read(source)
        except OSError as error:
            raise DelithError(f"cannot read {source}: {error.strerror or error}.") from error
        except Exception as error:  # each of the readers has errors of its own
            raise DelithError(f"{source} is no structure file: {error}.") from error
    from delith import running
    from delith.checking import lowest_of_each

    lowest = lowest_of_each(running.status(source).orderings, [boundary] if boundary else [])
    known = [record for record in lowest if record.host.count]
    fits = [
        record
        for record in known
        if record.state.label.startswith(state)
        and bool(record.state.label) == bool(state)
        and potential in (None, record.potential)
        and (content is None or abs(record.content - content) < 1e-3)
    ]
    exact = [record for record in fits if record.state.label == state]
    if len(exact or fits) == 1:
        return (exact or fits)[0].atoms
    there = sorted(
        ", ".join(filter(None, (r.host.label, r.state.label, f"x = {r.content:g}", r.potential)))
        for r in (fits or known)
    )
    raise DelithError(
        f"{len(fits) or 'no'} cells of {source} fit: say which with --boundary, --content, --state "
        f"and --potential. {'These do' if fits else 'There are'}: {'; '.join(there) or 'none'}."
    )


def check_output(output: Path) -> None:
    """Make the folder of what `write` will write, and find out whether anything can be there.

    Raises
    ------
    DelithError
        If not.
    """
    with writable(output.parent):
        output.parent.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=output.parent).close()


def write(image: Image, block: Block, output: Path) -> pd.DataFrame:
    """Write an image, its columns, and pictures of both.

    Parameters
    ----------
    image : Image
    block : Block
        What it is an image of.
    output : Path
        What the files begin with: ``.tif`` (see `save`), ``.png`` and ``.pdf``, and
        ``_columns.csv``, ``.png`` and ``.pdf``.

    Returns
    -------
    pandas.DataFrame
        Of `measure`.

    Raises
    ------
    DelithError
        If they cannot be written.
    """
    from delith import figures

    measured = measure(image, block)
    stem = output.with_suffix("") if output.suffix in (".tif", ".png", ".pdf") else output
    with writable(stem.parent):
        stem.parent.mkdir(parents=True, exist_ok=True)
        save(image, stem.with_name(f"{stem.name}.tif"))
        table = stem.with_name(f"{stem.name}_columns.csv")
        measured.to_csv(table, index=False, float_format="%.5g")
        figures.save(figures.micrograph(image), stem)
        figures.save(figures.column_intensities(measured, image.dose), table)
    return measured
