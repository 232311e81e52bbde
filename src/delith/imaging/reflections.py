"""Reflections of an image: waves that stand out of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import maximum_filter
from scipy.optimize import minimize

from delith.crystals.lattice import Floats
from delith.errors import DelithError
from delith.imaging.image import Image

#: Power, over that of the strongest reflection, of what fading out the edges puts beside it: the
#: side lobes of Hann's window, 7e-4, as the strongest may lie between the points of a transform.
LOBES = 1.5e-3
#: Power over the median of all waves, which is that of the noise, from which on a reflection is no
#: chance: of some thousand waves of white noise one in a thousand images has one so strong.
CHANCE = 20.0
#: Amplitude, as a share of all that the image holds, below which a wave is rounding.
ROUNDING = 1e-9


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

    def powers(gx: Floats, gy: Floats) -> Floats:
        """At every pair of a component along x and one along y."""
        waves = np.exp(-2j * np.pi * np.outer(gx, x)) @ faded
        return np.asarray(abs(waves @ np.exp(-2j * np.pi * np.outer(y, gy))) ** 2)

    spectrum = abs(np.fft.fft2(faded)) ** 2
    rounding = (ROUNDING * abs(pixels).sum()) ** 2
    chance = max(LOBES * spectrum.max(), CHANCE * np.median(spectrum), rounding)
    # fine enough to be on the right hill
    step = 0.25 / max(image.size)
    # one step more to both sides: which side of an end a top is on, the grid does not tell
    hills = _hills(powers, (1 / most - step, 1 / least + step), step, chance / 2)
    tops = [_top(powers, start, step) for start in hills]
    inside = [(p, g) for p, g in tops if 1 / most <= np.hypot(*g) <= 1 / least and p > chance]
    if not inside:
        raise DelithError(
            f"no reflection with a spacing of {least:g} to {most:g} Å stands out of the image: "
            "choose another range, or an image with more electrons."
        )
    _, g = max(inside, key=lambda top: top[0])
    g = g if g[0] >= 0 else -g
    return float(g[0]), float(g[1])


def _hills(
    powers: Callable[[Floats, Floats], Floats],
    lengths: tuple[float, float],
    step: float,
    least: float,
) -> Floats:
    """Points of a grid (x not negative) that are stronger than those around them."""
    edge = np.arange(-lengths[1] - step, lengths[1] + 2 * step, step)
    gx, gy = np.meshgrid(edge[edge > -2 * step], edge, indexing="ij")
    found = powers(gx[:, 0], gy[0])
    length = np.hypot(gx, gy)
    near = (length > lengths[0]) & (length < lengths[1])
    hills = near & (found == maximum_filter(found, 3)) & (found > least)
    return np.stack([gx[hills], gy[hills]], axis=-1)


def _top(
    powers: Callable[[Floats, Floats], Floats], start: Floats, step: float
) -> tuple[float, Floats]:
    """Power and wave vector of the top of a hill."""
    scale = powers(*start).item()
    # as wide along both axes: scipy's own would be flat where the start lies on one of them
    simplex = start + step * np.array([[0, 0], [1, 0], [0, 1]])
    top = minimize(
        lambda g: -powers(*g).item() / scale,
        start,
        method="Nelder-Mead",
        options={"xatol": 1e-6, "initial_simplex": simplex},
    )
    return -top.fun * scale, top.x
