"""Energy along migration paths."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.interpolate import CubicHermiteSpline

from delith.energetics.states import states
from delith.figures.canvas import above, canvas, distinct, stacked

#: What tells one path from another, and how it is said.
_PARTS = {
    "hop": "{}",
    "boundary": "{}",
    "state": "{}",
    "lithium_content": "x = {:.3g}",
    "potential": "{}",
    "ordering": "ordering {}",
}


def profiles(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw the energy along migration paths, a panel for each element that hops.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.migration_profiles` gives; a few paths at a time can be told apart.
    ax : matplotlib.axes.Axes, optional
        Its place is divided among the panels; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Markers: images. Lines: the cubic through their energies and slopes, whose highest point
        is the barrier.
    """
    table = table.assign(state=states(table))
    panels = [rows for _, rows in table.groupby(_elements(table), sort=False)] or [table]
    counts = [rows.groupby(list(_PARTS)).ngroups for rows in panels]
    heights = [1.7 + 0.14 * count for count in counts]
    with canvas(ax, (3.4, 0.4 + 1.7 * len(panels))) as (figure, whole):
        for axes, rows in zip(stacked(whole, len(panels), heights), panels, strict=True):
            _draw(axes, rows, _told_apart(rows))
        axes.set_xlabel("Path (Å)")
        return figure


def _draw(axes: Axes, table: pd.DataFrame, parts: list[str]) -> None:
    for k, (key, rows) in enumerate(table.groupby(list(_PARTS), sort=False)):
        named = dict(zip(_PARTS, key, strict=True))
        shown = (_PARTS[part].format(named[part]) for part in parts)
        s, energy = rows["path_A"].to_numpy(), rows["energy_eV"].to_numpy()
        curve = CubicHermiteSpline(s, energy, rows["slope_eV_per_A"])
        style, label = distinct(k), ", ".join(filter(None, shown))
        axes.plot(s, energy, label=label, **style | {"linestyle": "none"})
        fine = np.linspace(s[0], s[-1], 300)
        axes.plot(fine, curve(fine), **style | {"marker": "none"})
    axes.axhline(0, color="0.6", linewidth=0.6, zorder=0)
    axes.set_ylabel("Energy less that\nof the start (eV)")
    if len(table):
        above(axes)


def _elements(table: pd.DataFrame) -> pd.Series:
    return table["hop"].astype(str).str.split().str[0]


def _told_apart(table: pd.DataFrame) -> list[str]:
    """The hop, and as many more parts of a name as differ, until no two paths have one name."""
    paths, parts = table[list(_PARTS)].drop_duplicates(), ["hop"]
    for part in list(_PARTS)[1:]:
        if paths[part].nunique() > 1 and (part != "ordering" or paths.duplicated(parts).any()):
            parts.append(part)
    return parts
