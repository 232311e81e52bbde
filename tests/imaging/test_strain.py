"""Strain of lattices whose strain is known."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from delith.errors import DelithError
from delith.imaging import strain

#: Of rock salt along [110], 1/Å, in an image of 48 × 24 Å: they close at its edges.
PAIR = ((0.25, 0.375), (0.25, -0.375))


def test_what_is_not_strained_has_no_strain(waves):
    found = strain(waves((48, 24), PAIR), PAIR)
    for part in (found.xx, found.yy, found.xy, found.rotation):
        assert np.abs(part).max() < 1e-6


def test_a_wave_of_strain_is_followed(waves):
    amplitude = 0.04

    def displaced(x, y):
        return amplitude * 48 / (2 * np.pi) * np.sin(2 * np.pi * x / 48), 0 * y

    found = strain(waves((48, 24), PAIR, displaced), PAIR, resolution=2.0)
    # the displacement is told by where a point has come to, not by where it was
    slope = amplitude * np.cos(2 * np.pi * np.arange(240) * 0.2 / 48)
    assert np.abs(found.xx - (1 / (1 - slope) - 1)[:, None]).max() < 3e-3
    assert np.abs(found.yy).max() < 1e-3
    assert np.abs(found.rotation).max() < 0.1


@given(
    xx=st.floats(-0.05, 0.05), yy=st.floats(-0.05, 0.05), shear=st.floats(-0.05, 0.05),
    turn=st.floats(-20, 20),
)  # fmt: skip
@example(xx=0.0, yy=0.0, shear=0.0, turn=20.0)
@example(xx=0.05, yy=-0.05, shear=0.02, turn=-20.0)
@settings(max_examples=8, deadline=None)
def test_uniform_deformations_against_a_reference_half(waves, xx, yy, shear, turn):
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    stretch = np.array([[1 + xx, shear], [shear, 1 + yy]])
    there = np.array(PAIR) @ np.linalg.inv(stretch @ [[cos, -sin], [sin, cos]])
    one, other = waves((64, 64), PAIR), waves((64, 64), there)
    pixels = np.concatenate([one.haadf, other.haadf])
    both = type(one)(pixels, pixels, one.pixel)
    found = strain(both, PAIR, resolution=2.0, reference=(20, 44))
    deep = np.s_[420:540, 100:220]
    measured = [found.xx[deep], found.yy[deep], found.xy[deep], np.radians(found.rotation[deep])]
    for part, expected in zip(measured, (xx, yy, shear, np.radians(turn)), strict=True):
        assert np.abs(part - expected).max() < 4e-3


def test_bad_reflections_are_refused(waves):
    image = waves((24, 24), PAIR)
    with pytest.raises(DelithError, match="different directions"):
        strain(image, (PAIR[0], PAIR[0]))
    with pytest.raises(DelithError, match="each below 2"):
        strain(image, (PAIR[0], (0, 3.0)))
    with pytest.raises(DelithError, match="no reflection"):
        strain(image, (PAIR[0], (1.5, 1.0)))


@pytest.mark.parametrize("reference", [(30, 40), (-5, 5), (12, 12), (12, 4), (0, np.nan)])
def test_a_reference_outside_the_image_is_refused(waves, reference):
    with pytest.raises(DelithError, match="within the image, which is 24"):
        strain(waves((24, 24), PAIR), PAIR, reference=reference)


@pytest.mark.parametrize("resolution", [0, -1, np.inf, np.nan])
def test_a_resolution_below_a_pixel_is_refused(waves, resolution):
    with pytest.raises(DelithError, match=r"a pixel \(0.20 Å\) or more"):
        strain(waves((24, 24), PAIR), PAIR, resolution)
