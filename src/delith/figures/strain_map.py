"""Strain and rotation across a boundary."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.figures.canvas import canvas, stacked
from delith.figures.micrograph import WIDTH, scale_bar, show
from delith.imaging import Strain


def strain_map(strain: Strain, ax: Axes | None = None) -> Figure:
    """Draw the strain along the normal, the shear and the rotation, one below the other.

    Parameters
    ----------
    strain : delith.imaging.Strain
    ax : matplotlib.axes.Axes, optional
        Whose place the panels take; by default that of a figure of their own.
    """
    across, up = (n * step for n, step in zip(strain.xx.shape, strain.pixel, strict=True))
    parts = (
        (100 * strain.xx, "$ε_{xx}$ (%)"),
        (100 * strain.xy, "$ε_{xy}$ (%)"),
        (strain.rotation, "rotation (°)"),
    )
    size = (WIDTH, 0.1 + 3 * (0.8 * WIDTH * up / across + 0.1))
    with canvas(ax, size) as (figure, whole):
        panels = stacked(whole, len(parts))
        for axes, (values, name) in zip(panels, parts, strict=True):
            largest = max(float(np.abs(values).max()), 0.1)
            tiles = show(axes, values, strain.pixel, cmap="RdBu_r", vmin=-largest, vmax=largest)
            figure.colorbar(tiles, ax=axes, label=name)
        scale_bar(panels[0], across)
    return figure
