"""One style, whatever the process around has set."""

import matplotlib
import pandas as pd
from PIL import Image

from delith import figures


def test_a_saved_figure_does_not_depend_on_the_settings_of_the_process(tmp_path):
    row = {"boundary": "twin", "potential": "chgnet", "lithium_content": 1.0, "state": ""}
    row |= {"gamma_J_per_m2": 0.1, "gamma_of_one_J_per_m2": 0.1, "gamma_spread_J_per_m2": 0.0}
    row |= {"boundaries_equivalent": True}
    table = pd.DataFrame([row, row | {"lithium_content": 0.5, "gamma_of_one_J_per_m2": 0.2}])
    figures.save(figures.boundary_energy(table), tmp_path / "plain")
    with matplotlib.rc_context({"font.size": 20}):
        figures.save(figures.boundary_energy(table), tmp_path / "other")
    for ending in (".png", ".pdf"):
        one, other = (tmp_path / f"{name}{ending}" for name in ("plain", "other"))
        assert one.read_bytes() == other.read_bytes()


def test_a_figure_says_what_it_is_of(tmp_path):
    table = pd.DataFrame(
        [
            {
                "boundary": "twin",
                "potential": "chgnet",
                "lithium_content": 1.0,
                "state": "",
                "gamma_J_per_m2": 0.1,
                "gamma_of_one_J_per_m2": 0.1,
                "gamma_spread_J_per_m2": 0.0,
                "boundaries_equivalent": True,
            }
        ]
    )
    figures.save(figures.boundary_energy(table), tmp_path / "told", "delith run study.yaml; γ")
    assert Image.open(tmp_path / "told.png").text["Description"] == "delith run study.yaml; γ"
    assert b"/Subject" in (tmp_path / "told.pdf").read_bytes()


def test_a_boundary_has_one_colour_in_every_figure():
    """Tables of one study do not have their rows in one order."""
    row = {"potential": "chgnet", "state": "", "gamma_J_per_m2": 0.1, "boundaries_equivalent": True}
    row |= {"gamma_of_one_J_per_m2": 0.1, "gamma_spread_J_per_m2": 0.0}
    closed = pd.DataFrame(
        [row | {"boundary": name, "lithium_content": 1.0} for name in ("antiphase", "twin")]
    )
    opened = pd.DataFrame(
        [row | {"boundary": name, "voltage_V": 4.0} for name in ("twin", "antiphase")]
    )
    drawn = figures.boundary_energy(closed), figures.open_energy(opened)
    colours = [
        {line.get_label(): line.get_color() for line in figure.axes[0].get_lines()[:2]}
        for figure in drawn
    ]
    assert colours[0].keys() == {"antiphase", "twin"}
    assert colours[0] == colours[1]


def test_figures_of_names_with_dots_are_two(tmp_path):
    figure = figures.boundary_energy(
        pd.DataFrame(
            columns=["boundary", "potential", "state", "lithium_content", "gamma_J_per_m2"]
        )
    )
    for name in ("x0.5", "x0.25", "table.csv"):
        figures.save(figure, tmp_path / name)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == [f"{n}.{e}" for n in ("table", "x0.25", "x0.5") for e in ("pdf", "png")]
