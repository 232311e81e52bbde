"""Boundary energy against temperature."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from delith.energetics.states import states
from delith.figures.canvas import above, canvas, distinct


def free_energy(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw γ(T), one line per boundary, state, Li content and potential.

    Parameters
    ----------
    table : pandas.DataFrame
        As `delith.energetics.free_boundary_energies` gives.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Lines: γ with vibrations; dashed where imaginary modes were left out, of the boundary or
        of its bulk. Marker on the left: γ without vibrations; what lies between it and the line
        at 0 K is the zero-point energy.
    """
    with canvas(ax) as (figure, ax):
        known = table.dropna(subset=["gamma_J_per_m2"])
        known = known.assign(state=states(known))
        several = known["potential"].nunique() > 1
        contents = known["lithium_content"].unique()
        keys = ["boundary", "state", "potential", "lithium_content"]
        for k, (names, rows) in enumerate(known.groupby(keys, sort=False)):
            boundary, state, potential, content = names
            rows = rows.sort_values("temperature_K")
            imaginary = (rows[["imaginary_modes", "bulk_imaginary_modes"]] > 0).any(axis=None)
            parts = [
                boundary,
                state,
                f"x = {content:.3g}" if len(contents) > 1 else "",
                potential if several else "",
                "" if rows["boundaries_equivalent"].all() else "sum of two",
                "imaginary modes left out" if imaginary else "",
            ]
            style = distinct(k) | {"marker": ""} | ({"linestyle": "--"} if imaginary else {})
            ax.plot(
                rows["temperature_K"],
                rows["gamma_J_per_m2"],
                **style,
                label=", ".join(str(part) for part in parts if part),
            )
            ax.plot(
                0,
                rows["static_J_per_m2"].iloc[0],
                marker="<",
                color=style["color"],
                markerfacecolor="none",
                linestyle="none",
                clip_on=False,
                zorder=3,
            )
        ax.set_xlabel("Temperature (K)")
        ax.set_ylabel("Boundary energy γ (J/m²)")
        if len(known):
            ax.set_xlim(0, known["temperature_K"].max())
            ax.plot([], [], "<", color="0.4", markerfacecolor="none", label="without vibrations")
            # above the axes, where no line can hide it
            shared = [] if several else [str(known["potential"].iloc[0])]
            shared += [f"x = {content:.3g}" for content in contents if len(contents) == 1]
            above(ax, title=", ".join(shared) or None)
        return figure
