"""One style, whatever the process around has set."""

import matplotlib
import pandas as pd
import pytest
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


def many(potentials, contents=(1.0, 0.5)):
    """Eight boundaries with long names, by so many potentials."""
    row = {"state": "1 Co exchanged", "boundaries_equivalent": True, "gamma_J_per_m2": 0.1}
    row |= {"gamma_of_one_J_per_m2": 0.1, "gamma_spread_J_per_m2": 0.0, "static_J_per_m2": 0.1}
    row |= {"imaginary_modes": 0, "bulk_imaginary_modes": 0}
    return pd.DataFrame(
        [
            row
            | {"boundary": f"antiphase ({k}00) [1/2, 0, 1/2] at 0.25", "potential": f"mace-{p}"}
            | {"lithium_content": x, "temperature_K": 300 * x}
            for k in range(8)
            for p in range(potentials)
            for x in contents
        ]
    )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["boundary_energy", "free_energy"])
def test_a_long_legend_makes_the_figure_larger_and_not_the_axes_smaller(name, tmp_path):
    figure = getattr(figures, name)(many(2))
    figures.save(figure, tmp_path / name)
    figure.draw_without_rendering()
    (ax,) = figure.axes
    assert min(ax.get_window_extent().size) >= figure.dpi  # an inch
    (left, bottom), (right, top) = ax.get_legend().get_window_extent().get_points()
    width, height = figure.get_size_inches() * figure.dpi
    assert 0 <= left < right <= width
    assert 0 <= bottom < top <= height


@pytest.mark.parametrize("potentials", [1, 2])
def test_the_eighth_boundary_has_a_colour_of_its_own(potentials):
    """The style has seven."""
    (ax,) = figures.boundary_energy(many(potentials)).axes
    named = [line for line in ax.get_lines() if not line.get_label().startswith("_")]
    assert len(named) == 8 * potentials
    assert len({line.get_color() for line in named}) == 8
