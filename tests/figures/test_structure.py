"""The picture of a cell: every atom, the normal from left to right."""

import numpy as np
from ase.build import bulk

from delith import figures


def test_every_atom_is_drawn_and_the_normal_runs_to_the_right():
    cell = bulk("LiO", "rocksalt", a=4.0, cubic=True).repeat((1, 1, 3))
    figure = figures.structure(cell)
    (axes,) = figure.axes
    figure.draw_without_rendering()
    circles = [p for p in axes.patches if len(p.get_path()) > 2]  # the rest are edges
    assert len(circles) == 2 * len(cell)  # 4 Å high is drawn twice
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["Li", "O"]
    across, up = np.ptp([c.get_extents().get_points().mean(axis=0) for c in circles], axis=0)
    # 12 Å along the normal and 8 Å up, each less the last plane
    assert np.isclose(across / up, 10 / 6, rtol=0.03)
