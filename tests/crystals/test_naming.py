"""Point operations by name."""

from collections import Counter

import numpy as np
import pytest
from ase.build import bulk
from hypothesis import given
from hypothesis import strategies as st

from delith import crystals
from delith.crystals.naming import point_operation

CUBIC = np.unique(crystals.from_atoms(bulk("Cu", cubic=True)).symmetry.rotations, axis=0)
HEXAGONAL = np.unique(crystals.load("LiCoO2").symmetry.rotations, axis=0)


def test_every_operation_of_the_cube():
    kinds = Counter(point_operation(w).split(" ")[0] for w in CUBIC)
    assert kinds == {
        "identity": 1,
        "inversion": 1,
        "2-fold": 9,
        "3-fold": 8,
        "4-fold": 6,
        "-3-fold": 8,
        "-4-fold": 6,
        "mirror": 9,
    }


@pytest.mark.parametrize(
    ("rotation", "name"),
    [
        ([[0, -1, 0], [1, -1, 0], [0, 0, 1]], "3-fold [001]"),
        ([[0, 1, 0], [1, 0, 0], [0, 0, -1]], "2-fold [110]"),
        ([[0, -1, 0], [-1, 0, 0], [0, 0, 1]], "mirror (110)"),
        ([[1, -1, 0], [0, -1, 0], [0, 0, -1]], "2-fold [100]"),
        # normal to [100] in hexagonal axes
        ([[-1, 1, 0], [0, 1, 0], [0, 0, 1]], "mirror (2 -1 0)"),
    ],
)
def test_hexagonal_axes(rotation, name):
    assert point_operation(np.array(rotation)) == name
    assert any((w == rotation).all() for w in HEXAGONAL)


@given(st.sampled_from([*CUBIC, *HEXAGONAL]))
def test_an_operation_and_its_inverse_have_one_name(rotation):
    inverse = np.rint(np.linalg.inv(rotation)).astype(int)
    assert point_operation(inverse) == point_operation(rotation)
