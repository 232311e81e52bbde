"""The lower hull is below every point, touches its vertices and is convex."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from delith.energetics import LowerHull

points = st.lists(
    st.tuples(st.integers(0, 12).map(lambda k: k / 12), st.floats(-50, 50)), min_size=1, max_size=40
)


def test_known_hull():
    hull = LowerHull.of([(0, 0.0), (1, 0.0), (0.5, -1.0), (0.5, 3.0), (0.25, -0.4), (0.75, -0.6)])
    assert list(hull.x) == [0, 0.5, 0.75, 1]
    assert hull(0.25) == pytest.approx(-0.5)
    assert np.isnan(hull(1.1))


@given(points)
def test_hull_is_the_highest_convex_function_below_all_points(sampled):
    hull = LowerHull.of(sampled)
    assert all(hull(x) <= energy + 1e-9 for x, energy in sampled)
    assert set(zip(hull.x, hull.energy, strict=True)) <= set(sampled)
    slopes = np.diff(hull.energy) / np.diff(hull.x)
    assert (np.diff(slopes) >= -1e-9).all()


@given(points, st.floats(-3, 3), st.floats(-3, 3))
def test_a_linear_term_moves_the_hull_by_itself(sampled, slope, offset):
    tilted = LowerHull.of([(x, e + slope * x + offset) for x, e in sampled])
    plain = LowerHull.of(sampled)
    for x, _ in sampled:
        assert tilted(x) == pytest.approx(plain(x) + slope * x + offset, abs=1e-9)
