"""Segregation energies of dopants and exchanged metals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from delith.figures.canvas import above, canvas, distinct


def segregation(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw what decorations cost at a boundary less what they cost in bulk.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.decoration_energies` gives or ``decorations.csv`` holds; tables of
        several potentials may be put together.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        A column for each dopant or number of exchanged metals; a colour for each Li content, a
        marker for each boundary and potential, filled where it is the layer next to the boundary.
        Below zero the boundary attracts.
    """
    with canvas(ax, (6, 2.8)) as (figure, ax):
        known = table.dropna(subset=["segregation_energy_eV"])
        moved = known["exchanged"].map(lambda n: f"{n} moved" if n else "")
        dopants = known["dopant"].astype(object).fillna("")
        known = known.assign(
            what=[d or m for d, m in zip(dopants, moved, strict=True)],
            shell=known["shell"].astype(float).fillna(0.0),
            whose=_names(known),
        )
        columns, whose, contents = (
            list(dict.fromkeys(known[name])) for name in ("what", "whose", "lithium_content")
        )
        groups = list(known.groupby(["lithium_content", "whose", "shell"], sort=False))
        width = 0.7 / max(len(groups), 1)
        for k, ((content, name, shell), rows) in enumerate(groups):
            ax.plot(
                [
                    columns.index(what) + (k - (len(groups) - 1) / 2) * width
                    for what in rows["what"]
                ],
                rows["segregation_energy_eV"],
                linestyle="none",
                color=distinct(contents.index(content))["color"],
                marker=distinct(whose.index(name))["marker"],
                markerfacecolor=None if shell == 0 else "none",
            )
        ax.axhline(0, color="0.6", linewidth=0.6, zorder=0)
        ax.set_xticks(np.arange(len(columns)), brief(columns))
        ax.set_ylabel("energy at the boundary\nless in bulk (eV)")
        if len(known):
            above(ax, handles=_keys(contents, whose, sorted(known["shell"].unique())))
        return figure


def brief(dopants: Sequence[str]) -> list[str]:
    """Dopants by their elements alone, where each is on one site."""
    elements = [dopant.split(" on ")[0] for dopant in dopants]
    return [e if elements.count(e) == 1 else d for d, e in zip(dopants, elements, strict=True)]


def _names(table: pd.DataFrame) -> list[str]:
    """Boundary and potential of each row, as far as they differ."""
    parts = [name for name in ("boundary", "potential") if table[name].nunique() > 1]
    return [", ".join(map(str, row)) for row in table[parts].itertuples(index=False)]


def _keys(contents: list[float], whose: list[str], shells: list[float]) -> list[Artist]:
    """What colours, markers and fillings mean."""
    keys: list[Artist] = [
        Patch(color=distinct(k)["color"], label=f"x = {content:.3g}")
        for k, content in enumerate(contents)
    ]
    if len(whose) > 1:
        keys += [_grey(name, distinct(k)["marker"]) for k, name in enumerate(whose)]
    if len(shells) > 1:
        others = ", ".join(f"{shell:.0f}" for shell in shells if shell)
        # what is filled, in a marker that stands for nothing else
        keys += [_grey("next to the boundary", "h"), _grey(f"shell {others}", "h", "none")]
    return keys


def _grey(label: str, marker: str, face: str = "0.4") -> Line2D:
    return Line2D(
        [], [], color="0.4", linestyle="none", marker=marker, markerfacecolor=face, label=label
    )
