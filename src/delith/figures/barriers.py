"""Migration barriers, place by place."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.energetics.states import states
from delith.figures.canvas import above, canvas, distinct

_PARTS = ["element", "place", "boundary", "state", "potential"]


def barriers(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw migration barriers, a row for each element, place and potential.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.migration_barriers` gives.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Dots: the hops computed, a colour and a marker for each Li content. Lines: from the lowest
        to the highest of a content, which lie one below the other, the fullest on top.
    """
    known = table.dropna(subset=["barrier_eV"])
    known = known.assign(state=states(known))
    known = known.assign(label=_labels(known))
    places = list(dict.fromkeys(known.sort_values("element", kind="stable")["label"]))
    contents = sorted(known["lithium_content"].unique(), reverse=True)
    with canvas(ax, (3.4, 1.0 + 0.22 * max(len(places), 3))) as (figure, ax):
        for k, content in enumerate(contents):
            rows = known[known["lithium_content"] == content]
            # side by side within a row
            y = rows["label"].map(places.index) + 0.5 * ((k + 0.5) / len(contents) - 0.5)
            style = distinct(k)
            ax.plot(rows["barrier_eV"], y, label=f"x = {content:.3g}", **style | {"linestyle": ""})
            ends = rows.groupby(y)["barrier_eV"].agg(["min", "max"])
            ax.hlines(ends.index, ends["min"], ends["max"], color=style["color"], alpha=0.4)
        ax.set_yticks(range(len(places)), places)
        ax.invert_yaxis()
        ax.set_xlim(left=0)
        ax.set_xlabel("Migration barrier (eV)")
        if len(known):
            one = known["potential"].nunique() == 1
            above(ax, title=str(known["potential"].iloc[0]) if one else None)
        return figure


def _labels(known: pd.DataFrame) -> list[str]:
    """A place always, and the rest where it tells one row from another."""
    bulk = known["place"] == "bulk"
    labels = []
    for row in known[_PARTS].itertuples(index=False):
        like = dict.fromkeys(_PARTS, known)
        like["boundary"] = known[bulk == (row.place == "bulk")]
        shown = [
            str(value)
            for part, value in zip(_PARTS, row, strict=True)
            if value and (part == "place" or like[part][part].nunique() > 1)
        ]
        labels.append(", ".join(shown).replace("bulk, bulk", "bulk"))
    return labels
