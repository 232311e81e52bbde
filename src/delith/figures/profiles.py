"""Energy along migration paths."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.interpolate import CubicHermiteSpline

from delith.figures.canvas import canvas, distinct, with_legend


def profiles(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw the energy along migration paths.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.migration_profiles` gives; a few paths at a time can be told apart.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Markers: images. Lines: the cubic through their energies and slopes, whose highest point
        is the barrier.
    """
    table = table.assign(state=table["state"].astype(object).fillna(""))
    parts = ["hop", "boundary", "state", "lithium_content", "ordering", "potential"]
    paths = table.groupby(parts, sort=False)
    with canvas(ax, with_legend(len(paths))) as (figure, ax):
        words = {"lithium_content": "x = {:.3g}", "ordering": "ordering {}"}
        several = [p for p in parts if p == "hop" or table[p].nunique() > 1]
        for k, (key, rows) in enumerate(paths):
            named = dict(zip(parts, key, strict=True))
            shown = [words.get(p, "{}").format(named[p]) for p in several]
            s, energy = rows["path_A"].to_numpy(), rows["energy_eV"].to_numpy()
            curve = CubicHermiteSpline(s, energy, rows["slope_eV_per_A"])
            style = distinct(k)
            label = ", ".join(filter(None, shown))
            ax.plot(s, energy, label=label, **style | {"linestyle": "none"})
            fine = np.linspace(s[0], s[-1], 300)
            ax.plot(fine, curve(fine), **style | {"marker": "none"})
        ax.axhline(0, color="0.6", linewidth=0.6, zorder=0)
        ax.set_xlabel("Path (Å)")
        ax.set_ylabel("Energy less that of the start (eV)")
        if len(table):
            ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, alignment="left")
        return figure
