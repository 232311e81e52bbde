"""Voltage profile."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.figures.canvas import canvas, legend_above, lines, styled


def voltage(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw the voltage steps of bulk, full crystal on the left.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.voltage_profile` gives or ``voltage.csv`` holds.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Of bulk only: the steps of a cell with boundaries are those of bulk, blurred.
    """
    with canvas(ax) as (figure, ax):
        known = table[table["kind"] == "bulk"]
        for label, steps, style in styled(lines(known.rename(columns={"host": "boundary"}))):
            steps = steps.sort_values("content_from", ascending=False)
            edges = [steps["content_from"].iloc[0], *steps["content_to"]]
            del style["marker"]  # stairs have none
            ax.stairs(steps["voltage_V"][::-1], edges[::-1], baseline=None, label=label, **style)
        ax.set_xlabel("Li content x (per formula unit)")
        ax.set_ylabel("Voltage against the metal (V)")
        # delithiation runs from left to right, as on charge
        ax.invert_xaxis()
        legend_above(ax, known)
        return figure
