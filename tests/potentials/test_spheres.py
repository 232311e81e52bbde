"""Angles at which GPAW evaluates the functional: what they integrate, and for how long."""

import numpy as np
import pytest

pytest.importorskip("gpaw", reason="needs GPAW: make dft")

from gpaw.sphere import lebedev
from gpaw.sphere.spherical_harmonics import Y, nablarlYL
from gpaw.xc import gga, mgga, pawcorrection

from delith.potentials import spheres


def test_products_of_harmonics_are_integrated_exactly():
    """What GPAW expands a density in, up to degree 4."""
    with spheres.fine():
        harmonics, weights = pawcorrection.Y_nL, pawcorrection.weight_n
    products = 4 * np.pi * np.einsum("n,ni,nj->ij", weights, harmonics, harmonics)
    assert products == pytest.approx(np.eye(25), abs=1e-12)


def test_higher_ones_are_too():
    """Of degree 22, which 50 points do not do."""
    errors = []
    for points, weights in (fine_points(), (lebedev.R_nv, lebedev.weight_n)):
        power = (points @ [0.6, 0.0, 0.8]) ** 22
        errors.append(abs(weights @ power - 1 / 23))
    assert errors[0] < 1e-12
    assert errors[1] > 1e-4


@spheres.fine()
def broken(modules):
    assert all(len(module.weight_n) == spheres.POINTS for module in modules)
    raise RuntimeError("while they are fine")


def fine_points():
    with spheres.fine():
        return lebedev.R_nv, lebedev.weight_n


def test_slopes_are_those_of_the_harmonics():
    with spheres.fine():
        slopes, directions = pawcorrection.rnablaY_nLv, pawcorrection.R_nv
    assert slopes.shape == (spheres.POINTS, 25, 3)
    # along the radius a harmonic does not change
    assert np.einsum("nlv,nv->nl", slopes, directions) == pytest.approx(0, abs=1e-12)
    i, r = 11, directions[7]
    assert slopes[7, i] == pytest.approx(nablarlYL(i, r) - 3 * r * Y(i, *r))


def test_gpaw_is_left_as_it_was():
    kept = {module: module.weight_n for module in (gga, mgga, pawcorrection)}
    with pytest.raises(RuntimeError, match="while they are fine"):
        broken(kept)
    assert all(module.weight_n is weights for module, weights in kept.items())
