"""Segregation isotherms: lithium next to a boundary against lithium in bulk."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.figures.canvas import above, canvas, distinct


def occupation(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw how full the layers of a boundary are against the Li content of bulk around it.

    Parameters
    ----------
    table : pandas.DataFrame
        ``layers`` of `delith.energetics.boundary_occupation`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Solid: layer nearest to a boundary. Dashed: farthest. Grey: bulk; lithium segregates to
        layers above it. Bands: one standard error, where there is one.
    """
    with canvas(ax) as (figure, ax):
        table = table.assign(side=table["side"].astype("Int64").fillna(0))
        names = ["boundary", "potential", "side"]
        told_apart = [name for name in names if table[name].nunique() > 1]
        groups = table.sort_values("mu_eV").groupby([*names, "temperature_K"])
        for k, (_, rows) in enumerate(groups):
            first, color = rows.iloc[0], distinct(k)["color"]
            parts = [
                *(f"side {first[name]}" if name == "side" else first[name] for name in told_apart),
                f"{first['temperature_K']:g} K",
            ]
            styles = {rows["distance_A"].max(): "--", rows["distance_A"].min(): "-"}
            for distance, style in sorted(styles.items()):
                layer = rows[rows["distance_A"] == distance]
                x, filled = layer["content_bulk"], layer["occupation"]
                label = ", ".join([*parts, f"layer at {distance:.1f} Å"])
                ax.plot(x, filled, style, color=color, marker="", label=label)
                error = layer["occupation_error"]
                low, high = filled - error, filled + error
                ax.fill_between(x, low, high, color=color, alpha=0.18, linewidth=0)
            (bulk,) = ax.plot(
                rows["content_bulk"],
                rows["bulk_occupation"],
                color="0.6",
                linewidth=0.6,
                marker="",
                zorder=0,
            )
        if len(table):
            bulk.set_label("bulk")
        ax.set_xlabel("Li content x of bulk (per formula unit)")
        ax.set_ylabel("filled share of the layer's sites")
        # delithiation runs from left to right, as on charge
        ax.invert_xaxis()
        if len(table):
            above(
                ax,
                title=", ".join(str(table[n].iloc[0]) for n in names[:2] if n not in told_apart),
            )
        return figure
