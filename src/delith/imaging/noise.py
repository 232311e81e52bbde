"""What counting electrons does to an image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from delith.errors import DelithError
from delith.imaging.image import Image


def expose(image: Image, dose: float, seed: int = 0) -> Image:
    """Count the electrons that reach the detectors, with the chance that is in it (Poisson).

    Parameters
    ----------
    image : Image
        As computed.
    dose : float
        Electrons per Å². Layered oxides bear some 10³ to 10⁵ before they change.
    seed : int

    Returns
    -------
    Image
        Again as shares of the incident electrons.

    Raises
    ------
    DelithError
        If the dose is not a positive finite number, or the image was counted before.
    """
    check_dose(dose)
    if np.isfinite(image.dose):
        raise DelithError("this image is counted already: expose the one that was computed.")
    random = np.random.default_rng(seed)
    sent = dose * image.pixel[0] * image.pixel[1]
    # gaussian tails of the source may be a rounding below zero
    haadf, abf = (
        random.poisson(np.maximum(each, 0) * sent) / sent for each in (image.haadf, image.abf)
    )
    return replace(image, haadf=haadf, abf=abf, dose=dose)


def check_dose(dose: float) -> None:
    """Refuse a dose that is not a positive finite number.

    Raises
    ------
    DelithError
    """
    if not 0 < dose < np.inf:
        raise DelithError(f"dose is {dose:g} electrons per Å²: give a positive number.")
