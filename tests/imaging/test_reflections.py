"""Wave vectors of lattices that are known, and none where there is nothing or noise."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from delith.errors import DelithError
from delith.imaging import Image, basal_angle, reflection


@example(angle=1.0, spacing=5.0, phase=0.0)  # the grid's strongest point lies on an axis
@given(angle=st.floats(-80, 80), spacing=st.floats(4.2, 5.3), phase=st.floats(0, 5))
@settings(max_examples=10, deadline=None)
def test_wave_vectors_are_found_between_the_points_of_the_transform(waves, angle, spacing, phase):
    g = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]) / spacing
    image = waves((20, 16), [g, 2 * g], lambda x, y: (0 * x + phase, 0 * y))
    found = reflection(image, (4.0, 5.5))
    assert np.hypot(*(found - g)) < 2e-3


@pytest.mark.parametrize(("outside", "share"), [(6.5, 0.5), (3.8, 0.05)])
def test_a_stronger_reflection_outside_the_range_is_not_taken(waves, outside, share):
    strong, weak = (waves((60, 60), [g]) for g in ((1 / outside, 0.0), (0.0, 0.2)))
    image = Image(strong.haadf + share * weak.haadf, strong.abf, strong.pixel)
    assert np.allclose(reflection(image, (4.0, 5.5)), (0, 0.2), atol=2e-3)
    with pytest.raises(DelithError, match="stands out"):
        reflection(strong, (4.0, 5.5))


@pytest.mark.parametrize("scatter", [0.0, 0.3])
def test_there_are_no_basal_planes_where_there_is_nothing_or_noise(scatter):
    for seed in range(10):
        pixels = 0.1 + scatter * np.random.default_rng(seed).normal(size=(120, 80))
        with pytest.raises(DelithError, match="stands out"):
            basal_angle(Image(pixels, pixels, (0.2, 0.2)))


@pytest.mark.parametrize("spacings", [(40, 60), (5, 4)])
def test_spacings_that_an_image_cannot_show_are_refused(waves, spacings):
    with pytest.raises(DelithError, match="shows no spacings"):
        reflection(waves((24, 24), [(0.25, 0.375)]), spacings)
