"""What left its basin is told from what only moved."""

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
