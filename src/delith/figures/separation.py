"""Convergence of boundary energies with the distance between boundaries."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.energetics.states import SUMMED
from delith.figures.canvas import canvas, legend_above, lines, styled


def separation(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw what γ still changes, and how far the extrapolated value lies, against Li content.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.separation_convergence` gives or ``separation.csv`` holds.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Filled: γ at the largest separation. Open: extrapolated, with a bar where its standard error
        is known, as by more than two separations.
        Dashed: the sum of two boundaries that are not equivalent.
    """
    with canvas(ax) as (figure, ax):
        for label, rows, style in styled(lines(table)):
            rows = rows.sort_values("lithium_content")
            x = rows["lithium_content"]
            summed = not rows["boundaries_equivalent"].all()
            (line,) = ax.plot(
                x,
                rows["gamma_J_per_m2"],
                label=label + SUMMED * summed,
                **style | ({"linestyle": "--"} if summed else {}),
            )
            ax.errorbar(
                x,
                rows["gamma_extrapolated_J_per_m2"],
                rows["gamma_extrapolated_error_J_per_m2"],
                linestyle="none",
                marker=line.get_marker(),
                markerfacecolor="none",
                color=line.get_color(),
                capsize=2,
            )
        ax.set_xlabel("Li content x (per formula unit)")
        ax.set_ylabel("Boundary energy γ (J/m²)")
        ax.invert_xaxis()
        legend_above(ax, table)
        return figure
