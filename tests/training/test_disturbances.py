"""Disturbances, and what a mirror plane takes from them."""

import numpy as np
import pytest
from ase import Atoms
from ase.spacegroup.symmetrize import prep_symmetry

from delith import boundaries, crystals
from delith.training.disturbances import disturbed, mirrored


@pytest.fixture(scope="module")
def twin() -> Atoms:
    return boundaries.twin(crystals.load("LiCoO2"), plane=(1, 0, 4), separation=4).atoms


def hot(atoms: Atoms, seed: int = 0) -> Atoms:
    return disturbed(atoms, atoms, np.random.default_rng(seed), temperature=800, strain=0.03)


def test_a_structure_near_a_plane_is_put_on_it(twin):
    """A relaxation that stopped some hundredths of an angstrom off."""
    off = twin.copy()
    off.rattle(0.01, seed=1)
    assert len(prep_symmetry(off, 1e-3)[0]) == 1
    assert len(prep_symmetry(mirrored(hot(twin), off), 1e-5)[0]) == 2


def test_what_keeps_the_plane_is_left_as_it_is(twin):
    once = mirrored(hot(twin), twin)
    twice = mirrored(once, twin)
    assert twice.positions == pytest.approx(once.positions, abs=1e-6)
    assert twice.cell[:] == pytest.approx(once.cell[:], abs=1e-6)


def test_without_a_plane_nothing_is_taken(twin):
    """Only the identity is left after displacements as large as these."""
    skew = twin.copy()
    skew.rattle(0.5, seed=2)
    made = hot(skew)
    assert mirrored(made, skew) is made
