"""Profiles along the boundary normal."""

from __future__ import annotations

from itertools import cycle

import pandas as pd
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from delith.figures.canvas import above, canvas

#: What panels show: how their columns begin (one for each element), what they say, in which units.
_PANELS = {
    "lithium_filling": ("Li sites\nfilled", 1),
    "strain": ("spacing\nstrain (%)", 100),
    "moment_": ("moment\n(μB)", 1),
    "oxidation_state_": ("oxidation\nstate", 1),
    "off_centring_": ("off-centring\n(Å)", 1),
    "distortion_": ("bond length\ndistortion (%)", 100),
}

#: Charge (e per formula unit) up to which oxidation states account for the electrons.
_NEUTRAL = 0.05

_MARKERS = "osD^vPX"


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
        A panel for each quantity that is known, a colour for each record, a marker for each
        element, grey lines at the boundaries. Strains stand midway between the two layers they
        are of. Dotted: oxidation states that do not add up to a neutral cell, so that electrons are
        shared or elsewhere.
    """
    known = [str(name) for name in table if table[name].notna().any()]
    panels = {s: columns for s in _PANELS if (columns := [c for c in known if c.startswith(s)])}
    elements = [c.removeprefix("atoms_") for c in known if c.startswith("atoms_")]
    markers = dict(zip(elements, _MARKERS, strict=False))
    records = [rows for _, rows in table.groupby("record", sort=False)]
    with canvas(ax, (3.4, 0.7 + 0.8 * len(panels))) as (figure, ax):
        colors = [style["color"] for style, _ in zip(cycle(rcParams["axes.prop_cycle"]), records)]
        place = ax.get_subplotspec()
        assert place is not None  # as all that pyplot and canvas make
        ax.remove()
        axes = place.subgridspec(max(len(panels), 1), 1).subplots(sharex=True, squeeze=False)[:, 0]
        for axis, (start, columns) in zip(axes, panels.items(), strict=False):
            label, factor = _PANELS[start]
            axis.set_ylabel(label)
            axis.margins(y=0.15)
            for color, rows in zip(colors, records, strict=True):
                for column in columns:
                    element = column.removeprefix(start).split("_")[0]
                    # lines break at ions of which this is not known, not where there are none
                    there = rows.get(f"atoms_{element}", rows[column].notna())
                    points = rows[there > 0]
                    shift = points["spacing_A"] / 2 if start == "strain" else 0
                    heights, values = points["height_A"] + shift, points[column] * factor
                    style = ":" if start == "oxidation_state_" and not _neutral(rows) else "-"
                    axis.plot(
                        heights,
                        values,
                        color=color,
                        marker=markers.get(element, "."),
                        linestyle=style,
                    )
                at = (rows["height_A"] - rows["distance_A"]).dropna().round(3)
                for height in at.unique():
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
        above(
            axes[0], handles=keys, ncols=3, title=str(table["boundary"].iloc[0]) if shared else None
        )
        return figure


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
