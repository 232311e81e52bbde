"""Fitted operations are brought to a group, and are none where they contradict each other."""

import numpy as np
import pytest
import spglib
from ase.build import bulk
from hypothesis import given
from hypothesis import strategies as st

from delith.crystals import group_law
from delith.crystals.group_law import closed, closed_modulo, closes, lattice_rotations, symmetrised

CRYSTALS = {
    "rock salt": bulk("CoO", "rocksalt", a=4.2),
    "diamond": bulk("C"),
    "titanium": bulk("Ti"),
}


def operations(name):
    atoms = CRYSTALS[name]
    found = spglib.get_symmetry((atoms.cell[:], atoms.get_scaled_positions(), atoms.numbers))
    return found["rotations"].astype(np.int64), found["translations"]


@pytest.mark.parametrize("name", CRYSTALS)
@given(seed=st.integers(0, 2**32 - 1))
def test_translations_that_are_a_little_off_are_made_to_obey(name, seed):
    """And none of them goes farther than the fit was off, all of the others included."""
    rotations, exact = operations(name)
    off = np.random.default_rng(seed).uniform(-0.01, 0.01, exact.shape)
    made = closed(rotations, exact + off)
    assert group_law.group_law(rotations, made)
    moved = made - exact
    assert np.abs(moved - np.rint(moved)).max() < 0.1
    if np.abs(off).max() > 1e-3:
        assert not group_law.group_law(rotations, exact + off)


def test_what_obeys_is_left_as_it_is():
    rotations, exact = operations("diamond")
    kept = closed(rotations, exact) - exact
    assert np.allclose(kept, np.rint(kept), atol=1e-9)


@pytest.mark.parametrize("name", CRYSTALS)
def test_rotations_without_one_of_them_do_not_close(name):
    rotations, _ = operations(name)
    assert closes(rotations)
    assert not closes(rotations[1:])


def test_translations_close_with_all_that_they_make():
    thirds = np.array([[0, 0, 0], [1, 1, 1], [2, 2, 2]])
    assert closed_modulo(thirds, 3)
    assert closed_modulo(thirds + np.array([3, 0, -3]), 3)
    assert not closed_modulo(thirds[:2], 3)
    assert closed_modulo(thirds[:2], 2)


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        (np.eye(3), 48),
        (np.diag([1.0, 1.0, 1.6]), 16),
        (np.diag([1.0, 1.3, 1.6]), 8),
        (bulk("Ti").cell[:], 24),
        (bulk("Cu").cell[:], 48),
    ],
)
def test_a_lattice_has_the_rotations_of_its_system_and_more_where_strain_is_allowed(cell, count):
    assert len(lattice_rotations(cell, 0.001)) == count
    strain = np.array([[0.01, 0.004, 0], [0.004, -0.01, 0.002], [0, 0.002, 0.003]])
    strained = cell @ (np.eye(3) + strain)
    assert len(lattice_rotations(strained, 0.001)) == 2
    assert len(lattice_rotations(strained, 0.05)) == count


def test_a_strained_lattice_is_given_back_its_metric():
    rotations = lattice_rotations(np.eye(3), 0.001)
    made = symmetrised(np.diag([4.0, 4.1, 4.2]), rotations)
    assert made @ made.T == pytest.approx(np.eye(3) * (4.0**2 + 4.1**2 + 4.2**2) / 3)
