"""γ-surface: boundary energy against rigid-body shift."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.boundaries import ShiftSearch
from delith.figures.canvas import canvas


def gamma_surface(search: ShiftSearch, ax: Axes | None = None) -> Figure:
    """Draw the energy of rigid shifts over the smallest in-plane cell.

    Parameters
    ----------
    search : ShiftSearch
        As `delith.boundaries.search_shift` gives.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Colour: γ of rigid grains at their best distance; white where atoms would come too close.
        Dots: shifts from which the whole cell was relaxed; the title says to which γ.
    """
    boundary = search.boundary
    cell = boundary.atoms.cell[:2, :2] / np.array(boundary.repeat)[:, None]
    n, m = search.surface.shape
    # grid points are the middles of the tiles
    corners = np.stack(
        np.meshgrid((np.arange(n + 1) - 0.5) / n, (np.arange(m + 1) - 0.5) / m, indexing="ij"),
        axis=-1,
    )
    x, y = np.moveaxis(corners @ cell, -1, 0)
    # as wide as the cell is, beside the colours
    tall = 2.4 * min(1.0, np.ptp(y) / np.ptp(x))
    with canvas(ax, (1.3 + tall * np.ptp(x) / np.ptp(y), 1.0 + tall)) as (figure, ax):
        tiles = ax.pcolormesh(x, y, search.surface, cmap="viridis", rasterized=True)
        what = "γ less γ at zero shift" if boundary.excess else "γ"
        ax.figure.colorbar(tiles, ax=ax, label=f"{what}, rigid (J/m²)", shrink=0.8)
        starts = search.shifts @ cell
        ax.plot(*starts.T, "o", color="white", markersize=4, markeredgecolor="black")
        ends = np.nanmin(search.relaxed), np.nanmax(search.relaxed)
        told = "–".join(dict.fromkeys(f"{gamma:.3f}" for gamma in ends))
        ax.set_title(f"{boundary.label}\nrelaxed: {told} J/m²", fontsize=8)
        ax.set_aspect("equal")
        ax.set_xlabel("shift along the first\nin-plane vector (Å)")
        ax.set_ylabel("shift across it (Å)")
        return figure
