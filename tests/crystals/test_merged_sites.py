"""Sites whose metals are one species, and the translations that the crystal has lost."""

import numpy as np
from ase.build import bulk
from hypothesis import given
from hypothesis import strategies as st

from delith.crystals.merged_sites import MergedSites

LONG = bulk("CoO", "rocksalt", a=4.2, cubic=True) * (2, 1, 1)


def sites(off=0.0, seed=0, tolerance=0.3):
    """Rock salt in a cell of eight lattice points, its atoms a little off their places (Å)."""
    moved = LONG.positions + np.random.default_rng(seed).uniform(-off, off, LONG.positions.shape)
    fractions = moved @ np.linalg.inv(LONG.cell[:])
    return MergedSites(fractions, np.array(LONG.get_chemical_symbols()), LONG.cell[:], tolerance)


@given(st.integers(0, 1000))
def test_every_translation_is_found_though_atoms_are_off(seed):
    found = np.array(sites(0.1, seed).translations(np.eye(3, dtype=int)))
    assert len(found) == 8
    nearest = np.rint(found * [4, 2, 2]) / [4, 2, 2]
    assert np.abs((found - nearest) @ LONG.cell[:]).max() < 0.2
    assert len({tuple(each % 1) for each in nearest}) == 8


def test_atoms_that_are_too_far_off_have_lost_it():
    there = sites()
    there.fractions[0] += [0.1, 0, 0]
    assert len(there.translations(np.eye(3, dtype=int))) == 1


@given(st.integers(0, 1000))
def test_sites_are_folded_to_their_means(seed):
    folded = sites(0.1, seed).folded(bulk("CoO", "rocksalt", a=4.2).cell[:])
    assert sorted(folded.kinds) == ["Co", "O"]
    off = folded.fractions[1] - folded.fractions[0] - 0.5
    assert np.linalg.norm((off - np.rint(off)) @ folded.cell) < 0.2
