"""An image: what two detectors counted, and of what."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pages

from delith.crystals.lattice import Floats
from delith.errors import DelithError, written

#: Of what a TIFF file says of itself.
_DESCRIPTION = 270


@dataclass(frozen=True, eq=False)
class Image:
    """Two images taken at once.

    Attributes
    ----------
    haadf, abf : ndarray, shape (nx, ny)
        Share of the incident electrons that reaches each detector; x along the boundary normal.
    pixel : tuple of float
        Å along x and y.
    dose : float
        Electrons per Å²; infinite for an image that was computed and not counted.
    about : mapping
        What was imaged and how, in words and numbers.
    """

    haadf: Floats
    abf: Floats
    pixel: tuple[float, float]
    dose: float = np.inf
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, Å."""
        across, up = self.haadf.shape
        return across * self.pixel[0], up * self.pixel[1]

    def part(self, start: float, end: float) -> Image:
        """Return what lies between two distances from the left edge, Å."""
        chosen = slice(round(start / self.pixel[0]), round(end / self.pixel[0]))
        return replace(self, haadf=self.haadf[chosen], abf=self.abf[chosen])

    def repeated(self, times: int) -> Image:
        """Put an image several times above itself, which blocks allow before it is counted."""
        haadf, abf = (np.tile(each, (1, times)) for each in (self.haadf, self.abf))
        return replace(self, haadf=haadf, abf=abf)


def mean(images: Sequence[Image]) -> Image:
    """Average images of one thing that differ in how its atoms happened to be displaced.

    Of counted images each weighs as many electrons as it took, so that the mean is what they
    counted together; computed ones weigh the same.

    Raises
    ------
    DelithError
        If there are none, they differ in size or pixels, or only some of them are counted.
    """
    if len({image.haadf.shape for image in images}) != 1:
        raise DelithError("only images of one size, and at least one, have a mean.")
    if not np.allclose([image.pixel for image in images], images[0].pixel):
        raise DelithError("only images whose pixels are of one size have a mean: scan them alike.")
    doses = np.array([image.dose for image in images])
    counted = np.isfinite(doses)
    if counted.any() != counted.all():
        raise DelithError(
            "images that were counted and such that were only computed have no mean: expose all "
            "or none of them."
        )
    weights = doses if counted.all() else np.ones(len(images))
    haadf, abf = (
        np.average([getattr(image, name) for image in images], axis=0, weights=weights)
        for name in ("haadf", "abf")
    )
    return replace(images[0], haadf=haadf, abf=abf, dose=float(doses.sum()))


def save(image: Image, path: Path) -> None:
    """Write a TIFF file of two pages, HAADF and ABF, of 32-bit numbers, which ImageJ too can read.

    Rows go down from the top of the picture. The rest is JSON in its description.

    Raises
    ------
    DelithError
        If the file cannot be written.
    """
    dose = image.dose if np.isfinite(image.dose) else None  # JSON knows no infinity
    told = {"pixel_A": image.pixel, "dose_per_A2": dose, **image.about}
    first, second = (
        Pages.fromarray(np.ascontiguousarray(each.T[::-1], dtype=np.float32))
        for each in (image.haadf, image.abf)
    )
    with written(path):
        first.save(
            path,
            format="TIFF",
            save_all=True,
            append_images=[second],
            tiffinfo={_DESCRIPTION: json.dumps(told)},
        )


def load(path: Path) -> Image:
    """Read what `save` wrote.

    Raises
    ------
    DelithError
        If the file is missing or none of `save`.
    """
    try:
        with Pages.open(path) as pages:
            told = json.loads(pages.tag_v2[_DESCRIPTION])  # type: ignore[attr-defined]
            x, y = map(float, told.pop("pixel_A"))
            dose = told.pop("dose_per_A2")
            dose = np.inf if dose is None else float(dose)
            both = []
            for number in (0, 1):
                pages.seek(number)
                both.append(np.array(pages, dtype=float)[::-1].T)
    except FileNotFoundError as error:
        raise DelithError(f"there is no image {path}.") from error
    except (OSError, EOFError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise DelithError(f"{path} is no image that `delith image` wrote.") from error
    return Image(both[0], both[1], (x, y), dose, told)
