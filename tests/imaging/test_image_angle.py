"""The basal angle of an image against that of the atoms."""

import numpy as np
import pytest

from delith import boundaries
from delith.errors import DelithError
from delith.imaging import Microscope, basal_angle, cut, expose, scan


def exact(boundary):
    first, second = boundary.basal_normals
    return 180 - np.degrees(np.arccos(abs(first @ second)))


@pytest.mark.parametrize(("separation", "tolerance"), [(12, 0.1), (16, 0.05)])
def test_the_twin_of_licoo2(lco, dots, separation, tolerance):
    twin = boundaries.twin(lco, (1, 0, 4), separation=separation)
    image = dots(cut(twin.atoms, (1, 0), height=10, thickness=3))
    assert np.isclose(exact(twin), 110.46, atol=0.02)
    assert abs(basal_angle(image) - exact(twin)) < tolerance


@pytest.mark.parametrize(("dose", "tolerance"), [(1e3, 2.5), (1e4, 1.0), (1e5, 0.3)])
def test_at_finite_dose_it_scatters_by_a_fraction_of_a_degree(lco, dots, dose, tolerance):
    twin = boundaries.twin(lco, (1, 0, 4), separation=16)
    image = dots(cut(twin.atoms, (1, 0), height=16, thickness=3))
    errors = [basal_angle(expose(image, dose, seed)) - exact(twin) for seed in range(12)]
    assert np.std(errors) < tolerance / 2
    assert abs(np.mean(errors)) < tolerance / 2


def test_grains_can_be_named_and_one_grain_has_no_angle_with_itself(lco, dots):
    twin = boundaries.twin(lco, (1, 0, 4), separation=24)
    image = dots(cut(twin.atoms, (1, 0), height=10, thickness=3))
    chosen = basal_angle(image, grains=[(2, 22), (26, 46)])
    assert np.isclose(chosen, exact(twin), atol=0.1)
    assert basal_angle(image, grains=[(0, 12), (12, 24)]) > 179.5
    with pytest.raises(DelithError, match="two grains, not 1"):
        basal_angle(image, grains=[(0, 12)])


@pytest.mark.slow
def test_real_images_of_the_twin(lco):
    twin = boundaries.twin(lco, (1, 0, 4), separation=12)
    block = cut(twin.atoms, (1, 0), height=10, thickness=8)
    image = scan(block, Microscope(haadf=(60, 80)), pixel=0.25, phonons=1)
    assert abs(basal_angle(image) - exact(twin)) < 0.5
    errors = [basal_angle(expose(image, 1e5, seed)) - exact(twin) for seed in range(5)]
    assert np.sqrt(np.mean(np.square(errors))) < 1.5  # one exposure in five is off by more
