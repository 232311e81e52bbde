"""Boundary phase diagram: what is lowest at each voltage."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from delith.energetics.states import states
from delith.figures.canvas import above, canvas, distinct


def phases(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw which boundary, in which state, is the lowest at each voltage, a bar for each potential.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.boundary_phases` gives or ``phases.csv`` holds.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Hatched: γ of another boundary is not known there, and may be lower.
    """
    unsure = table.get("not_known", pd.Series("", table.index)).astype(object).fillna("") != ""
    with canvas(ax, (3.4, 1.2 + 0.35 * table["potential"].nunique())) as (figure, ax):
        state = states(table)
        names = [
            ", ".join(filter(None, pair)) for pair in zip(table["boundary"], state, strict=True)
        ]
        potentials = list(dict.fromkeys(table["potential"]))
        keys = []
        # sorted, as in the other figures of these boundaries: the same colours
        for k, name in enumerate(sorted(set(names))):
            color = distinct(k)["color"]
            rows = table[[n == name for n in names]]
            bars = ax.barh(
                [potentials.index(p) for p in rows["potential"]],
                rows["voltage_to_V"] - rows["voltage_from_V"],
                left=rows["voltage_from_V"],
                height=0.6,
                color=color,
                edgecolor="white",
                linewidth=0,
            )
            for bar, hatched in zip(bars, unsure[rows.index], strict=True):
                bar.set_hatch("////" if hatched else "")
            keys.append(Patch(color=color, label=name))
        if unsure.any():
            keys.append(
                Patch(
                    facecolor="0.7",
                    edgecolor="white",
                    hatch="////",
                    label="or another, not known there",
                )
            )
        ax.set_yticks(range(len(potentials)), potentials)
        ax.set_xlabel("Voltage against the metal (V)")
        above(ax, handles=keys)
        return figure
