"""γ(T): a line a boundary, dashed where modes were left out, the static value marked."""

import io

import pandas as pd
import pytest

from delith import figures

CSV = """boundary,potential,lithium_content,state,temperature_K,gamma_J_per_m2,static_J_per_m2,\
imaginary_modes,bulk_imaginary_modes,boundaries_equivalent
twin (104),chgnet,1,,300,0.20,0.10,0,0,True
twin (104),chgnet,1,,0,0.15,0.10,0,0,True
antiphase (104),chgnet,1,,0,0.30,0.32,0,0.1,False
antiphase (104),chgnet,1,,300,0.25,0.32,0,0.1,False
twin (104),chgnet,0.5,,0,,0.4,,,True
"""


@pytest.fixture
def table():
    return pd.read_csv(io.StringIO(CSV))


def test_lines_markers_and_units(table):
    (ax,) = figures.free_energy(table).axes
    twin, static, antiphase, other = ax.get_lines()[:4]
    assert list(twin.get_xdata()) == [0, 300]
    assert list(twin.get_ydata()) == [0.15, 0.20]
    assert (twin.get_linestyle(), antiphase.get_linestyle()) == ("-", "--")
    assert list(static.get_ydata()) == [0.10]
    assert list(other.get_ydata()) == [0.32]
    assert static.get_color() == twin.get_color() != other.get_color()
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == [
        "twin (104)",
        "antiphase (104), sum of two, imaginary modes left out",
        "without vibrations",
    ]
    assert ("K" in ax.get_xlabel(), "J/m²" in ax.get_ylabel()) == (True, True)
    assert ax.get_xlim() == (0, 300)


def test_contents_and_potentials_are_told_apart(table):
    more = pd.concat([table, table.assign(lithium_content=0.5, potential="chgnet-r2scan")])
    (ax,) = figures.free_energy(more).axes
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[0] == "twin (104), x = 1, chgnet"
    assert "twin (104), x = 0.5, chgnet-r2scan" in labels


def test_empty_table_and_axes_of_the_caller(table):
    assert figures.free_energy(table.iloc[:0]).axes[0].get_legend() is None
    first = figures.free_energy(table)
    assert figures.free_energy(table, first.axes[0]) is first
