"""One style for every figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from delith.energetics.states import states

#: Of every figure.
STYLE = "delith.figures.delith"
#: Eleven beside seven colours: a pair of both repeats late.
_MARKERS = "os^DvPX<>ph"
_STROKES = ("-", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
#: How much of a colour is left when it comes again.
_AGAIN, _PALEST = 0.5, 0.25

#: Inches that axes leave to a legend above them; what it needs more makes the figure taller.
_SHARE = 0.45
#: Inches beside a legend, of an entry's key, and of a letter.
_BESIDE, _KEY, _LETTER = 0.7, 0.36, 0.043


def distinct(number: int) -> dict[str, Any]:
    """Colour, marker and stroke of a line, different for each of many."""
    # by value: names such as C0 are looked up when a figure is drawn, in whatever style holds then
    colors = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
    again, color = divmod(number, len(colors))
    return {
        "color": thinned(colors[color], max(_AGAIN**again, _PALEST)),
        "marker": _MARKERS[number % len(_MARKERS)],
        "linestyle": _STROKES[again % len(_STROKES)],
    }


def thinned(color: str, share: float) -> str:
    """Mix a colour with white. Unlike transparency it shows nothing of what lies behind."""
    red, green, blue = share * np.array(to_rgb(color)) + 1 - share
    return to_hex((red, green, blue)).upper()


def shades(contents: Iterable[Any]) -> dict[Any, Any]:
    """Return a colour for each Li content, the most lithium darkest."""
    ordered = sorted(set(contents), reverse=True)
    # the pale end of the map is no line on white
    colors = matplotlib.colormaps["viridis"](np.linspace(0, 0.9, len(ordered)))
    return dict(zip(ordered, colors, strict=True))


@contextmanager
def canvas(
    ax: Axes | None, size: tuple[float, float] | None = None
) -> Iterator[tuple[Figure, Axes]]:
    """Draw on given axes, or on a figure of its own of a size in inches, in the package's style.

    Its own is made larger by what legends above axes need.
    """
    with matplotlib.style.context(STYLE):
        own = ax is None
        if ax is None:
            ax = Figure(figsize=size, layout="constrained" if size else None).add_subplot()
        figure = ax.get_figure(root=True)
        assert figure is not None  # axes are always drawn on one
        yield figure, ax
        if own:
            _make_room(figure)


def _make_room(figure: Figure) -> None:
    """Give a figure the size that its legends need, which else would take it from the axes."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    known = [(ax, legend) for ax in figure.axes if (legend := ax.get_legend())]
    boxes = [(legend.get_window_extent(renderer), ax.bbox.y1) for ax, legend in known]
    inches = [(b.width / figure.dpi, b.height / figure.dpi) for b, top in boxes if b.y0 >= top]
    width, height = figure.get_size_inches()
    figure.set_size_inches(
        max([width, *(wide + _BESIDE for wide, _ in inches)]),
        height + sum(max(0, tall - _SHARE) for _, tall in inches),
    )


def stacked(whole: Axes, count: int, heights: Sequence[float] | None = None) -> list[Axes]:
    """Put panels one below the other in the place of axes, of relative heights."""
    place = whole.get_subplotspec()
    assert place is not None  # as all that pyplot and canvas make
    whole.remove()
    grid = place.subgridspec(count, 1, height_ratios=heights)
    return list(grid.subplots(squeeze=False)[:, 0])


def save(figure: Figure, path: Path, source: str = "") -> None:
    """Write a figure as PNG and PDF, in the package's style: some of it is looked up only now.

    Parameters
    ----------
    figure : Figure
    path : Path
        An ending of a table or picture gives way to .png and .pdf.
    source : str
        What it was made of, for those who find the file alone: ``Description`` in the PNG and
        ``Subject`` in the PDF.
    """
    # not what stands behind any dot: of x0.5 and x0.25 there would be one figure
    stem = path.with_suffix("") if path.suffix in (".csv", ".png", ".pdf") else path
    with matplotlib.style.context(STYLE):
        told = {"Description": source} if source else {}
        figure.savefig(f"{stem}.png", dpi=300, metadata=told)
        # the PDF is laid out as the PNG is
        figure.set_layout_engine("none")
        told = {"Subject": source} if source else {}
        figure.savefig(f"{stem}.pdf", metadata=told | {"CreationDate": None})


def lines(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows of each boundary, state and potential, with what tells them from the others."""
    several = table["potential"].nunique() > 1
    table = table.assign(state=states(table))
    for names, rows in table.groupby(["boundary", "state", "potential"]):
        boundary, state, potential = names
        parts = [boundary, state, potential if several else ""]
        yield ", ".join(str(part) for part in parts if part), rows


def styled(
    drawn: Iterable[tuple[str, pd.DataFrame]],
) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
    """What `lines` gives, and how to draw each: a colour and a marker a boundary and state.

    Of several potentials each has a marker and a stroke of its own instead.
    """
    drawn = list(drawn)
    names = [tuple(rows[["boundary", "state", "potential"]].iloc[0]) for _, rows in drawn]
    kinds, potentials = (
        list(dict.fromkeys(each))
        for each in ([name[:2] for name in names], [name[2] for name in names])
    )
    for (label, rows), (*kind, potential) in zip(drawn, names, strict=True):
        style = distinct(kinds.index(tuple(kind)))
        if len(potentials) > 1:
            number = potentials.index(potential)
            style["marker"] = _MARKERS[number % len(_MARKERS)]
            style["linestyle"] = _STROKES[number % len(_STROKES)]
        yield label, rows, style


def of_two(style: dict[str, Any], table: pd.DataFrame) -> dict[str, Any]:
    """Style of a line without markers that is the sum of two boundaries: dashed.

    Thin where there are several potentials, which strokes tell apart.
    """
    several = table["potential"].nunique() > 1
    return style | ({"linewidth": 0.6} if several else {"linestyle": "--"})


def above(ax: Axes, handles: Sequence[Artist] | None = None, **keys: Any) -> None:
    """Put a legend above the axes, where no line hides it, in as many columns as fit.

    Parameters
    ----------
    ax : Axes
    handles : sequence of Artist, optional
        Entries; by default what is labelled in the axes.
    **keys
        Go to `Axes.legend`.
    """
    if handles is None:
        handles = ax.get_legend_handles_labels()[0]
    longest = max((len(str(each.get_label())) for each in handles), default=0)
    figure = ax.get_figure(root=True)
    assert figure is not None  # axes are always drawn on one
    wide = ax.get_window_extent().width / figure.dpi
    ax.legend(
        handles=handles,
        ncols=max(1, int(wide / (_KEY + _LETTER * longest))),
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        title_fontsize="small",
        alignment="left",
        **keys,
    )


def legend_above(ax: Axes, table: pd.DataFrame) -> None:
    """Put the legend of a table above the axes, under the name of its potential."""
    labels = ax.get_legend_handles_labels()[1]
    if not labels:
        return
    above(ax, title=_only_potential(table))


def _only_potential(table: pd.DataFrame) -> str | None:
    """What all lines were computed with, and its level; None where there are several."""
    if table["potential"].nunique() > 1:
        return None
    first = table.iloc[0]
    return f"{first['potential']} ({first['level']})" if "level" in table else first["potential"]
