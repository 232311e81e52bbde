"""Profiles along the boundary normal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from delith.figures.canvas import above, canvas, distinct, shades, stacked

#: What panels show: how their columns begin (one for each element), what they say, in which units.
_PANELS = {
    "strain": ("spacing\nstrain (%)", 100),
    "moment_": ("moment\n(μB)", 1),
    "oxidation_state_": ("oxidation\nstate", 1),
    "off_centring_": ("off-centring\n(Å)", 1),
    "distortion_": ("bond length\ndistortion (%)", 100),
}

#: Inches of a panel, and of a row of dots in that of lithium.
_PANEL, _ROW = 0.8, 0.13

#: Charge (e per formula unit) up to which oxidation states account for the electrons.
_NEUTRAL = 0.05


def layer_profile(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw what is known of each layer against its height.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.layer_profile` gives; tables of several records may be put together.
    ax : matplotlib.axes.Axes, optional
        Its place is divided among the panels; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Dots, a row for each record: how much of the lithium sites of a layer is filled. Below, a
        panel for each quantity that is known, a colour for each record, by its Li content where
        each has another, a marker for each element, grey lines at the boundaries. Strains stand
        midway between the two layers they are of. Dotted: oxidation states that do not add up to a
        neutral cell, so that electrons are shared or elsewhere.
    """
    known = [str(name) for name in table if table[name].notna().any()]
    panels = {s: columns for s in _PANELS if (columns := [c for c in known if c.startswith(s)])}
    elements = [c.removeprefix("atoms_") for c in known if c.startswith("atoms_")]
    markers = {element: distinct(k)["marker"] for k, element in enumerate(elements)}
    records = [rows for _, rows in table.groupby("record", sort=False)]
    lithium = "lithium_filling" in known
    heights = [0.35 + _ROW * len(records)] * lithium + [_PANEL] * len(panels)
    with canvas(ax, (3.4, 0.7 + sum(heights))) as (figure, ax):
        colors = _colors(records)
        axes = stacked(ax, max(len(heights), 1), heights or None)
        for axis in axes[:-1]:
            axis.sharex(axes[-1])
            axis.tick_params(labelbottom=False)
        if lithium:
            _lithium(axes[0], records, colors)
        for axis, (start, columns) in zip(axes[lithium:], panels.items(), strict=False):
            label, factor = _PANELS[start]
            axis.set_ylabel(label, fontsize="small")
            axis.margins(y=0.15)
            for color, rows in zip(colors, records, strict=True):
                for column in columns:
                    element = column.removeprefix(start).split("_")[0]
                    # lines break at ions of which this is not known, not where there are none
                    there = rows.get(f"atoms_{element}", rows[column].notna())
                    points = rows[there > 0]
                    shift = points["spacing_A"] / 2 if start == "strain" else 0
                    style = ":" if start == "oxidation_state_" and not _neutral(rows) else "-"
                    axis.plot(
                        points["height_A"] + shift,
                        points[column] * factor,
                        color=color,
                        marker=markers.get(element, "."),
                        linestyle=style,
                    )
        for axis, rows in product(axes, records):
            for height in (rows["height_A"] - rows["distance_A"]).dropna().round(3).unique():
                axis.axvline(height, color="0.75", linewidth=0.8, zorder=0)
        axes[-1].set_xlabel("height along the boundary normal (Å)")
        figure.align_ylabels(axes)
        shared = table["boundary"].nunique() == 1
        keys = [
            Line2D([], [], color=color, label=_label(rows, table))
            for color, rows in zip(colors, records, strict=True)
        ]
        keys += [Line2D([], [], color="0.4", marker=m, ls="", label=e) for e, m in markers.items()]
        keys += [Line2D([], [], color="0.75", linewidth=0.8, label="boundary")]
        above(axes[0], handles=keys, title=str(table["boundary"].iloc[0]) if shared else None)
        return figure


def _colors(records: Sequence[pd.DataFrame]) -> list[Any]:
    """One for each record."""
    contents = [rows["lithium_content"].iloc[0] for rows in records]
    if len(set(contents)) == len(records) > 1:
        by_content = shades(contents)
        return [by_content[content] for content in contents]
    return [distinct(number)["color"] for number in range(len(records))]


def _lithium(ax: Axes, records: Sequence[pd.DataFrame], colors: Sequence[Any]) -> None:
    """Draw which layers hold lithium, a row of dots for each record."""
    for row, (rows, color) in enumerate(zip(records, colors, strict=True)):
        fill = [(*to_rgb(color), filled) for filled in rows["lithium_filling"].fillna(0)]
        there = np.where(rows["lithium_filling"].isna(), np.nan, row)
        ax.scatter(rows["height_A"], there, s=14, c=fill, edgecolors=[color], linewidths=0.7)
    ax.set_yticks(range(len(records)), [f"{r['lithium_content'].iloc[0]:.3g}" for r in records])
    ax.tick_params(axis="y", labelsize="x-small", length=0)
    ax.invert_yaxis()
    ax.margins(y=0.8 / (len(records) + 1))
    ax.set_ylabel("Li sites\nfilled, x", fontsize="small")


def _neutral(rows: pd.DataFrame) -> bool:
    return bool(abs(rows["net_charge_e"].iloc[0]) < _NEUTRAL)


def _label(rows: pd.DataFrame, table: pd.DataFrame) -> str:
    """What tells a record from the others of a table."""
    first = rows.iloc[0]
    # a table read from a file has NaN for the state of cells as they are
    telling = [
        str(first[name])
        for name in ("boundary", "state", "potential")
        if table[name].nunique(dropna=False) > 1 and not pd.isna(first[name])
    ]
    return ", ".join(filter(None, [*telling, f"x = {first['lithium_content']:.3g}"]))
