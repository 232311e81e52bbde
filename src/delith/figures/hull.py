"""Formation energies of bulk orderings and their lower hull."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.figures.canvas import canvas, legend_above, lines, styled


def hull(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw every bulk ordering against a mixture of the end members, and the hull under them.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.formation_energies` gives or ``hull.csv`` holds.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.
    """
    with canvas(ax) as (figure, ax):
        named = table.rename(columns={"host": "boundary"}).assign(state="")
        for label, rows, style in styled(lines(named)):
            on_hull = rows[rows["on_hull"]].sort_values("lithium_content")
            (line,) = ax.plot(
                on_hull["lithium_content"],
                1000 * on_hull["formation_energy_eV"],
                label=label,
                **style,
            )
            above = rows[~rows["on_hull"]]
            ax.plot(
                above["lithium_content"],
                1000 * above["formation_energy_eV"],
                linestyle="none",
                marker=line.get_marker(),
                markerfacecolor="none",
                color=line.get_color(),
            )
        ax.axhline(0, color="0.6", linewidth=0.6, zorder=0)
        ax.set_xlabel("Li content x (per formula unit)")
        ax.set_ylabel("Formation energy (meV per formula unit)")
        ax.invert_xaxis()
        legend_above(ax, table)
        return figure
