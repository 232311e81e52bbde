"""Migration barriers against Li content."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.figures.canvas import above, canvas, distinct, with_legend


def barriers(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw migration barriers, one line per place, element and potential, full crystal on the left.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.migration_barriers` gives.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Markers: lowest barrier of the hops computed. Bars: up to the highest. Dashed lines and
        open markers: bulk.
    """
    known = table.dropna(subset=["barrier_eV"])
    known = known.assign(state=known["state"].astype(object).fillna(""))
    known["bulk"] = known["place"] == "bulk"
    parts = ["element", "place", "boundary", "state", "potential"]
    lines = known.groupby(parts, sort=False)
    with canvas(ax, with_legend(len(lines))) as (figure, ax):
        for k, (key, rows) in enumerate(lines):
            bulk = key[1] == "bulk"
            # a place always, and the rest where it tells one line from another
            like = dict.fromkeys(parts, known) | {"boundary": known[known["bulk"] == bulk]}
            shown = [
                str(value)
                for part, value in zip(parts, key, strict=True)
                if value and (part == "place" or like[part][part].nunique() > 1)
            ]
            each = rows.groupby("lithium_content")["barrier_eV"].agg(["min", "max"])
            (line,) = ax.plot(
                each.index,
                each["min"],
                label=", ".join(shown).replace("bulk, bulk", "bulk"),
                markerfacecolor="none" if bulk else None,
                **distinct(k) | ({"linestyle": "--"} if bulk else {}),
            )
            ax.vlines(each.index, each["min"], each["max"], color=line.get_color(), alpha=0.4)
        ax.set_ylim(bottom=0)
        ax.set_xlabel("Li content x (per formula unit)")
        ax.set_ylabel("Migration barrier (eV)")
        # delithiation runs from left to right, as on charge
        ax.margins(x=0.1)
        ax.invert_xaxis()
        if len(known):
            above(
                ax,
                title=None if known["potential"].nunique() > 1 else str(known["potential"].iloc[0]),
            )
        return figure
