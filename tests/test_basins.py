"""What left its basin is told from what only moved."""

import numpy as np
import pytest

import delith as dl
from delith.basins import left_basin


@pytest.fixture(scope="module")
def twin():
    return dl.boundaries.twin(dl.crystals.load("LiCoO2"), (1, 0, 4), separation=4)


def test_broken_bonds_are_named(twin):
    torn = twin.atoms.copy()
    cobalt = next(a.index for a in torn if a.symbol == "Co")
    torn.positions[cobalt] += (0.0, 0.0, 1.5)
    told = left_basin(twin.atoms, torn, "Li")
    assert f"atom {cobalt} (Co)" in told
    assert left_basin(twin.atoms, twin.atoms, "Li") == ""


def test_moving_lithium_is_no_change_of_basin(twin):
    moved = twin.atoms.copy()
    moved.positions[next(a.index for a in moved if a.symbol == "Li")] += 0.8
    assert left_basin(twin.atoms, moved, "Li") == ""


def test_explosion_is_named(twin):
    blown = twin.atoms.copy()
    blown.set_cell(blown.cell[:] * 1.3, scale_atoms=True)
    assert "exploded" in left_basin(twin.atoms, blown, "Li")


def test_layers_that_slide_make_another_crystal_and_layers_that_close_do_not(twin):
    """O3 becomes O1 where every layer slides by a third of a cell on the one below."""
    empty = dl.crystals.load("LiCoO2").atoms
    del empty[empty.symbols == "Li"]
    closed = empty.copy()
    closed.set_cell(empty.cell[:] * [1, 1, 0.88], scale_atoms=True)
    assert left_basin(empty, closed, "Li") == ""
    slid = closed.copy()
    cell = slid.cell[:]
    per_layer = (2 * cell[0] + cell[1]) / 3
    cell[2] += 3 * per_layer
    slid.set_cell(cell, scale_atoms=True)
    assert "strained by" in left_basin(empty, slid, "Li")


def stack(layers):
    """So many empty layers of LiCoO2, one cobalt in each."""
    lco = dl.crystals.load("LiCoO2")
    oriented = dl.bicrystal.orient(lco, (0, 0, 3))
    cell, step = oriented.cell.vectors.copy(), oriented.cell.vectors[2]
    atoms = oriented.atoms(oriented.fractions @ cell, np.arange(len(oriented.fractions)), step)
    atoms = atoms.repeat((1, 1, layers))
    return atoms[np.array(atoms.symbols) != "Li"]


@pytest.mark.parametrize("layers", [2, 3, 4, 5])
@pytest.mark.parametrize("leans", [False, True])
def test_one_layer_that_slides_makes_another_stacking(layers, leans):
    """Bonds do not change by it, nor, where the cell does not lean, the cell."""
    start = stack(layers)
    assert start.symbols.count("Co") == layers
    in_plane = start.cell[:2]
    third = (in_plane[0] + in_plane[1]) / 3
    assert np.linalg.norm(third) == pytest.approx(2.816 / np.sqrt(3), abs=0.01)
    heights = np.sort(start.positions[np.array(start.symbols) == "Co", 2])
    end = start.copy()
    end.positions[start.positions[:, 2] > heights[:2].mean()] += third
    if leans:
        end.set_cell(np.vstack([in_plane, start.cell[2] + third]))
    told = left_basin(start, end, "Li")
    assert "slid" in told
    assert "(Co, Co)" in told


def test_what_was_moved_may_come_to_rest_elsewhere(twin):
    """And grains may shift against each other: neither is another crystal."""
    start = twin.atoms.copy()
    cobalt = next(a.index for a in start if a.symbol == "Co")
    start.set_array("moved", np.arange(len(start)) == cobalt)
    end = start.copy()
    end.positions[start.arrays["grain"] == 1] += (0.9, 0, 0)
    assert "slid" not in left_basin(start, end, "Li")
    end.positions[cobalt] += (0.75, 0, 0)
    assert "slid" not in left_basin(start, end, "Li")
