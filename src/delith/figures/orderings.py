"""Convergence of boundary energies with the number of orderings."""

from __future__ import annotations

from itertools import cycle

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from delith.figures.canvas import above, canvas, shades

_STROKES = {"solid": "-", "dashed": "--", "dotted": ":", "dash-dotted": "-."}


def orderings(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw the γ that fewer orderings would have given against their number.

    Parameters
    ----------
    table : pandas.DataFrame
        Of one boundary, as `delith.energetics.ordering_convergence` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        A colour for each Li content, a stroke for each potential, in bands of one standard
        deviation; flat where γ has settled. It rises where bulk settles later.
    """
    potentials = list(table["potential"].unique())
    strokes = dict(zip(potentials, cycle(_STROKES), strict=False))
    colors = shades(table["lithium_content"])
    with canvas(ax, (3.4, 3.2)) as (figure, ax):
        for (potential, x), rows in table.groupby(["potential", "lithium_content"]):
            n, gamma, scatter = (
                rows[c] for c in ("orderings", "gamma_J_per_m2", "gamma_scatter_J_per_m2")
            )
            style = {"color": colors[x], "linestyle": _STROKES[strokes[potential]]}
            ax.plot(n, gamma, **style, marker="o", markersize=2.5)
            low, high = gamma - scatter, gamma + scatter
            ax.fill_between(n, low, high, color=colors[x], alpha=0.12, linewidth=0)
        ax.set_xlabel("Orderings drawn of boundary (bulk: same share)")
        summed = not table["boundaries_equivalent"].all()
        ax.set_ylabel(f"Lowest γ{', sum of two' * summed} (J/m²)")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        keys = [
            Line2D([], [], label=f"x = {x:.3g}", color=color, marker="")
            for x, color in colors.items()
        ]
        names = [f"{name} ({strokes[name]})" for name in potentials]
        title = [*table["boundary"].iloc[:1], *(names if len(names) > 1 else potentials)]
        above(ax, handles=keys, title="\n".join(title), handlelength=1.2)
        return figure
