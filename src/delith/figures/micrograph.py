"""What a microscope shows of a boundary: dark field above annular bright field."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from delith.crystals import MOBILE
from delith.crystals.lattice import Floats
from delith.figures.canvas import canvas, stacked
from delith.figures.column_intensities import by_site
from delith.imaging import Image

#: Width of the figure, inches.
WIDTH = 3.4
#: Where columns are marked: colours of Okabe and Ito by element, of all metals the same.
_COLORS = dict.fromkeys(MOBILE, "#009E73") | dict.fromkeys(
    ("N", "O", "F", "S", "Cl", "Se"), "#D55E00"
)
_METAL = "#56B4E9"
#: Lengths of scale bars, Å.
_BARS = (1, 2, 5, 10, 20, 50, 100)


def micrograph(image: Image, columns: pd.DataFrame | None = None, ax: Axes | None = None) -> Figure:
    """Draw both images, the boundary normal from left to right.

    Parameters
    ----------
    image : delith.imaging.Image
    columns : pandas.DataFrame, optional
        As `delith.imaging.columns` gives: marked, by site, in the right half; filled where a
        column holds elements that most of its site do not.
    ax : matplotlib.axes.Axes, optional
        Whose place the panels take; by default that of a figure of their own.
    """
    across, up = image.size
    size = (WIDTH, 0.1 + 2 * (WIDTH * up / across + 0.25))
    with canvas(ax, size) as (figure, whole):
        panels = stacked(whole, 2)
        for axes, name in zip(panels, ("haadf", "abf"), strict=True):
            show(axes, getattr(image, name), image.pixel)
            axes.set_title(name.upper(), loc="left", pad=2)
        if columns is not None:
            for axes in panels:
                _mark(axes, columns, across / 2)
            panels[0].legend(
                loc="lower right", bbox_to_anchor=(1, 1), ncols=4, handletextpad=0, borderpad=0
            )
        scale_bar(panels[0], across)
        if np.isfinite(image.dose):
            panels[1].set_title(
                f"{image.dose:,.0f} electrons per Å²".replace(",", "\u2009"), loc="right", pad=2
            )
    return figure


def show(axes: Axes, pixels: Floats, pixel: tuple[float, float], **keys: Any) -> AxesImage:
    """Put pixels of shape (nx, ny) on axes in Å, without any frame; return the picture."""
    width, height = (count * step for count, step in zip(pixels.shape, pixel, strict=True))
    options: dict[str, Any] = {"cmap": "gray", "interpolation": "bicubic", **keys}
    # the middle of the first pixel is at 0
    left, low = -pixel[0] / 2, -pixel[1] / 2
    extent = (left, left + width, low, low + height)
    picture = axes.imshow(pixels.T, origin="lower", extent=extent, **options)
    axes.set_autoscale_on(False)
    axes.set_axis_off()
    return picture


def scale_bar(axes: Axes, across: float) -> None:
    """Draw a bar of a round length, a sixth of the width or so, in the lower left corner."""
    length = min(_BARS, key=lambda each: abs(each - across / 6))
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    corner = (left + 0.02 * (right - left), low + 0.04 * (high - low))
    thick = 0.012 * (right - left)
    axes.add_patch(Rectangle(corner, length, thick, color="w", ec="k", lw=0.4))
    text = f"{length / 10:g} nm" if length >= 10 else f"{length} Å"
    axes.text(
        corner[0] + length / 2,
        corner[1] + 1.5 * thick,
        text,
        color="w",
        ha="center",
        fontsize=7,
        path_effects=[withStroke(linewidth=1, foreground="k")],
    )


def _mark(axes: Axes, columns: pd.DataFrame, beyond: float) -> None:
    # what most of a site is, by the whole picture
    for site, held, every in by_site(columns):
        rows = every[every["x_A"] > beyond]
        if rows.empty:
            continue
        # sites of one element are numbered: O1 and O2
        color = _COLORS.get(site.rstrip("0123456789"), _METAL)
        axes.plot(
            rows["x_A"],
            rows["y_A"],
            linestyle="",
            marker="D" if held else "o",
            markersize=4,
            markerfacecolor=color if held else "none",
            markeredgecolor=color,
            label=f"{site} with {held}" if held else site,
        )
