"""Boundary energy against voltage."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.energetics.states import SUMMED
from delith.figures.canvas import canvas, legend_above, lines, of_two, styled


def open_energy(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw γ(V) of boundaries that exchange lithium with the metal.

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
        γ of one boundary, of the decorated one where one is; dashed the sum of two that are not
        equivalent, thin where there are several potentials. Where a line bends, boundary or
        bulk changes its lithium content; where it is broken, a content that may be the lowest
        there gave nothing usable.
    """
    known = [each for each in lines(table) if each[1]["gamma_J_per_m2"].notna().any()]
    with canvas(ax) as (figure, ax):
        for label, rows, style in styled(known):
            one = rows["gamma_of_one_J_per_m2"]
            style |= {"marker": ""}
            summed = bool(one.isna().all())
            ax.plot(
                rows["voltage_V"],
                rows["gamma_J_per_m2"] if summed else one,
                label=label + SUMMED * summed,
                **of_two(style, table) if summed else style,
            )
        ax.axhline(0, color="0.6", linewidth=0.6, zorder=0)
        ax.set_xlabel("Voltage against the metal (V)")
        ax.set_ylabel("Boundary energy γ (J/m²)")
        legend_above(ax, table)
        return figure
