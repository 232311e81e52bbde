"""Images by multislice: abTEM, which an extra brings because it is under the GPL."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

from delith.crystals.lattice import Floats
from delith.errors import DelithError
from delith.imaging.block import Block
from delith.imaging.image import Image
from delith.imaging.microscope import Microscope

#: Å, root mean square along each direction at room temperature, rounded from refinements of
#: layered and spinel oxides (U of 0.004 Å² for metals, 0.008 for oxygen, 0.012 for lithium).
THERMAL: Mapping[str, float] = {"Li": 0.11, "Na": 0.11, "O": 0.09, "F": 0.09}
METAL = 0.065
#: Å; what a slice holds at most. Lattice planes along common axes of rock salt are 1.4 Å apart.
SLICE = 1.5


def scan(
    block: Block,
    microscope: Microscope | None = None,
    pixel: float = 0.2,
    phonons: int = 4,
    seed: int = 0,
    thermal: Mapping[str, float] = THERMAL,
) -> Image:
    """Scan a block, as if with infinitely many electrons.

    Multislice with the potentials of free atoms (Lobato and Van Dyck, Acta Cryst. A 70, 636,
    2014). The probe is put together from plane waves (PRISM: Ophus, Adv. Struct. Chem. Imaging 3,
    13, 2017), all of those in its aperture, so that nothing is interpolated: that gives what a
    wave for each probe position does to rounding, in half the time. Heat is frozen phonons:
    the mean over crystals whose atoms are displaced at random, each for itself.

    Parameters
    ----------
    block : Block
    microscope : Microscope, optional
    pixel : float
        Å, about; more than a quarter of wavelength over semiangle loses detail.
    phonons : int
        Crystals averaged; 0 leaves atoms where they are, and the dark field then lacks most of what
        heat scatters there.
    seed : int
        Of the displacements.
    thermal : mapping of str to float
        Their root mean square along each direction, Å, by element; 0.065 Å for others.

    Raises
    ------
    DelithError
        If abTEM is not installed, or a number makes no sense.
    """
    microscope = microscope or Microscope()
    if not pixel > 0 or phonons < 0:
        raise DelithError(f"pixel {pixel:g} must be positive, phonons {phonons} not negative.")
    abtem = _abtem()
    amplitude = np.array([thermal.get(symbol, METAL) for symbol in block.atoms.symbols])
    random = np.random.default_rng(seed)
    points = tuple(max(1, round(length / pixel)) for length in (block.width, block.height))
    total = np.zeros((2, *points))
    for _ in range(max(1, phonons)):
        atoms = block.atoms.copy()
        if phonons:
            atoms.positions += random.normal(size=(len(atoms), 3)) * amplitude[:, None]
            atoms.wrap()
        total += _frozen(abtem, atoms, block, microscope, points)
    haadf, abf = total / max(1, phonons)
    pixels = (block.width / points[0], block.height / points[1])
    about = {
        "formula": block.atoms.get_chemical_formula(),
        "along": block.along,
        "thickness_A": block.thickness,
        "microscope": asdict(microscope),
        "phonons": phonons,
        "seed": seed,
    }
    spread = [microscope.source / np.sqrt(8 * np.log(2)) / each for each in pixels]
    mode = ("wrap" if block.seamless else "nearest", "wrap")
    haadf, abf = (gaussian_filter(each, spread, mode=mode) for each in (haadf, abf))
    return Image(haadf, abf, pixels, about=about)


def _frozen(
    abtem: Any, atoms: Any, block: Block, microscope: Microscope, points: tuple[int, ...]
) -> Floats:
    """What both detectors see of one crystal, shape (2, nx, ny)."""
    import dask

    # one thread: who runs several images at once shares out the cores
    with dask.config.set(scheduler="synchronous"):
        potential = abtem.Potential(
            atoms,
            gpts=tuple(map(microscope.points, atoms.cell.lengths()[:2])),
            slice_thickness=SLICE,
            projection="infinite",
            parametrization="lobato",
        ).build(lazy=False)
        waves = abtem.SMatrix(
            potential=potential, energy=microscope.voltage, semiangle_cutoff=microscope.semiangle
        ).build(lazy=False)
        positions = abtem.GridScan(
            (block.window[0], 0.0), (block.window[1], block.height), gpts=points, endpoint=False
        )
        detectors = [
            abtem.AnnularDetector(*angles) for angles in (microscope.haadf, microscope.abf)
        ]
        optics = abtem.CTF(
            energy=microscope.voltage,
            semiangle_cutoff=microscope.semiangle,
            defocus=microscope.defocus,
            **microscope.aberrations,
        )
        seen = waves.reduce(scan=positions, detectors=detectors, ctf=optics)
        return np.array([np.asarray(each.compute().array, dtype=float) for each in seen])


def _abtem() -> Any:
    try:
        module = importlib.import_module("abtem")
    except ImportError as error:
        raise DelithError(
            "images are computed with abTEM, which is not installed (it is under the GPL, so "
            "Delith does not bring it): pip install 'delith[images]'."
        ) from error
    module.config.set({"diagnostics.progress_bar": False})
    return module
