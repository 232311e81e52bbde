"""The angle between basal planes, as one reads it in a micrograph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from delith.errors import DelithError
from delith.imaging.image import Image
from delith.imaging.reflections import reflection

#: Å; layers of transition metal in layered oxides are 4.3 (empty) to 5.2 Å apart.
BASAL = (4.0, 5.5)


def basal_angle(
    image: Image,
    grains: Sequence[tuple[float, float]] | None = None,
    spacings: tuple[float, float] = BASAL,
    channel: str = "haadf",
) -> float:
    """Measure the angle between the basal planes of two grains, from the image alone.

    In each grain it takes the direction of the strongest reflection with the spacing of the
    layers.

    Parameters
    ----------
    image : Image
        Seen along a direction that lies in the basal planes of both grains.
    grains : sequence of two pairs of float, optional
        From where to where along x each is, Å; by default the two halves of the image.
    spacings : tuple of float
        Smallest and largest spacing of the layers, Å.
    channel : {'haadf', 'abf'}

    Returns
    -------
    float
        Degrees; the obtuse one of the two angles, as `delith.energetics.basal_angle` has it from
        the atoms.

    Raises
    ------
    DelithError
        If there are not two grains, they are too small, or one shows no basal planes.
    """
    width = image.size[0]
    chosen = [(0.0, width / 2), (width / 2, width)] if grains is None else list(grains)
    if len(chosen) != 2:
        raise DelithError(f"an angle is between two grains, not {len(chosen)}.")
    found = np.array([reflection(image.part(*each), spacings, channel) for each in chosen])
    first, second = found / np.linalg.norm(found, axis=1)[:, None]
    return float(180 - np.degrees(np.arccos(np.clip(abs(first @ second), 0, 1))))
