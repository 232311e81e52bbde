"""Boundary energy at finite temperature against the Li content of bulk."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.energetics.states import SUMMED
from delith.figures.canvas import above, canvas, distinct


def gamma_isotherms(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw γ(T) of boundaries that exchange lithium with the bulk around them.

    Parameters
    ----------
    table : pandas.DataFrame
        ``isotherms`` of `delith.energetics.boundary_occupation`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        A line per boundary, potential and temperature; bands: one standard error, where there is
        one. Dashed: sum of two boundaries that are not equivalent.
    """
    with canvas(ax) as (figure, ax):
        names = ["boundary", "potential"]
        told_apart = [name for name in names if table[name].nunique() > 1]
        groups = table.sort_values("mu_eV").groupby([*names, "temperature_K"])
        for k, (_, rows) in enumerate(groups):
            first = rows.iloc[0]
            label = ", ".join(
                [*(first[name] for name in told_apart), f"{first['temperature_K']:g} K"]
            )
            summed = not rows["boundaries_equivalent"].all()
            x, gamma = rows["content_bulk"], rows["gamma_J_per_m2"]
            style = distinct(k) | {"marker": ""} | ({"linestyle": "--"} if summed else {})
            ax.plot(x, gamma, label=label + SUMMED * summed, **style)
            error = rows["gamma_error_J_per_m2"]
            low, high = gamma - error, gamma + error
            ax.fill_between(x, low, high, color=style["color"], alpha=0.18, linewidth=0)
        ax.set_xlabel("Li content x of bulk (per formula unit)")
        ax.set_ylabel("Boundary energy γ (J/m²)")
        # delithiation runs from left to right, as on charge
        ax.invert_xaxis()
        if len(table):
            shared = [str(table[n].iloc[0]) for n in names if n not in told_apart]
            above(ax, title=", ".join(shared) or None)
        return figure
