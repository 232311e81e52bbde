"""A boundary cell as it stands: along the boundary plane, the normal from left to right."""

from __future__ import annotations

from math import ceil

from ase import Atoms
from ase.data import chemical_symbols, covalent_radii
from ase.data.colors import jmol_colors
from ase.visualize.plot import plot_atoms
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.figures.canvas import canvas

#: Of covalent radii, so that what lies behind is seen.
SHRUNK = 0.5
#: Width of the figure, inches; least height drawn, Å.
WIDTH, HIGH = 3.4, 8.0


def structure(atoms: Atoms, ax: Axes | None = None) -> Figure:
    """Draw a cell whose boundaries are normal to c, seen along a.

    Parameters
    ----------
    atoms : ase.Atoms
        Repeated along b until it is 8 Å high.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.
    """
    lengths = atoms.cell.lengths()
    shown = atoms.copy()
    shown.wrap()
    shown = shown.repeat((1, ceil(HIGH / lengths[1]), 1))
    height = min(2.6, 0.5 + WIDTH * shown.cell.lengths()[1] / lengths[2])
    with canvas(ax, (WIDTH, height)) as (figure, axes):
        # z to the right, y up
        plot_atoms(shown, axes, radii=SHRUNK * covalent_radii[shown.numbers], rotation="0x,90y,0z")
        axes.set_axis_off()
        for patch in axes.patches:
            patch.set_linewidth(0.4)
        for number in sorted(set(shown.numbers.tolist())):
            color, symbol = jmol_colors[number], chemical_symbols[number]
            axes.plot([], [], ls="", marker="o", ms=6, mec="k", mew=0.4, c=color, label=symbol)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4, handletextpad=0)
    return figure
