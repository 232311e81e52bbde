"""One style for every figure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure


@contextmanager
def canvas(
    ax: Axes | None, size: tuple[float, float] | None = None
) -> Iterator[tuple[Figure, Axes]]:
    """Draw on given axes, or on a figure of its own of a size in inches, in the package's style."""
    with matplotlib.style.context("delith.figures.delith"):
        if ax is None:
            ax = Figure(figsize=size, layout="constrained" if size else None).add_subplot()
        figure = ax.get_figure(root=True)
        assert figure is not None  # axes are always drawn on one
        yield figure, ax
