"""The figure shows what the table holds, with units, and takes the CSV as well."""

import io

import numpy as np
import pandas as pd
import pytest

from delith import figures

CSV = """boundary,kind,plane,potential,lithium_content,state,gamma_J_per_m2,\
gamma_same_content_J_per_m2,gamma_of_one_J_per_m2,gamma_spread_J_per_m2,boundaries_equivalent
antiphase (104),antiphase,(104),chgnet,1,,0.3,0.3,0.3,0,True
antiphase (104),antiphase,(104),chgnet,0,,0.5,0.5,0.5,0.1,True
twin (104),twin,(104),chgnet,1,,0.1,0.1,,0,False
twin (104),twin,(104),chgnet,0.5,,,,,,False
twin (104),twin,(104),chgnet,0,,0.2,0.2,,0.05,False
"""


@pytest.fixture
def table():
    return pd.read_csv(io.StringIO(CSV))


def test_lines_bands_units_and_direction(table):
    (ax,) = figures.boundary_energy(table).axes
    apb, twin = ax.get_lines()[:2]
    assert list(apb.get_xdata()) == [1.0, 0.0]
    assert list(apb.get_ydata()) == [0.3, 0.5]
    assert list(twin.get_xdata()) == [1.0, 0.0], "a content without a number leaves a gap"
    assert "sum of two" in twin.get_label()
    assert len(ax.collections) == 2
    assert "J/m²" in ax.get_ylabel()
    assert ax.get_xlim()[0] > ax.get_xlim()[1], "delithiation runs to the right"


def test_potentials_are_told_apart(table):
    both = pd.concat([table, table.assign(potential="chgnet-r2scan")])
    (ax,) = figures.boundary_energy(both).axes
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(labels) == 4
    assert any("chgnet-r2scan" in label for label in labels)
    assert not ax.collections, "bands of several would lie on each other"


def test_states_have_lines_of_their_own(table):
    exchanged = table[table["kind"] == "twin"].assign(state="1 exchanged")
    (ax,) = figures.boundary_energy(pd.concat([table, exchanged])).axes
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[2] == "twin (104), 1 exchanged (sum of two)"


def test_of_two_of_which_one_is_decorated_that_one_is_drawn(table):
    moved = table[table["kind"] == "antiphase"].assign(
        state="1 exchanged", gamma_J_per_m2=[1.3, 0.9], boundaries_equivalent=False
    )
    moved["gamma_of_one_J_per_m2"] = [1.0, 0.4]
    (ax,) = figures.boundary_energy(pd.concat([table, moved])).axes
    line = ax.get_lines()[1]
    assert line.get_label() == "antiphase (104), 1 exchanged"
    assert list(line.get_ydata()) == [1.0, 0.4]
    # where that of the other is not known, neither is it, and the rest stays what it is
    moved["gamma_of_one_J_per_m2"] = [1.0, None]
    line = figures.boundary_energy(pd.concat([table, moved])).axes[0].get_lines()[1]
    assert line.get_label() == "antiphase (104), 1 exchanged"
    assert line.get_ydata()[0] == 1.0
    assert np.isnan(line.get_ydata()[1])


def test_empty_table_and_axes_of_the_caller(table):
    figures.boundary_energy(table.iloc[:0])
    first = figures.boundary_energy(table)
    assert figures.boundary_energy(table, first.axes[0]) is first


def test_a_colour_is_a_boundary_and_a_marker_a_potential(table):
    several = pd.concat([table.assign(potential=f"p{k}") for k in range(4)], ignore_index=True)
    (ax,) = figures.boundary_energy(several).axes
    named = {line.get_label(): line for line in ax.lines if not line.get_label().startswith("_")}
    colours, markers = {}, {}
    for label, line in named.items():
        *boundary, potential = label.removesuffix(" (sum of two)").split(", ")
        colours.setdefault(tuple(boundary), set()).add(line.get_color())
        markers.setdefault(potential, set()).add(line.get_marker())
    assert all(len(found) == 1 for found in (*colours.values(), *markers.values()))
    assert len(set.union(*colours.values())) == len(colours) > 1
    assert len(set.union(*markers.values())) == len(markers) == 4
