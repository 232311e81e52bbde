"""Boundary energy against Li content."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.energetics.states import SUMMED
from delith.figures.canvas import canvas, legend_above, lines, styled


def boundary_energy(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw γ(x), one line per boundary, state and potential, full crystal on the left.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.boundary_energies` gives or ``boundary_energy.csv`` holds.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Markers: lowest ordering against the bulk hull, of one boundary, of the decorated one where
        one is. Bands: up to the highest ordering, where there is one potential. Open markers and
        dashed lines: sum of two boundaries that are not equivalent.
    """
    known = table.dropna(subset=["gamma_J_per_m2"])
    drawn = list(lines(known))
    # those of several would lie on each other
    banded = known["potential"].nunique() == 1
    with canvas(ax) as (figure, ax):
        for label, rows, style in styled(drawn):
            rows = rows.sort_values("lithium_content", ascending=False)
            x, gamma = rows["lithium_content"], rows["gamma_of_one_J_per_m2"]
            if gamma.isna().all():
                gamma = rows["gamma_J_per_m2"]
                label += SUMMED
                style |= {"linestyle": "--", "markerfacecolor": "none"}
            (line,) = ax.plot(x, gamma, label=label, **style)
            if banded:
                top = gamma + rows["gamma_spread_J_per_m2"]
                ax.fill_between(x, gamma, top, color=line.get_color(), alpha=0.18, linewidth=0)
        ax.axhline(0, color="0.6", linewidth=0.6, zorder=0)
        ax.set_xlabel("Li content x (per formula unit)")
        ax.set_ylabel("Boundary energy γ (J/m²)")
        # delithiation runs from left to right, as on charge
        ax.invert_xaxis()
        legend_above(ax, known)
        return figure
