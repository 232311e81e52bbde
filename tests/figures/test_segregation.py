"""Segregation energies: a column a dopant, a marker a layer, the line at zero."""

import pandas as pd
import pytest

from delith import figures

ROWS = [
    ("Mg on Mn", 0, 0, 1.0, -0.25),
    ("Mg on Mn", 1, 0, 1.0, -0.02),
    ("Al on Mn", 0, 0, 1.0, -0.10),
    ("", None, 1, 0.5, 0.30),
    ("Zr on Mn", 0, 0, 1.0, None),
]


@pytest.fixture
def table():
    names = ["dopant", "shell", "exchanged", "lithium_content", "segregation_energy_eV"]
    made = pd.DataFrame(ROWS, columns=names).astype({"shell": "Int64"})
    return made.assign(boundary="antiphase (100)", potential="chgnet")


def test_columns_markers_and_units(table):
    (ax,) = figures.segregation(table).axes
    assert [t.get_text() for t in ax.get_xticklabels()] == ["Mg", "Al", "1 moved"]
    labels = [t.get_text() for t in ax.get_legend().get_texts()]
    assert labels == ["x = 1", "x = 0.5", "next to the boundary", "shell 1"]
    assert "eV" in ax.get_ylabel()
    near, far = ax.get_lines()[:2]
    assert list(near.get_ydata()) == [-0.25, -0.10]
    assert far.get_markerfacecolor() == "none"
    assert far.get_color() == near.get_color()


def test_potentials_have_markers_and_contents_colours(table):
    both = pd.concat([table, table.assign(potential="mace")])
    (ax,) = figures.segregation(both).axes
    labels = [t.get_text() for t in ax.get_legend().get_texts()]
    assert labels == ["x = 1", "x = 0.5", "chgnet", "mace", "next to the boundary", "shell 1"]
    looks = {(line.get_color(), line.get_marker()) for line in ax.get_lines()[:-1]}
    assert len(looks) == 4


def test_a_table_from_a_file_and_an_empty_one(table, tmp_path):
    table.to_csv(tmp_path / "decorations.csv", index=False)
    (ax,) = figures.segregation(pd.read_csv(tmp_path / "decorations.csv")).axes
    assert len(ax.get_xticks()) == 3
    assert figures.segregation(table.iloc[:0]).axes[0].get_legend() is None
