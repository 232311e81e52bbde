"""Whether γ has settled, as it is drawn."""

import pandas as pd
import pytest

from delith import figures


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        (potential, x, n, 0.4 + 0.1 / n, 0.1 * (n < 3))
        for potential in ("one", "other")
        for x in (1.0, 0.5)
        for n in (1, 2, 3)
    ]
    columns = ["potential", "lithium_content", "orderings"]
    columns += ["gamma_J_per_m2", "gamma_scatter_J_per_m2"]
    return pd.DataFrame(rows, columns=columns).assign(
        boundary="twin", state="", boundaries_equivalent=True
    )


def test_a_colour_for_each_content_and_a_stroke_for_each_potential(table):
    (axes,) = figures.orderings(table).axes
    assert len(axes.lines) == 4
    assert len({tuple(line.get_color()) for line in axes.lines}) == 2
    assert {line.get_linestyle() for line in axes.lines} == {"-", "--"}
    legend = axes.get_legend()
    assert legend.get_title().get_text() == "twin\none (solid)\nother (dashed)"
    assert [text.get_text() for text in legend.get_texts()] == ["x = 1", "x = 0.5"]


def test_a_table_without_rows_is_drawn_empty(table):
    (axes,) = figures.orderings(table.iloc[:0]).axes
    assert not axes.lines


def test_of_unlike_boundaries_it_is_the_sum(table):
    (axes,) = figures.orderings(table).axes
    assert axes.get_ylabel() == "Lowest γ (J/m²)"
    (axes,) = figures.orderings(table.assign(boundaries_equivalent=False)).axes
    assert axes.get_ylabel() == "Lowest γ, sum of two (J/m²)"
