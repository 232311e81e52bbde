"""Excess lithium of boundaries against voltage."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.figures.canvas import canvas, legend_above, lines, of_two, styled


def excess_lithium(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw Γ(V): the lithium that boundaries hold beyond that of bulk.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.voltage_boundary_energies` gives or ``open_boundary_energy.csv``
        holds.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Per area of one boundary; dashed of both, where they differ or one is decorated;
        thin where there are several potentials.
    """
    with canvas(ax) as (figure, ax):
        for label, rows, style in styled(lines(table)):
            style |= {"marker": ""}
            alike = rows["boundaries_equivalent"].all()
            ax.plot(
                rows["voltage_V"],
                rows["excess_lithium_per_nm2"],
                drawstyle="steps-mid",
                label=label + ("" if alike else " (both)"),
                **style if alike else of_two(style, table),
            )
        ax.axhline(0, color="0.6", linewidth=0.6, zorder=0)
        ax.set_xlabel("Voltage against the metal (V)")
        ax.set_ylabel("Excess lithium Γ (1/nm²)")
        legend_above(ax, table)
        return figure
