"""Boundary energies by two potentials, one against the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from delith.figures.canvas import canvas, lines, styled, with_legend


def parity(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw γ of a potential against γ by what checks it, in the same structures.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.checking.Checked.energies`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Markers: a boundary at a Li content, filled where the crystal is full, open where it is
        empty; a colour a boundary and state, a form a potential. The line: where both agree.
    """
    known = table.dropna(subset=["gamma_J_per_m2", "checked_gamma_J_per_m2"])
    several = known["potential"].nunique() > 1
    drawn = list(lines(known))
    by_whom = {label: str(rows["potential"].iloc[0]) for label, rows in drawn}
    # not every pair of boundary and potential: nobody finds anything in so many
    kinds = {label: label.removesuffix(f", {name}") for label, name in by_whom.items()}
    entries = {*kinds.values(), *(by_whom.values() if several else ())}
    with canvas(ax, with_legend(len(entries))) as (figure, ax):
        boundaries: dict[str, dict[str, Any]] = {}
        potentials: dict[str, dict[str, Any]] = {}
        for label, rows, style in styled(drawn):
            style |= {"linestyle": ""}
            boundaries.setdefault(kinds[label], style | ({"marker": "s"} if several else {}))
            potentials.setdefault(by_whom[label], style | {"color": "0.5"})
            numbers = rows[["checked_gamma_J_per_m2", "gamma_J_per_m2", "lithium_content"]]
            for x, y, content in numbers.itertuples(index=False):
                # mixed with white: a marker takes its edge's transparency from its face
                share = min(1.0, content)
                filled = share * np.array(to_rgb(style["color"])) + 1 - share
                ax.plot(x, y, **style | {"markerfacecolor": filled})
        for label, style in (boundaries | (potentials if several else {})).items():
            ax.plot([], [], label=label, **style)
        both = known[["gamma_J_per_m2", "checked_gamma_J_per_m2"]].to_numpy()
        top = 1.1 * both.max(initial=0.1)
        bottom = min(0.0, 1.1 * both.min(initial=0.0))
        ax.plot([bottom, top], [bottom, top], color="0.6", linewidth=0.6, marker="", zorder=0)
        ax.set_xlim(bottom, top)
        ax.set_ylim(bottom, top)
        ax.set_aspect("equal")
        by = known["by"].iloc[0] if len(known) else "what checks"
        own = "potentials" if several or not len(known) else known["potential"].iloc[0]
        ax.set_xlabel(f"γ by {by} (J/m²)")
        ax.set_ylabel(f"γ by {own} (J/m²)")
        if drawn:
            ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=1, borderaxespad=0.2)
        return figure
