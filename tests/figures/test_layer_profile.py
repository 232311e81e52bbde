"""A panel for what is known, a colour for each record, lines at the boundaries, units on axes."""

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from delith import figures

CSV = """boundary,potential,lithium_content,state,record,layer,height_A,nearest_boundary,\
distance_A,lithium_sites,lithium_filling,spacing_A,strain,atoms_Co,moment_Co_muB,off_centring_Co_A,atoms_Li,\
off_centring_Li_A
twin (104),chgnet,1,,a,0,0,0,0,1,1,2,0,1,0.1,0.2,1,0.3
twin (104),chgnet,1,,a,1,2,1,-2,1,1,2,0.01,1,0.1,0.0,1,0.1
twin (104),chgnet,0.5,,b,0,0,0,0,1,0,2,-0.02,1,0.9,0.2,0,
twin (104),chgnet,0.5,,b,1,2,1,-2,1,1,2,0.02,1,,0.0,1,0.1
"""


@pytest.fixture
def table():
    return pd.read_csv(io.StringIO(CSV))


def drawn(axis):
    return [line for line in axis.get_lines() if len(set(line.get_xdata())) > 1]


def test_panels_of_what_is_known(table):
    axes = figures.layer_profile(table).axes
    labels = [axis.get_ylabel().replace("\n", " ") for axis in axes]
    known = ["Li sites filled, x", "spacing strain (%)", "moment (μB)", "off-centring (Å)"]
    assert labels == known
    assert "Å" in axes[-1].get_xlabel()


def test_points_are_those_of_the_table(table):
    filled, strain, moment, off = figures.layer_profile(table).axes
    full, half = filled.collections
    assert [color[3] for color in full.get_facecolors()] == [1, 1]
    assert [color[3] for color in half.get_facecolors()] == [0, 1], "an open dot has no lithium"
    assert half.get_offsets().tolist() == [[0, 1], [2, 1]]
    assert [label.get_text() for label in filled.get_yticklabels()] == ["1", "0.5"]
    assert list(drawn(strain)[1].get_xdata()) == [1, 3], "midway between two layers"
    assert list(drawn(strain)[1].get_ydata()) == [-2, 2]
    assert np.isnan(drawn(moment)[1].get_ydata()[1]), "the line breaks where it is not known"
    markers = {line.get_marker() for line in off.get_lines() if line.get_marker() in "os"}
    assert markers == {"o", "s"}, "cobalt and lithium"


def test_more_lithium_is_darker_where_each_record_has_another_content(table):
    colors = [line.get_color() for line in drawn(figures.layer_profile(table).axes[1])]
    assert sum(colors[0][:3]) < sum(colors[1][:3])
    alike = figures.layer_profile(table.assign(lithium_content=1.0)).axes[1]
    cycle = [line.get_color() for line in drawn(alike)]
    assert cycle == ["#0072B2", "#D55E00"], "those of other figures"


def test_boundaries_are_marked(table):
    (first, *_) = figures.layer_profile(table[table["record"] == "a"]).axes
    lines = [line.get_xdata()[0] for line in first.get_lines() if len(set(line.get_xdata())) == 1]
    assert lines == [0, 4]


def test_legend_says_what_differs(table):
    legend = figures.layer_profile(table).axes[0].get_legend()
    assert legend.get_title().get_text() == "twin (104)"
    assert [text.get_text() for text in legend.get_texts()] == [
        "x = 1",
        "x = 0.5",
        "Co",
        "Li",
        "boundary",
    ]
    moved = table.assign(record="c", state="1 Co exchanged", potential="chgnet-r2scan")
    both = pd.concat([table.assign(state=""), moved])
    texts = figures.layer_profile(both).axes[0].get_legend().get_texts()
    assert "1 Co exchanged, chgnet-r2scan, x = 1" in [text.get_text() for text in texts]


def test_empty_table_and_axes_of_the_caller(table):
    assert isinstance(figures.layer_profile(table.iloc[:0]), Figure)
    own = Figure()
    left, right = own.subplots(1, 2)
    assert figures.layer_profile(table, right) is own
    assert left in own.axes
    assert right not in own.axes
    assert len(own.axes) == 5
