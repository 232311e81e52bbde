"""Boundary energies by two potentials, one against the other."""

from __future__ import annotations

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from delith.energetics.states import SUMMED
from delith.figures.canvas import above, canvas, lines, styled, thinned


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
        Markers: a boundary at a Li content, the fuller the more lithium; a colour a boundary and
        state, a form a potential. The line: where both agree.
    """
    known = table.dropna(subset=["gamma_J_per_m2", "checked_gamma_J_per_m2"])
    several = known["potential"].nunique() > 1
    full = max(1.0, known["lithium_content"].max()) if len(known) else 1.0
    drawn = list(lines(known))
    by_whom = {label: str(rows["potential"].iloc[0]) for label, rows in drawn}
    # not every pair of boundary and potential: nobody finds anything in so many
    kinds = {label: label.removesuffix(f", {name}") for label, name in by_whom.items()}
    with canvas(ax) as (figure, ax):
        boundaries: dict[str, Artist] = {}
        others: dict[str, Artist] = {}
        for label, rows, style in styled(drawn):
            style |= {"linestyle": ""}
            kind, name = kinds[label], by_whom[label]
            # checks made before this was told have no such column
            kind += SUMMED * (not rows.get("boundaries_equivalent", pd.Series(True)).all())
            if several:  # each potential has a marker of its own, else each boundary
                boundaries.setdefault(kind, Patch(color=style["color"], label=kind))
                others.setdefault(name, Line2D([], [], **style | {"color": "0.4"}, label=name))
            else:
                boundaries[kind] = Line2D([], [], **style, label=kind)
            numbers = rows[["checked_gamma_J_per_m2", "gamma_J_per_m2", "lithium_content"]]
            for x, y, content in numbers.itertuples(index=False):
                color = thinned(style["color"], content / full)
                ax.plot(x, y, **style | {"markerfacecolor": color})
        for content in sorted(known["lithium_content"].unique(), reverse=True):
            color = thinned("0.4", content / full)
            name = f"x = {content:.3g}"
            # how full it is, in a marker that stands for nothing else
            others[name] = Line2D(
                [], [], color="0.4", markerfacecolor=color, marker="h", linestyle="", label=name
            )
        both = known[["gamma_J_per_m2", "checked_gamma_J_per_m2"]].to_numpy()
        top = 1.1 * both.max(initial=0.1)
        bottom = min(0.0, 1.1 * both.min(initial=0.0))
        ax.plot([bottom, top], [bottom, top], color="0.6", linewidth=0.6, marker="", zorder=0)
        ax.set_xlim(bottom, top)
        ax.set_ylim(bottom, top)
        ax.set_aspect("equal", anchor="W")  # what is left of the width is for a legend
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(5))
        by = known["by"].iloc[0] if len(known) else "what checks"
        own = "potentials" if several or not len(known) else known["potential"].iloc[0]
        ax.set_xlabel(f"γ by {by} (J/m²)")
        ax.set_ylabel(f"γ by {own} (J/m²)")
        if drawn:
            ax.add_artist(
                ax.legend(
                    handles=list(others.values()),
                    loc="upper left",
                    bbox_to_anchor=(1, 1),
                    fontsize="x-small",
                    handletextpad=0,
                    borderaxespad=0.2,
                )
            )
            above(ax, handles=list(boundaries.values()))
        return figure
