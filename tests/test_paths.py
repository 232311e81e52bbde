"""A path as it was found: barriers and minima of the curve through its images."""

import numpy as np
import pytest
from ase import Atoms
from hypothesis import given
from hypothesis import strategies as st

from delith.paths import Path

energies = st.lists(st.floats(-2, 2), min_size=3, max_size=9)


def flat(energies):
    """A path whose images are 1 Å apart and have no forces."""
    images = tuple(
        Atoms("Li", positions=[(x, 0, 0)], cell=[20, 20, 20], pbc=True)
        for x in range(len(energies))
    )
    forces = np.zeros((len(energies), 1, 3))
    return Path(images, np.array(energies), forces, iterations=0, converged=True, problem="")


@given(energies, st.floats(-100, 100))
def test_barriers_and_minima_of_images_without_forces(energies, shift):
    """The fit then goes from image to image without a detour."""
    found, shifted, back = map(flat, (energies, np.add(energies, shift), energies[::-1]))
    assert found.barrier == pytest.approx(max(energies) - energies[0], abs=1e-9)
    assert found.reverse_barrier == pytest.approx(max(energies) - energies[-1], abs=1e-9)
    assert found.barrier - found.reverse_barrier == pytest.approx(found.end_energy, abs=1e-9)
    assert shifted.barrier == pytest.approx(found.barrier, abs=1e-9)
    assert back.barrier == pytest.approx(found.reverse_barrier, abs=1e-9)
    np.testing.assert_allclose(found.slopes, 0, atol=1e-9)
    inside = np.subtract(energies, energies[0])[1:-1]
    assert all(np.abs(inside - dip).min() < 1e-9 for dip in found.minima)


def test_a_dip_counts_once_it_is_deep_enough():
    assert flat([0, 1, 0.5, 1, 0]).minima == pytest.approx((0.5,))
    assert flat([0, 1, 0.995, 1, 0]).minima == ()
    assert flat([0, 1, 0.2, 0.6, 0.4, 2, 0]).minima == pytest.approx((0.2, 0.4))
