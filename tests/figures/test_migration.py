"""Migration: barriers against content and energies along paths, from tables and from files."""

import numpy as np
import pandas as pd
import pytest

from delith import figures

BOTH = "along", "bulk"
HOP = {"kind": "twin", "plane": "(104)", "potential": "chgnet", "ordering": 0}


@pytest.fixture
def table():
    rows = [
        ("twin (104)", "", 1.0, "Li along 1", "Li", "along", 0.5),
        ("twin (104)", "", 1.0, "Li along 2", "Li", "along", 0.7),
        ("twin (104)", "", 0.5, "Li along 1", "Li", "along", 0.3),
        ("twin (104)", "", 0.5, "Li across 1", "Li", "across", None),
        ("bulk for (104)", "", 1.0, "Li bulk 1", "Li", "bulk", 0.4),
    ]
    names = ["boundary", "state", "lithium_content", "hop", "element", "place", "barrier_eV"]
    return pd.DataFrame(rows, columns=names).assign(**HOP)


@pytest.fixture
def images():
    return pd.DataFrame(
        {
            "boundary": "twin (104)",
            "state": "",
            "lithium_content": 0.5,
            "hop": np.repeat(["Li along 1", "Li along 2"], 3),
            "image": [0, 1, 2] * 2,
            "path_A": [0, 1.5, 3] * 2,
            "energy_eV": [0, 0.5, 0.1, 0, 0.4, 0.0],
            "slope_eV_per_A": [0.0, 0.3, 0, 0, 0, 0],
        }
    ).assign(**HOP)


def labels(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


def test_every_hop_is_in_the_row_of_its_place_and_a_bar_joins_those_of_a_content(table):
    (ax,) = figures.barriers(table).axes
    assert labels(ax) == ["along", "bulk"]
    full, half = ax.get_lines()
    assert [line.get_label() for line in (full, half)] == ["x = 1", "x = 0.5"]
    assert list(full.get_xdata()) == [0.5, 0.7, 0.4]
    assert list(half.get_xdata()) == [0.3]
    assert [round(y) for y in full.get_ydata()] == [0, 0, 1]
    assert full.get_ydata()[0] < half.get_ydata()[0], "the fullest on top"
    assert ax.yaxis_inverted()
    bars = [path.vertices[:, 0].tolist() for path in ax.collections[0].get_paths()]
    assert bars == [[0.5, 0.7], [0.4, 0.4]]
    assert "eV" in ax.get_xlabel()


def test_what_differs_is_in_the_name_of_the_row(table):
    metal = table[:3].assign(element="Co", barrier_eV=1.0)
    other = table.assign(boundary="antiphase (104)")
    for more, expected in (
        (metal, ["Co, along", "Li, along", "Li, bulk"]),
        (other[:3], ["along, twin (104)", "bulk", "along, antiphase (104)"]),
        (table.assign(potential="other"), [f"{p}, {q}" for q in ("chgnet", "other") for p in BOTH]),
    ):
        (ax,) = figures.barriers(pd.concat([table, more])).axes
        assert labels(ax) == expected


def test_energy_along_a_path_passes_its_images_with_their_slopes(images):
    (ax,) = figures.profiles(images).axes
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["Li along 1", "Li along 2"]
    points, curve = ax.get_lines()[:2]
    assert list(points.get_ydata()) == [0, 0.5, 0.1]
    x, y = curve.get_data()
    assert np.interp(1.5, x, y) == pytest.approx(0.5, abs=1e-3)
    # uphill at the middle image, so that the highest point comes after it
    assert y.max() > 0.5
    assert x[y.argmax()] > 1.5
    assert "eV" in ax.get_ylabel()
    assert "Å" in ax.get_xlabel()


def test_tables_from_files_and_empty_ones(table, images, tmp_path):
    for draw, given in ((figures.barriers, table), (figures.profiles, images)):
        given.to_csv(tmp_path / "table.csv", index=False)
        (ax,) = draw(pd.read_csv(tmp_path / "table.csv")).axes
        assert len(ax.get_legend().get_texts()) == 2
        assert draw(given.iloc[:0]).axes[0].get_legend() is None


def test_many_lines_are_told_apart_in_the_colours_of_the_package():
    """Nine paths: seven colours, more markers and strokes, none of matplotlib's own colours."""
    rows = [
        {"hop": f"Li along {n}", "image": k, "path_A": float(k), "energy_eV": 0.1 * n * k * (2 - k)}
        for n in range(1, 10)
        for k in range(3)
    ]
    facts = {"boundary": "twin", "state": "", "lithium_content": 0.5, "ordering": 0}
    table = pd.DataFrame(rows).assign(slope_eV_per_A=0.0, potential="chgnet", **facts)
    (ax,) = figures.profiles(table).axes
    marked = [line for line in ax.get_lines() if line.get_linestyle() == "None"]
    looks = {(line.get_color(), line.get_marker()) for line in marked}
    assert len(looks) == len(marked) == 9
    assert all(color.startswith("#") for color, _ in looks)


def test_each_element_has_a_panel_and_paths_no_longer_names_than_they_need(images):
    """Metals hop over barriers ten times as high; orderings are told only of paths else alike."""
    metal = images.assign(hop=images["hop"].str.replace("Li", "Co"), ordering=1)
    lithium, cobalt = figures.profiles(pd.concat([images, metal])).axes
    named = [
        [text.get_text() for text in axes.get_legend().get_texts()] for axes in (lithium, cobalt)
    ]
    assert named == [["Li along 1", "Li along 2"], ["Co along 1", "Co along 2"]]
    again = pd.concat([images, images.assign(ordering=1)])
    (axes,) = figures.profiles(again).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        f"Li along {hop}, ordering {number}" for hop, number in ((1, 0), (2, 0), (1, 1), (2, 1))
    ]
