"""Pictures of images: nothing lost, nothing mirrored, nothing off its place."""

import numpy as np
import pandas as pd
import pytest

from delith import figures
from delith.imaging import Image, strain


@pytest.fixture(scope="module")
def image():
    pixels = np.zeros((60, 30))
    pixels[10, 25] = 1.0
    return Image(pixels, 1 - pixels, (0.2, 0.2), dose=1e4)


def test_the_normal_runs_to_the_right_and_columns_are_where_they_are_bright(image):
    columns = pd.DataFrame(
        {
            "x_A": [2.0, 10.0, 8.0, 9.0],
            "y_A": [5.0, 3.0, 2.0, 1.0],
            "site": ["Co", "Li", "Li", "Li"],
            "formula": ["Co2", "Li2", "Li", "CoLi"],
        }
    )
    figure = figures.micrograph(image, columns)
    above, below = figure.axes
    shown = above.images[0].get_array()
    assert above.images[0].origin == "lower"
    assert shown.shape == (30, 60)
    left, right, low, high = above.images[0].get_extent()
    row, column = np.unravel_index(shown.argmax(), shown.shape)
    assert np.isclose(left + (column + 0.5) * (right - left) / 60, 2.0)
    assert np.isclose(low + (row + 0.5) * (high - low) / 30, 5.0)
    # marked in the right half alone
    assert [line.get_xydata().tolist() for line in above.lines] == [
        [[10.0, 3.0], [8.0, 2.0]],
        [[9.0, 1.0]],
    ]
    # and apart where they hold something else
    lithium, mixed = above.lines
    assert lithium.get_markerfacecolor() == "none"
    assert mixed.get_markerfacecolor() == mixed.get_markeredgecolor()
    labels = [text.get_text() for text in above.get_legend().get_texts()]
    assert labels == ["Li", "Li with Co and Li"]
    assert [text.get_text() for text in above.texts] == ["2 Å"]
    assert below.get_title(loc="right") == "10\u2009000 electrons per Å²"


def test_exchanged_columns_are_filled_and_named():
    table = pd.DataFrame(
        {
            "x_A": [0.0, 1, 2, 3],
            "site": ["Li"] * 3 + ["Co"],
            "formula": ["Li2", "Li", "CoLi", "Co2"],
            "haadf": [0.01, 0.01, 0.02, 0.04],
            "haadf_variance": [1e-4] * 4,
        }
    )
    figure = figures.column_intensities(table, dose=1e4)
    (axes,) = figure.axes
    names = axes.get_legend_handles_labels()[1]
    assert names == ["Co site", "Li site", "Li site with Co and Li"]
    bars = [container[0].get_ydata().tolist() for container in axes.containers]
    assert bars == [[4.0], [1.0, 1.0], [2.0]]


def test_strain_has_a_scale_of_its_own_for_each_part():
    x = np.arange(100) * 0.2
    pixels = np.cos(2 * np.pi * 0.25 * x)[:, None] * np.cos(2 * np.pi * 0.5 * x[:50])
    found = strain(Image(pixels, pixels, (0.2, 0.2)), ((0.25, 0.5), (0.25, -0.5)))
    figure = figures.strain_map(found)
    assert [axes.get_ylabel() for axes in figure.axes[3:]] == [
        "$ε_{xx}$ (%)",
        "$ε_{xy}$ (%)",
        "rotation (°)",
    ]
    for axes in figure.axes[:3]:
        low, high = axes.images[0].get_clim()
        assert low == -high < 0
