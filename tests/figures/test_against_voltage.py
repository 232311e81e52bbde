"""Figures against voltage and of bulk: lines where the numbers are, units on the axes."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from delith import figures

LINE = {"potential": "chgnet", "state": None, "boundaries_equivalent": True}


@pytest.fixture
def gamma():
    rows = [
        {"voltage_V": v, "boundary": "twin", "gamma_J_per_m2": g, "gamma_of_one_J_per_m2": g} | LINE
        for v, g in ((3.0, 0.2), (4.0, -0.1))
    ]
    rows += [
        {"voltage_V": v, "boundary": "domain", "gamma_J_per_m2": g, "excess_lithium_per_nm2": 1.0}
        | LINE
        | {"boundaries_equivalent": False}
        for v, g in ((3.0, 0.5), (4.0, 0.6))
    ]
    return pd.DataFrame(rows)


def test_gamma_of_one_is_drawn_and_sums_are_dashed(gamma):
    (ax,) = figures.open_energy(gamma).axes
    domain, twin = ax.get_lines()[:2]
    assert list(twin.get_ydata()) == [0.2, -0.1]
    assert list(domain.get_ydata()) == [0.5, 0.6]
    assert (twin.get_linestyle(), domain.get_linestyle()) == ("-", "--")
    assert "(V)" in ax.get_xlabel()
    assert "J/m²" in ax.get_ylabel()


def test_sums_by_two_potentials_are_told_apart(gamma):
    both = pd.concat([gamma, gamma.assign(potential="mace")])
    for draw in (figures.open_energy, figures.excess_lithium):
        lines = draw(both).axes[0].get_lines()[:4]
        looks = {(e.get_color(), e.get_linestyle(), e.get_linewidth()) for e in lines}
        assert len(looks) == 4


def test_excess_lithium_has_its_unit(gamma):
    (ax,) = figures.excess_lithium(gamma).axes
    assert "1/nm²" in ax.get_ylabel()
    assert list(ax.get_lines()[0].get_ydata()) == [1.0, 1.0]


def test_steps_run_from_full_to_empty():
    steps = [
        {"host": "bulk", "kind": "bulk", "content_from": a, "content_to": b, "voltage_V": v} | LINE
        for a, b, v in ((1.0, 0.5, 3.5), (0.5, 0.0, 4.0))
    ]
    steps.append(steps[0] | {"host": "twin", "kind": "twin"})
    (ax,) = figures.voltage(pd.DataFrame(steps)).axes
    (stairs,) = ax.patches
    assert stairs.get_data().edges.tolist() == [0.0, 0.5, 1.0]
    assert stairs.get_data().values.tolist() == [4.0, 3.5]
    assert ax.get_xlim()[0] > ax.get_xlim()[1]


def test_the_hull_is_a_line_and_what_lies_above_is_open():
    rows = [(1.0, 0.0, True), (0.5, -0.2, True), (0.5, -0.1, False), (0.0, 0.0, True)]
    names = ["lithium_content", "formation_energy_eV", "on_hull"]
    table = pd.DataFrame(rows, columns=names).assign(host="bulk", potential="chgnet")
    (ax,) = figures.hull(table).axes
    line, above = ax.get_lines()[:2]
    assert list(line.get_ydata()) == [0, -200, 0]
    assert list(above.get_ydata()) == [-100]
    assert "meV" in ax.get_ylabel()


def test_phases_fill_the_range_of_voltage():
    rows = [("twin", 3.0, 3.5), ("antiphase", 3.5, 4.5)]
    table = pd.DataFrame(rows, columns=["boundary", "voltage_from_V", "voltage_to_V"])
    (ax,) = figures.phases(table.assign(potential="chgnet", state=None)).axes
    spans = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches)
    assert spans == [(3.0, 3.5), (3.5, 4.5)]


def test_phases_have_the_colours_of_their_boundaries_in_other_figures():
    """The eighth too, whatever the order in which they are the lowest."""
    names = [f"antiphase ({k}00)" for k in reversed(range(8))]
    spans = [{"voltage_from_V": v, "voltage_to_V": v + 1} for v in range(8)]
    row = LINE | {"gamma_J_per_m2": 0.1, "gamma_of_one_J_per_m2": 0.1, "gamma_spread_J_per_m2": 0}
    row |= {"lithium_content": 1.0}
    table = pd.DataFrame(
        [row | {"boundary": name} | span for name, span in zip(names, spans, strict=True)]
    )
    keys = figures.phases(table).axes[0].get_legend().legend_handles
    found = {key.get_label(): to_hex(key.get_facecolor()) for key in keys}
    lines = figures.boundary_energy(table).axes[0].get_lines()[:8]
    assert found == {line.get_label(): to_hex(line.get_color()) for line in lines}
    assert len(set(found.values())) == 8


def test_ranges_in_which_a_rival_is_not_known_are_hatched(tmp_path):
    rows = [("twin", 3.0, 3.5, ""), ("twin", 3.5, 4.5, "antiphase, Mg")]
    names = ["boundary", "voltage_from_V", "voltage_to_V", "not_known"]
    table = pd.DataFrame(rows, columns=names).assign(potential="chgnet", state="")
    table.to_csv(tmp_path / "phases.csv", index=False)
    for given in (table, pd.read_csv(tmp_path / "phases.csv")):
        (ax,) = figures.phases(given).axes
        assert [bar.get_hatch() or "" for bar in ax.patches] == ["", "////"]
        keys = [(key.get_label(), key.get_hatch()) for key in ax.get_legend().legend_handles]
        assert keys == [("twin", None), ("or another, not known there", "////")]


def test_extrapolated_values_stand_beside_the_computed():
    row = {
        "boundary": "twin",
        "lithium_content": 1.0,
        "gamma_J_per_m2": 0.13,
        "gamma_extrapolated_J_per_m2": 0.12,
        "gamma_extrapolated_error_J_per_m2": float("nan"),
    }
    (ax,) = figures.separation(pd.DataFrame([row | LINE])).axes
    values = [list(line.get_ydata()) for line in ax.get_lines()]
    assert [0.13] in values
    assert [0.12] in values
    # an error that nobody knows is no error of nothing
    bars = [segment for lines in ax.collections for segment in lines.get_segments()]
    assert not any(len(segment) and np.isfinite(segment).all() for segment in bars)
