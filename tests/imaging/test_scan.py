"""Real images, of little crystals."""

import sys

import numpy as np
import pytest
from ase import Atoms

from delith.errors import DelithError
from delith.imaging import Block, Microscope, cut, scan

#: Sees no farther out than 50 mrad: coarse waves will do.
COARSE = Microscope(haadf=(30, 50), source=0.0)


@pytest.fixture(scope="module")
def pair() -> Block:
    """A column of Co and one of Li, 3 Å apart along x and 2 along y."""
    cell = Atoms("CoLi", [[0.5, 1.0, 1.5], [0.5, 3.0, 4.5]], cell=[2.0, 5.0, 6.0], pbc=True)
    return cut(cell, (1, 0), height=5, thickness=4)


@pytest.mark.slow
def test_the_heavy_column_is_bright_in_the_dark_field_and_dark_in_the_bright(pair):
    image = scan(pair, COARSE, pixel=0.5, phonons=0)
    assert image.haadf.shape == (12, 10)
    assert np.unravel_index(image.haadf.argmax(), (12, 10)) == (3, 2)
    assert np.unravel_index(image.abf.argmin(), (12, 10)) == (3, 2)
    assert image.haadf[9, 6] < image.haadf[3, 2] / 5
    assert image.about["thickness_A"] == pair.thickness


@pytest.mark.slow
def test_it_is_multislice(pair):
    """Against a wave for each probe position, which is another way through abTEM."""
    import abtem
    import dask

    microscope = Microscope(haadf=(30, 50), source=0.0, defocus=30.0, aberrations={"C30": 1e5})
    image = scan(pair, microscope, pixel=1.0, phonons=0)
    points = microscope.points(6.0), microscope.points(5.0)
    probe = abtem.Probe(
        energy=300e3, semiangle_cutoff=22, defocus=30.0, C30=1e5, extent=(6.0, 5.0), gpts=points
    )
    potential = abtem.Potential(pair.atoms, gpts=points, slice_thickness=1.5, projection="infinite")
    grid = abtem.GridScan((0, 0), (6.0, 5.0), gpts=image.haadf.shape, endpoint=False)
    detectors = [abtem.AnnularDetector(30, 50), abtem.AnnularDetector(11, 22)]
    with dask.config.set(scheduler="synchronous"):
        seen = probe.scan(potential, scan=grid, detectors=detectors).compute()
    for ours, theirs in zip((image.haadf, image.abf), seen, strict=True):
        assert np.allclose(ours, theirs.array, rtol=1e-4, atol=1e-7)


@pytest.mark.slow
def test_heat_is_seeded_and_the_source_blurs_without_loss(pair):
    one, same, other = (scan(pair, COARSE, 1.0, phonons=1, seed=seed) for seed in (1, 1, 2))
    assert (one.haadf == same.haadf).all()
    assert not np.allclose(one.haadf, other.haadf, rtol=1e-3)
    blurred = scan(pair, Microscope(haadf=(30, 50), source=1.5), 1.0, phonons=1, seed=1)
    assert np.isclose(blurred.haadf.mean(), one.haadf.mean())
    assert blurred.haadf.max() < 0.8 * one.haadf.max()


def test_without_abtem_it_says_what_to_install(pair, monkeypatch):
    monkeypatch.setitem(sys.modules, "abtem", None)
    with pytest.raises(DelithError, match=r"pip install 'delith\[images\]'"):
        scan(pair)


def test_bad_numbers_are_refused(pair):
    with pytest.raises(DelithError, match="must be positive"):
        scan(pair, pixel=0)
    with pytest.raises(DelithError, match="a detector begins"):
        Microscope(haadf=(90, 60))
    with pytest.raises(DelithError, match="first two must be positive"):
        Microscope(voltage=0)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"voltage": np.inf}, "all finite"),
        ({"source": np.nan}, "not negative"),
        ({"haadf": (66, np.inf)}, "at a finite angle"),
        ({"defocus": np.nan}, "must be finite"),
        ({"aberrations": {"C30": np.inf}}, "must be finite"),
        ({"aberrations": {"C3": 1e4}}, "no aberrations C3: choose of C12.*C30"),
    ],
)
def test_a_microscope_has_finite_settings_that_it_knows(settings, said):
    with pytest.raises(DelithError, match=said):
        Microscope(**settings)


def test_the_wavelength_is_relativistic():
    # Reimer and Kohl, Transmission Electron Microscopy (2008): 1.969 pm
    assert np.isclose(Microscope().wavelength, 0.01969, atol=1e-5)
    assert np.isclose(Microscope(voltage=200e3).wavelength, 0.02508, atol=1e-5)


@pytest.mark.slow
def test_edges_of_a_cut_block_are_out_of_sight(lco, monkeypatch):
    from delith import boundaries
    from delith.imaging import block

    apb = boundaries.antiphase(lco, (1, 0, 4), separation=6).atoms
    images = []
    for margin in (block.MARGIN, 2 * block.MARGIN):
        monkeypatch.setattr(block, "MARGIN", margin)
        images.append(scan(cut(apb, height=10, thickness=8, width=3.0), COARSE, 0.3, phonons=0))
    for name in ("haadf", "abf"):
        one, other = (getattr(image, name) for image in images)
        # not closer, because angles are finer in the larger box
        assert np.abs(one - other).max() < 0.12 * np.ptp(other)
