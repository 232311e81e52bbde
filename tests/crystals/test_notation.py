"""Planes and vectors read as in the literature."""

import numpy as np
import pytest

from delith.crystals import notation


@pytest.mark.parametrize(
    ("plane", "text"), [((1, 0, 4), "(104)"), ((1, -2, 0), "(1 -2 0)"), ((0, 1, 10), "(0 1 10)")]
)
def test_planes_read_as_usual(plane, text):
    assert notation.format_plane(plane) == text


def test_vectors_read_as_fractions():
    assert notation.format_vector(np.array([0, -0.5, 2 / 3])) == "[0, -1/2, 2/3]"
    assert notation.format_vector(np.array([0, 0.123, 0.5])) == "[0, 0.123, 1/2]"
