"""γ-surface: boundary energy against rigid-body shift."""

from __future__ import annotations

from importlib.resources import as_file, files

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.boundaries import ShiftSearch


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
        Dots: shifts from which the whole cell was relaxed, with the γ that was reached.
    """
    with (
        as_file(files("delith.figures") / "delith.mplstyle") as style,
        matplotlib.style.context(style),
    ):
        if ax is None:
            ax = Figure().add_subplot()
        boundary = search.boundary
        cell = boundary.atoms.cell[:2, :2] / np.array(boundary.repeat)[:, None]
        n, m = search.surface.shape
        # grid points are the middles of the tiles
        corners = np.stack(
            np.meshgrid((np.arange(n + 1) - 0.5) / n, (np.arange(m + 1) - 0.5) / m, indexing="ij"),
            axis=-1,
        )
        x, y = np.moveaxis(corners @ cell, -1, 0)
        tiles = ax.pcolormesh(x, y, search.surface, cmap="viridis", rasterized=True)
        what = "γ less γ at zero shift" if boundary.excess else "γ"
        ax.figure.colorbar(tiles, ax=ax, label=f"{what}, rigid (J/m²)", shrink=0.8)
        starts = search.shifts @ cell
        ax.plot(*starts.T, "o", color="white", markersize=4, markeredgecolor="black")
        for place, gamma in zip(starts, search.relaxed, strict=True):
            text = f"{gamma:.3f}" if np.isfinite(gamma) else "–"
            ax.annotate(
                text, place, (4, 3), textcoords="offset points", color="white", size="small"
            )
        ax.set_aspect("equal")
        ax.set_xlabel("shift along the first in-plane vector (Å)")
        ax.set_ylabel("shift across it (Å)")
        ax.set_title(boundary.label)
        figure = ax.get_figure(root=True)
        assert figure is not None  # axes are always drawn on one
        return figure
