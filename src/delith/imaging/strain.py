"""Strain from the phases of two reflections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter
from scipy.optimize import minimize

from delith.crystals.lattice import Floats
from delith.errors import DelithError
from delith.imaging.image import Image

#: Share of what varies in the image below which a reflection is rounding.
MISSING = 1e-9
#: Power, over that of the strongest reflection, of what fading out the edges puts beside it: the
#: side lobes of Hann's window, 7e-4, as the strongest may lie between the points of a transform.
LOBES = 1.5e-3
#: Power over the median of all waves, which is that of the noise, from which on a reflection is no
#: chance: of some thousand waves of white noise one in a thousand images has one so strong.
CHANCE = 20.0


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


def reflection(
    image: Image, spacings: tuple[float, float], channel: str = "haadf"
) -> tuple[float, float]:
    """Find the strongest reflection within a range of spacings, to a fraction of a pixel.

    Parameters
    ----------
    image : Image
        Or part of one; its edges are faded out.
    spacings : tuple of float
        Smallest and largest, Å.
    channel : {'haadf', 'abf'}

    Returns
    -------
    tuple of float
        Wave vector, 1/Å, x not negative.

    Raises
    ------
    DelithError
        If the image is too small for such spacings, or no reflection within the range stands out.
    """
    least, most = spacings
    if not 0 < least < most or min(image.size) < 1.5 * least:
        raise DelithError(
            f"an image of {image.size[0]:.1f} × {image.size[1]:.1f} Å shows no spacings of "
            f"{least:g} to {most:g} Å: take a larger one, or a range from small to large."
        )
    pixels = getattr(image, channel)
    window = np.outer(*(np.hanning(count + 2)[1:-1] for count in pixels.shape))
    faded = (pixels - (pixels * window).sum() / window.sum()) * window
    x, y = (np.arange(count) * step for count, step in zip(pixels.shape, image.pixel, strict=True))

    def power(g: Floats) -> float:
        waves = np.exp(-2j * np.pi * g[0] * x) @ faded @ np.exp(-2j * np.pi * g[1] * y)
        return float(-(abs(waves) ** 2))

    spectrum = abs(np.fft.fft2(faded)) ** 2
    rounding = (MISSING * abs(pixels).sum()) ** 2
    least_power = max(LOBES * spectrum.max(), CHANCE * np.median(spectrum), rounding)

    # a grid fine enough to be on the right hill, then its top
    step = 0.25 / max(image.size)
    edge = np.arange(-1 / least - 2 * step, 1 / least + 3 * step, step)
    gx, gy = np.meshgrid(edge[edge > -2 * step], edge, indexing="ij")
    waves = np.exp(-2j * np.pi * np.outer(gx[:, 0], x)) @ faded
    powers = abs(waves @ np.exp(-2j * np.pi * np.outer(y, gy[0]))) ** 2
    length = np.hypot(gx, gy)
    # one step more to both sides: which side of the edge a top is on, the grid does not tell
    near = (length > 1 / most - step) & (length < 1 / least + step)
    hills = near & (powers == maximum_filter(powers, 3)) & (powers > least_power / 2)
    tops = []
    for start in np.stack([gx[hills], gy[hills]], axis=-1):
        # as wide along both axes: scipy's own would be flat where the start lies on one of them
        simplex = start + step * np.array([[0, 0], [1, 0], [0, 1]])
        scale = abs(power(start))
        top = minimize(
            lambda g, scale=scale: power(g) / scale,
            start,
            method="Nelder-Mead",
            options={"xatol": 1e-6, "initial_simplex": simplex},
        )
        if 1 / most <= np.hypot(*top.x) <= 1 / least and -top.fun * scale > least_power:
            tops.append((-top.fun * scale, top.x))
    if not tops:
        raise DelithError(
            f"no reflection with a spacing of {least:g} to {most:g} Å stands out of the image: "
            "choose another range, or an image with more electrons."
        )
    g = max(tops, key=lambda each: each[0])[1]
    g = g if g[0] >= 0 else -g
    return float(g[0]), float(g[1])
