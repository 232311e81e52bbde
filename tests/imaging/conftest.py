"""Images drawn by hand, of lattices that are known exactly."""

from collections.abc import Callable

import numpy as np
import pytest

from delith.imaging import Block, Image


@pytest.fixture(scope="session")
def waves() -> Callable[..., Image]:
    """An image of plane waves: 1 + mean cos 2π g·(r − u(r)), on pixels of 0.2 Å."""

    def draw(size, reflections, displaced=lambda x, y: (0 * x, 0 * y), pixel=0.2) -> Image:
        x, y = np.meshgrid(*(np.arange(round(length / pixel)) * pixel for length in size))
        ux, uy = displaced(x, y)
        phases = [2 * np.pi * (g[0] * (x - ux) + g[1] * (y - uy)) for g in reflections]
        pixels = (1 + np.mean(np.cos(phases), axis=0)).T
        return Image(pixels, pixels, (pixel, pixel))

    return draw


@pytest.fixture(scope="session")
def dots() -> Callable[..., Image]:
    """A block as an image that sees heavy atoms only: a Gaussian of 1.2 Å for each."""

    def draw(block: Block, element: str = "Co", share: float = 1e-2) -> Image:
        count = [round(length / 0.2) for length in (block.width, block.height)]
        pixel = (block.width / count[0], block.height / count[1])
        box = block.atoms.cell.lengths()
        seen = block.atoms.positions[block.atoms.symbols == element] - (block.window[0], 0, 0)
        parts = []
        for axis in (0, 1):
            apart = np.arange(count[axis]) * pixel[axis] - seen[:, axis, None]
            apart -= np.rint(apart / box[axis]) * box[axis]
            parts.append(np.exp(-4 * np.log(2) * (apart / 1.2) ** 2))
        pixels = np.einsum("ax,ay->xy", *parts)
        pixels *= share / pixels.max()
        return Image(pixels, pixels, pixel)

    return draw
