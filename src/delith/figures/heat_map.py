"""Segregation of dopants: element, layer and Li content at a glance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.errors import DelithError
from delith.figures.canvas import canvas
from delith.figures.segregation import brief


def heat_map(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw the segregation energies of dopants as a table of colours.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.decoration_energies` gives or ``decorations.csv`` holds, of one
        boundary; of several potentials the mean is drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        A row for each dopant, by its nominal valence at the highest Li content, from which that at
        the lowest may differ; a column for each Li content and layer. Blue: drawn to the boundary.
        White: nothing known.

    Raises
    ------
    DelithError
        If the table is of several boundaries.
    """
    known = table[table["dopant"].astype(object).fillna("") != ""]
    if "boundary" in known and (boundaries := known["boundary"].unique()).size > 1:
        raise DelithError(f"give the rows of one boundary, not of {', '.join(boundaries)}.")
    ends = known.sort_values("lithium_content").groupby("dopant")["valence"].agg(["last", "first"])
    called = {
        dopant: f"{name} " + " to ".join(dict.fromkeys(f"{valence:.0f}+" for valence in valences))
        for name, (dopant, *valences) in zip(
            brief(list(ends.index)), ends.itertuples(), strict=True
        )
    }
    # layers are those as built in the lattice of each bulk, a few hundredths apart
    known = known.assign(
        distance_A=known["distance_A"].round(1),
        valence=known["dopant"].map(ends["last"]),
        element=known["dopant"].map(called),
    )
    cells = known.pivot_table(
        index=["valence", "element"],
        columns=["lithium_content", "distance_A"],
        values="segregation_energy_eV",
    ).sort_index(axis=1, ascending=[False, True])
    with canvas(ax, (1.8 + 0.5 * cells.shape[1], 1.2 + 0.22 * cells.shape[0])) as (figure, ax):
        largest = float(np.nanmax(np.abs(cells.to_numpy()), initial=0))
        tiles = ax.pcolormesh(cells.to_numpy(), cmap="RdBu_r", vmin=-largest, vmax=largest)
        ax.figure.colorbar(tiles, ax=ax, label="energy at the boundary\nless in bulk (eV)")
        ax.set_yticks(np.arange(len(cells)) + 0.5, cells.index.get_level_values("element"))
        columns = zip(*map(cells.columns.get_level_values, (0, 1)), strict=True)
        names = [f"x = {content:.3g}\n{distance:.1f} Å" for content, distance in columns]
        ax.set_xticks(np.arange(cells.shape[1]) + 0.5, names, fontsize=6)
        ax.invert_yaxis()
        ax.set_xlabel("Li content, distance to the boundary")
        return figure
