"""Segregation energies of dopants and exchanged metals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.figures.canvas import canvas


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
        A column for each dopant or number of exchanged metals, a marker for each boundary, layer,
        Li content and potential. Below zero the boundary attracts; filled markers are next to it.
    """
    with canvas(ax, (6, 2.8)) as (figure, ax):
        known = table.dropna(subset=["segregation_energy_eV"])
        moved = known["exchanged"].map(lambda n: f"{n} moved" if n else "")
        dopants = known["dopant"].astype(object).fillna("")
        known = known.assign(
            what=[d or m for d, m in zip(dopants, moved, strict=True)],
            shell=known["shell"].astype(float).fillna(0.0),
        )
        columns = list(dict.fromkeys(known["what"]))
        keys = ["boundary", "potential", "lithium_content", "shell"]
        groups = list(known.groupby(keys, sort=False))
        width = 0.7 / max(len(groups), 1)
        for k, ((boundary, potential, content, shell), rows) in enumerate(groups):
            x = [columns.index(what) + (k - (len(groups) - 1) / 2) * width for what in rows["what"]]
            parts = [
                str(boundary) if known["boundary"].nunique() > 1 else "",
                str(potential) if known["potential"].nunique() > 1 else "",
                f"x = {content:g}",
                f"shell {shell:.0f}" if known["shell"].nunique() > 1 else "",
            ]
            ax.plot(
                x,
                rows["segregation_energy_eV"],
                linestyle="none",
                markerfacecolor=None if shell == 0 else "none",
                label=", ".join(part for part in parts if part),
            )
        ax.axhline(0, color="0.6", linewidth=0.6, zorder=0)
        ax.set_xticks(np.arange(len(columns)), [what.split(" on ")[0] for what in columns])
        ax.set_ylabel("energy at the boundary less in bulk (eV)")
        if len(known):
            ax.legend(
                loc="lower left",
                bbox_to_anchor=(0, 1),
                ncols=2,
                borderaxespad=0.2,
                alignment="left",
            )
        return figure
