"""Boundary energy against Li content, and what has checked it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.energetics.states import states
from delith.figures.boundary_energy import boundary_energy
from delith.figures.canvas import canvas, legend_above, lines, styled

#: Of what checks: no line of a study has one.
_STARS = ("*", "8", "d")


def checked_energy(table: pd.DataFrame, checked: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw γ(x) of a study, and γ in the same structures by DFT or another potential.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.figures.boundary_energy` takes it.
    checked : pandas.DataFrame
        As `delith.checking.check` gives it or ``check.csv`` holds; several may be put together.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Lines as in `delith.figures.boundary_energy`, stars in their colours: what checked them, in
        the structures of each potential. Of decorated boundaries, the γ of one of which no check
        tells, lines alone.
    """
    plain = table[states(table) == ""]
    known = plain.dropna(subset=["gamma_J_per_m2"])
    drawn = list(lines(known))
    points = checked[(states(checked) == "") & checked["boundary"].isin(known["boundary"])]
    if known["potential"].nunique() > 1:
        points = points.assign(by=points["by"] + ", structures of " + points["potential"])
    by = list(dict.fromkeys(points["by"]))
    with canvas(ax) as (figure, ax):
        boundary_energy(plain, ax)
        colors = {rows["boundary"].iloc[0]: style["color"] for _, rows, style in styled(drawn)}
        for (boundary, name), rows in points.groupby(["boundary", "by"]):
            ax.plot(
                rows["lithium_content"],
                rows["checked_gamma_J_per_m2"],
                color=colors[boundary],
                **_star(by.index(name)),
            )
        for number, name in enumerate(by):
            ax.plot([], [], color="0.4", label=name, **_star(number))
        legend_above(ax, known)
        return figure


def _star(number: int) -> dict[str, Any]:
    again, form = divmod(number, len(_STARS))
    return {
        "marker": _STARS[form],
        "markersize": 8 - 2.5 * again,
        "markeredgecolor": "black",
        "markeredgewidth": 0.6,
        "linestyle": "",
    }
