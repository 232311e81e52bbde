"""γ(x) of a study with what has checked it: where it stands, in the colour of its boundary."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from delith import figures


@pytest.fixture
def table():
    rows = [
        {"boundary": name, "lithium_content": x, "gamma_J_per_m2": gamma}
        for name, gamma in (("antiphase (104)", 0.7), ("twin (104)", 0.4))
        for x in (1.0, 0.5)
    ]
    known = pd.DataFrame(rows).assign(state="", potential="mace-lco-dft", level="DFT-tuned")
    return known.assign(gamma_of_one_J_per_m2=known["gamma_J_per_m2"], gamma_spread_J_per_m2=0.1)


@pytest.fixture
def checked():
    rows = [("twin (104)", 0.5, 0.35), ("antiphase (104)", 1.0, 0.66)]
    known = pd.DataFrame(rows, columns=["boundary", "lithium_content", "checked_gamma_J_per_m2"])
    return known.assign(state="", by="gpaw-r2scan")


def told(figure):
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_stars_stand_where_they_are_and_have_the_colour_of_their_boundary(table, checked):
    figure = figures.checked_energy(table, checked)
    lines = [line for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 2]
    colors = {line.get_label(): line.get_color() for line in lines}
    stars = [line for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 1]
    found = {(star.get_color(), star.get_xdata()[0], star.get_ydata()[0]) for star in stars}
    assert found == {(colors["twin (104)"], 0.5, 0.35), (colors["antiphase (104)"], 1.0, 0.66)}
    assert told(figure) == ["antiphase (104)", "twin (104)", "gpaw-r2scan"]


def test_decorated_boundaries_and_others_have_no_stars(table, checked, tmp_path):
    moved = checked.assign(state="1 Co exchanged, shell 0")
    other = checked.assign(boundary="twin (018)")
    figure = figures.checked_energy(table, pd.concat([moved, other]))
    assert told(figure) == ["antiphase (104)", "twin (104)"]
    # a file has nothing where cells are as they are
    checked.to_csv(tmp_path / "check.csv", index=False)
    again = figures.checked_energy(table, pd.read_csv(tmp_path / "check.csv"))
    assert told(again)[-1] == "gpaw-r2scan"


def test_axes_of_the_caller(table, checked):
    own = Figure().subplots()
    figures.checked_energy(table, checked, own)
    assert own.get_legend() is not None
    assert figures.checked_energy(table.iloc[:0], checked).axes


def test_structures_of_each_potential_have_stars_of_their_own(table, checked):
    other = table.assign(potential="mace-lco", gamma_J_per_m2=0.2)
    both = pd.concat([checked.assign(potential=name) for name in ("mace-lco-dft", "mace-lco")])
    figure = figures.checked_energy(pd.concat([table, other]), both)
    assert told(figure)[-2:] == [
        "gpaw-r2scan, structures of mace-lco-dft",
        "gpaw-r2scan, structures of mace-lco",
    ]
    stars = [line for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 1]
    assert len({star.get_marker() for star in stars}) == 2
