"""Blocks are the crystal itself, as large as was asked for, and close where they say so."""

from math import gcd

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delith import boundaries
from delith.crystals.inspection import surroundings
from delith.errors import DelithError
from delith.imaging import cut
from delith.imaging.block import MARGIN

AXES = st.tuples(st.integers(-3, 3), st.integers(-3, 3)).filter(lambda uv: gcd(*uv) == 1)


@pytest.fixture(scope="module")
def twin(lco):
    return boundaries.twin(lco, (1, 0, 4), separation=6).atoms


@pytest.fixture(scope="module")
def antiphase(lco):
    return boundaries.antiphase(lco, (1, 0, 4), separation=6).atoms


def known(atoms, some=slice(None)):
    """What surrounds atoms, each kind once."""
    return np.unique(surroundings(atoms, ["Co", "Li", "O"])[some].round(5), axis=0)


@given(axis=AXES, height=st.floats(4, 12), thickness=st.floats(3, 12))
@settings(max_examples=10, deadline=None)
def test_whole_cells_fill_a_seamless_block(twin, axis, height, thickness):
    block = cut(twin, axis, height, thickness)
    assert block.seamless
    assert block.window == (0, twin.cell[2, 2])
    assert block.height > height - 1e-5
    assert block.thickness > thickness - 1e-5
    u, v = axis
    period = np.linalg.norm(u * twin.cell[0] + v * twin.cell[1])
    assert block.height - height < np.linalg.norm(np.cross(*twin.cell[:2])) / period + 1e-5
    assert block.thickness - thickness < period + 1e-5
    copies = block.atoms.get_volume() / twin.get_volume()
    assert np.isclose(copies, round(copies))
    assert sorted(block.atoms.numbers) == sorted(list(twin.numbers) * round(copies))
    assert (block.atoms.get_scaled_positions(wrap=False) > -1e-6).all()
    assert (block.atoms.get_scaled_positions(wrap=False) < 1).all()


def test_along_the_common_axis_the_block_is_the_cell_repeated(twin):
    block = cut(twin, (1, 0), height=11, thickness=5)
    assert np.allclose(known(block.atoms), known(twin), atol=1e-4)


@pytest.mark.parametrize("axis", [(1, 0), (0, 1), (1, 1), (2, -1)])
@pytest.mark.parametrize("name", ["twin", "antiphase"])
def test_away_from_the_edges_every_atom_has_its_neighbours(name, axis, request):
    cell = request.getfixturevalue(name)
    block = cut(cell, axis, height=20, thickness=20, start=-3.0, width=12.0)
    assert not block.seamless
    assert np.isclose(block.width, 12)
    edges = block.atoms.cell.lengths()
    assert np.isclose(edges[0], 12 + 2 * MARGIN)
    deep = (np.minimum(block.atoms.positions, edges - block.atoms.positions) > 6.0).all(axis=1)
    assert deep.sum() > 50
    here, there = known(block.atoms, deep), known(cell)
    assert np.abs(here[:, None] - there[None]).max(axis=2).min(axis=1).max() < 1e-4


def test_the_normal_runs_to_the_right_and_the_picture_is_no_mirror_image(twin):
    # a corner of three atoms, and the handedness of what is seen of it
    marked = twin[[0]]
    marked.positions[0] = 0.1
    block = cut(marked, (1, 0), height=1, thickness=1)
    assert np.allclose(block.atoms.positions[0], [0.1, 0.1, block.thickness - 0.1])
    marked.positions[0] = (0.1, 0.1, 3.0)
    later = cut(marked, (1, 0), height=1, thickness=1, start=1.0)
    assert np.isclose(later.atoms.positions[0, 0], 2.0)


def test_a_left_handed_cell_and_a_turned_one_give_the_same_picture(twin):
    turned = twin.copy()
    turned.rotate(40, (1, 2, 3), rotate_cell=True)
    one, other = (cut(atoms, (1, 2), 6, 6).atoms for atoms in (twin, turned))
    assert np.allclose(one.cell, other.cell)
    apart = one.get_scaled_positions() - other.get_scaled_positions()
    assert np.abs(apart - np.rint(apart)).max() < 1e-6


def test_lean_cells_are_cut_with_a_margin(antiphase):
    block = cut(antiphase, (1, 0))
    assert not block.seamless
    assert block.window[0] == MARGIN
    assert cut(antiphase, (0, 1)).seamless


def test_bad_axes_and_sizes_are_refused(twin):
    with pytest.raises(DelithError, match="common divisor"):
        cut(twin, (2, 2))
    with pytest.raises(DelithError, match="positive"):
        cut(twin, height=0)
    bare = twin.copy()
    bare.cell[2] = 0
    with pytest.raises(DelithError, match="no periodic crystal"):
        cut(bare)
