"""Angle between the basal planes of twins against Li content."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.figures.canvas import canvas, legend_above, lines, styled


def basal_angle(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw the angle between basal planes, one line per twin, state and potential.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.basal_angles` gives or ``basal_angle.csv`` holds.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Markers: lowest ordering. Bars: from the smallest to the largest angle of all orderings,
        where there is one potential.
    """
    # those of several would lie on each other
    barred = table["potential"].nunique() == 1
    with canvas(ax) as (figure, ax):
        for label, rows, style in styled(lines(table)):
            rows = rows.sort_values("lithium_content")
            x = rows["lithium_content"]
            (line,) = ax.plot(x, rows["basal_angle_deg"], label=label, **style)
            if barred:
                ends = rows["smallest_deg"], rows["largest_deg"]
                ax.vlines(x, *ends, color=line.get_color(), alpha=0.4)
        ax.set_xlabel("Li content x (per formula unit)")
        ax.set_ylabel("Angle between basal planes (°)")
        # delithiation runs from left to right, as on charge
        ax.invert_xaxis()
        legend_above(ax, table)
        return figure
