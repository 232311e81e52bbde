"""Isotherms: a line a temperature and layer, bulk on the diagonal, units on the axes."""

import numpy as np
import pandas as pd
import pytest

from delith import figures


@pytest.fixture
def layers():
    x = np.linspace(0, 1, 5)
    rows = [
        {
            "boundary": "twin (104)",
            "potential": "chgnet",
            "temperature_K": temperature,
            "mu_eV": x - 4,
            "content_bulk": x,
            "distance_A": distance,
            "side": pd.NA,
            "sites": 2,
            "occupation": x**power,
            "occupation_error": 0.01,
            "bulk_occupation": x,
            "bulk_occupation_error": 0.0,
        }
        for temperature in (600.0, 300.0)
        for distance, power in ((2.0, 1.5), (4.0, 1.2), (0.0, 2.0))
    ]
    return pd.concat([pd.DataFrame(row) for row in rows], ignore_index=True)


@pytest.fixture
def isotherms():
    rows = {"boundary": "twin (104)", "potential": "chgnet", "mu_eV": [-3.0, -4.0]}
    rows |= {"content_bulk": [1.0, 0.0], "gamma_J_per_m2": [0.1, 0.2], "gamma_error_J_per_m2": 0}
    tables = [
        pd.DataFrame(rows | {"temperature_K": t, "boundaries_equivalent": t < 500})
        for t in (300.0, 600.0)
    ]
    return pd.concat(tables, ignore_index=True)


def test_nearest_and_farthest_layer_at_each_temperature(layers):
    (ax,) = figures.occupation(layers).axes
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == [
        "300 K, layer at 0.0 Å",
        "300 K, layer at 4.0 Å",
        "600 K, layer at 0.0 Å",
        "600 K, layer at 4.0 Å",
        "bulk",
    ]
    near, far, bulk = ax.get_lines()[:3]
    assert list(near.get_ydata()) == [0, 1 / 16, 1 / 4, 9 / 16, 1]
    assert (near.get_linestyle(), far.get_linestyle()) == ("-", "--")
    assert near.get_color() == far.get_color() == "#0072B2", "safe for colour-blind readers"
    assert ax.get_lines()[3].get_color() == "#D55E00"
    assert list(bulk.get_xdata()) == list(bulk.get_ydata())
    assert "bulk" in ax.get_xlabel()
    assert ax.get_xlim()[0] > ax.get_xlim()[1], "delithiation runs to the right"


def test_one_layer_is_drawn_once_and_sides_are_told_apart(layers):
    one = layers[(layers["distance_A"] == 0) & (layers["temperature_K"] == 300)]
    (ax,) = figures.occupation(one).axes
    assert [line.get_linestyle() for line in ax.get_lines()] == ["-", "-"]
    both = pd.concat([one.assign(side=0), one.assign(side=1)])
    labels = [text.get_text() for text in figures.occupation(both).axes[0].get_legend().get_texts()]
    assert labels == ["side 0, 300 K, layer at 0.0 Å", "side 1, 300 K, layer at 0.0 Å", "bulk"]


def test_gamma_of_each_temperature(isotherms):
    (ax,) = figures.gamma_isotherms(isotherms).axes
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["300 K", "600 K (sum of two)"]
    cold, hot = ax.get_lines()
    assert list(cold.get_xdata()) == [0, 1]
    assert list(cold.get_ydata()) == [0.2, 0.1]
    assert hot.get_linestyle() == "--"
    assert "J/m²" in ax.get_ylabel()


def test_tables_from_files_empty_ones_and_axes_of_the_caller(layers, isotherms, tmp_path):
    for draw, table in ((figures.occupation, layers), (figures.gamma_isotherms, isotherms)):
        table.to_csv(tmp_path / "table.csv", index=False)
        first = draw(pd.read_csv(tmp_path / "table.csv"))
        assert len(first.axes[0].get_lines()) == len(draw(table).axes[0].get_lines())
        assert draw(table.iloc[:0]).axes[0].get_legend() is None
        assert draw(table, first.axes[0]) is first
