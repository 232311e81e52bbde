"""How bright each column is, against where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.figures.canvas import above, canvas, distinct


def column_intensities(
    table: pd.DataFrame, dose: float | None = None, channel: str = "haadf", ax: Axes | None = None
) -> Figure:
    """Draw the intensities of atomic columns along the boundary normal.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.imaging.measure` gives. Columns of a site that hold something else than most
        of that site do are filled, and named.
    dose : float, optional
        Electrons per Å², for error bars: two standard errors of the counting.
    channel : {'haadf', 'abf'}
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.
    """
    with canvas(ax) as (figure, ax):
        sites = sorted(table["site"].unique())
        for site, held, rows in by_site(table):
            style = distinct(sites.index(site)) | {"linestyle": ""}
            error = None if dose is None else 2 * np.sqrt(rows[f"{channel}_variance"] / dose)
            ax.errorbar(
                rows["x_A"],
                100 * rows[channel],
                None if error is None else 100 * error,
                mfc=style["color"] if held else "w",
                elinewidth=0.7,
                label=f"{site} site" + (f" with {held}" if held else ""),
                **style,
            )
        ax.set_xlabel("along the boundary normal (Å)")
        ax.set_ylabel(f"{channel.upper()} (% of the electrons)")
        above(ax)
    return figure


def by_site(table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Columns of each site; apart from them, and with what they hold, those unlike most of it."""
    for site, rows in table.groupby("site"):
        elements = rows["formula"].map(_elements)
        odd = elements != elements.mode()[0]
        yield str(site), "", rows[~odd]
        if odd.any():
            yield str(site), " or ".join(sorted(elements[odd].unique(), key=len)), rows[odd]


def _elements(formula: str) -> str:
    return " and ".join(re.findall("[A-Z][a-z]?", formula))
