"""Columns of the twin, their brightness, and how sure a contrast is."""

import numpy as np
import pytest
from ase import Atoms

from delith import boundaries, crystals, decorations
from delith.errors import DelithError
from delith.imaging import Image, columns, contrast, cut, expose, measure


@pytest.fixture(scope="module")
def block(lco):
    return cut(boundaries.twin(lco, (1, 0, 4), separation=8).atoms, (1, 0), height=10, thickness=5)


def test_every_column_is_one_element_along_the_common_axis(block):
    found = columns(block)
    # two formula units a layer, eight layers, each 5.6 Å thick: two atoms a column
    assert found["site"].value_counts().to_dict() == {"O": 32, "Li": 16, "Co": 16}
    assert set(found["formula"]) == {"Li2", "Co2", "O2"}
    assert found["x_A"].between(0, block.width).all()
    assert found["y_A"].between(0, block.height).all()


def test_exchanged_metal_shares_a_lithium_column(lco):
    twin = boundaries.twin(lco, (1, 0, 4), separation=8, repeat=(2, 1))
    moved = decorations.exchange(twin, 1, limit=1)[0].atoms
    found = columns(cut(moved, (1, 0), height=5, thickness=5))
    (mixed,) = found.loc[found["formula"] == "CoLi", "site"]
    assert mixed == "Li"
    assert (found["formula"] == "Co").sum() == 1  # that it left


@pytest.mark.parametrize("symbols", ["CoLi", "LiCo", "CoCoLi", "LiCoCo"])
def test_the_name_of_a_site_does_not_hang_on_the_order_of_atoms(symbols):
    places = [(2.0 * number, 1, 1) for number in range(len(Atoms(symbols)))]
    cell = Atoms(symbols, places, cell=[2.0 * len(places), 5, 6], pbc=True)
    (site,) = columns(cut(cell, height=5, thickness=1))["site"]
    assert site == ("Co and Li" if len(places) == 2 else "Co")


@pytest.mark.parametrize("along", [(1, 0), (0, 1)])
def test_columns_of_metals_and_oxygen_have_the_names_of_the_metals(along):
    """Oxygen is in the majority there, and what one sees is the metal."""
    found = columns(cut(crystals.load("LiNi0.5Mn1.5O4").atoms, along, height=5, thickness=5))
    named = {"Li": "Li", "MnO2": "Mn", "NiO2": "Ni"}
    assert set(found["formula"]) == set(named)
    assert found["site"].tolist() == found["formula"].map(named).tolist()


def test_columns_at_the_edge_of_a_cut_are_not_of_the_picture(lco):
    atoms = boundaries.twin(lco, (1, 0, 4), separation=8).atoms
    block = cut(atoms, (1, 0), height=10, thickness=5, start=1.0, width=8.0)
    found = columns(block)
    assert found["x_A"].between(0, 8).all()
    assert len(found) == 32


@pytest.mark.parametrize(("kind", "axis"), [("twin", (1, 1)), ("antiphase", (0, 1))])
def test_atoms_a_rounding_below_the_lower_edge_stand_on_it(lco, kind, axis):
    atoms = getattr(boundaries, kind)(lco, (1, 0, 4), separation=6).atoms
    block = cut(atoms, axis, height=5, thickness=5)
    lowest = np.abs(block.atoms.positions[:, 1]) < 1e-9
    assert lowest.any()
    block.atoms.positions[lowest, 1] = -1e-17  # by which no period is shorter than itself
    found = columns(block)
    assert found["y_A"].between(0, block.height, inclusive="left").all()
    assert found["x_A"].between(0, block.width, inclusive="left").all()
    assert found["site"].value_counts()["O"] == len(found) / 2


def test_other_axes_have_no_columns(lco):
    atoms = boundaries.twin(lco, (1, 0, 4), separation=8).atoms
    with pytest.raises(DelithError, match="choose another axis"):
        columns(cut(atoms, (3, 2), height=5, thickness=5))


def test_intensities_are_those_of_the_columns_and_scatter_as_told(block, dots):
    image = dots(block)
    table = measure(image, block)
    cobalt = table[table["site"] == "Co"]
    assert table.loc[table["site"] != "Co", "haadf"].max() < 0.2 * cobalt["haadf"].min()
    # columns and pixels do not stand alike
    assert cobalt["haadf"].std() < 1e-3 * cobalt["haadf"].mean()
    counted = [measure(expose(image, 1e4, seed), block) for seed in range(60)]
    scatter = np.std([each["haadf"] for each in counted], axis=0)
    told = np.sqrt(table["haadf_variance"] / 1e4)
    assert np.allclose(scatter[cobalt.index], told[cobalt.index], rtol=0.4)
    assert np.isclose((scatter / told)[cobalt.index].mean(), 1, atol=0.05)


@pytest.mark.parametrize(("kind", "start", "closes"), [("twin", 1.5, 1), ("antiphase", 0.5, 0)])
def test_light_comes_over_the_edge_where_the_picture_goes_on_only(lco, kind, start, closes):
    atoms = getattr(boundaries, kind)(lco, (1, 0, 4), separation=8).atoms
    block = cut(atoms, height=10, thickness=5, start=start)
    assert block.seamless == closes
    pixels = np.zeros((80, 50))
    pixels[-1] = 1  # nothing but the last pixels to the right
    table = measure(Image(pixels, pixels, (block.width / 80, block.height / 50)), block)
    left = table.loc[table["x_A"] < 0.7, "haadf"]
    assert len(left)
    assert (left > 0.01 if closes else left < 1e-9).all()


def test_the_dose_that_a_contrast_needs(block, dots):
    image = dots(block)
    table = measure(image, block)
    cobalt, lithium = (table[table["site"] == site] for site in ("Co", "Li"))
    told = contrast(cobalt, lithium)
    means = cobalt["haadf"].mean(), lithium["haadf"].mean()
    assert np.isclose(told["contrast"], means[0] / means[1] - 1)
    # five standard errors at that dose
    error = told["error_times_root_dose"] / np.sqrt(told["dose_per_A2"])
    assert error < told["contrast"] / 5 * means[0] / means[1] * 1.2
    dose, apart = told["dose_per_A2"], []
    for seed in range(100):
        counted = measure(expose(image, dose, seed), block)
        one = counted.loc[cobalt.index[0], "haadf"]
        apart.append(one - counted.loc[lithium.index, "haadf"].mean())
    assert np.isclose(np.mean(apart) / np.std(apart), 5, rtol=0.25)
    with pytest.raises(DelithError, match="no columns of one"):
        contrast(cobalt, lithium[:0])
