"""Strain from the phases of two reflections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from delith.crystals.lattice import Floats
from delith.errors import DelithError
from delith.imaging.image import Image

#: Share of what varies in the image below which a reflection is rounding.
MISSING = 1e-9


@dataclass(frozen=True, eq=False)
class Strain:
    """How a lattice is strained and turned against its mean, all of shape (nx, ny).

    Attributes
    ----------
    xx, yy, xy : ndarray
        Strain, x along the boundary normal: by how much the stretch that follows the rotation
        differs from 1.
    rotation : ndarray
        Degrees, counterclockwise; a lattice that is turned alone has no strain.
    pixel : tuple of float
        Å along x and y.
    """

    xx: Floats
    yy: Floats
    xy: Floats
    rotation: Floats
    pixel: tuple[float, float]


def strain(
    image: Image,
    reflections: Sequence[Sequence[float]],
    resolution: float = 3.0,
    channel: str = "haadf",
    reference: tuple[float, float] | None = None,
) -> Strain:
    """Map strain by geometric phase analysis.

    After Hÿtch, Snoeck and Kilaas, Ultramicroscopy 74, 131 (1998).
    The local wave vector of a reflection is its own plus the gradient of its phase; two of them
    give the local lattice, exactly and not only for small strains.

    Parameters
    ----------
    image : Image
        Periodic, or larger than what is looked at: at edges where it does not go on, the phases
        are those of the jump there.
    reflections : sequence of two pairs of float
        1/Å, about.
    resolution : float
        Standard deviation of what is averaged over, Å.
    channel : {'haadf', 'abf'}
    reference : tuple of float, optional
        From where to where along x the lattice counts as unstrained, Å; by default everywhere.

    Raises
    ------
    DelithError
        If the reflections are not two in different directions that the pixels can carry, or are
        not in the image, which the reference too must be; or if the resolution is below a pixel.
    """
    about = np.asarray(reflections, dtype=float)
    limit = 0.5 / np.array(image.pixel)
    if about.shape != (2, 2) or abs(np.linalg.det(about)) < 1e-3 or (abs(about) >= limit).any():
        raise DelithError(
            f"reflections {about.tolist()}: give two in different directions, 1/Å, each below "
            f"{limit[0]:.2f} along x and {limit[1]:.2f} along y."
        )
    if not max(image.pixel) <= resolution < np.inf:
        raise DelithError(
            f"resolution {resolution:g} Å: give a pixel ({max(image.pixel):.2f} Å) or more."
        )
    first, last = np.rint(np.array(reference or (0, image.size[0])) / image.pixel[0])
    if not 0 <= first < last <= len(image.haadf):
        raise DelithError(
            f"reference {reference}: give where it begins and ends, Å, within the image, which is "
            f"{image.size[0]:.2f} Å wide."
        )
    local = np.stack([_local(image, g, resolution, channel) for g in about], axis=-2)
    mean = local[int(first) : int(last)].mean(axis=(0, 1))
    # rows are wave vectors: g = g₀ F⁻¹
    deformation = np.linalg.solve(local, np.broadcast_to(mean, local.shape))
    # the rotation of the polar decomposition F = V R, which in a plane has a formula
    angle = np.arctan2(
        deformation[..., 1, 0] - deformation[..., 0, 1],
        deformation[..., 0, 0] + deformation[..., 1, 1],
    )
    cos, sin = np.cos(angle), np.sin(angle)
    back = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], -2)
    stretch = deformation @ back
    return Strain(
        xx=stretch[..., 0, 0] - 1,
        yy=stretch[..., 1, 1] - 1,
        xy=stretch[..., 0, 1],
        rotation=np.degrees(angle),
        pixel=image.pixel,
    )


def _local(image: Image, g: Floats, resolution: float, channel: str) -> Floats:
    """Wave vector of one reflection in each pixel, shape (nx, ny, 2), 1/Å."""
    pixels = getattr(image, channel)
    waves = np.meshgrid(*map(np.fft.fftfreq, pixels.shape, image.pixel), indexing="ij")
    apart = np.hypot(waves[0] - g[0], waves[1] - g[1])
    kept = np.fft.fft2(pixels - pixels.mean()) * np.exp(-2 * (np.pi * resolution * apart) ** 2)
    filtered = np.fft.ifft2(kept)
    strength = abs(filtered) ** 2
    if strength.max() <= MISSING * pixels.var():
        raise DelithError(
            f"there is no reflection ({g[0]:.3f}, {g[1]:.3f}) 1/Å in the image: choose one that "
            "both grains have."
        )
    # phases meet in single points where the image does not go on
    strength += MISSING * strength.max()
    # the gradient of a phase without the phase, which would jump
    slopes = [np.fft.ifft2(kept * wave) for wave in waves]
    return np.stack([(filtered.conj() * s).real / strength for s in slopes], axis=-1)
