"""Atomic columns: where they are, what is in them, how bright they are, and how sure that is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
from ase.formula import Formula
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from delith.crystals.lattice import Floats
from delith.crystals.valence import is_anion
from delith.errors import DelithError
from delith.imaging.block import Block
from delith.imaging.image import Image

#: Å between atoms, in projection, that are of one column.
REACH = 0.6
#: Å; standard deviation of the weight with which a column's surroundings count.
APERTURE = 0.4
#: Signal over noise from which on a difference is seen (Rose, J. Opt. Soc. Am. 38, 196, 1948).
ROSE = 5.0


def columns(block: Block) -> pd.DataFrame:
    """List the atomic columns of a block.

    Returns
    -------
    pandas.DataFrame
        A row per column that is scanned: ``x_A``, ``y_A`` (of the picture), ``site`` (the
        sublattice most of its cations are on, or of its anions where these scatter more, where the
        cell knows; else the element; of several in equal parts, all: ``Co and Li``), ``formula``.

    Raises
    ------
    DelithError
        If the atoms do not stand one behind the other along this axis.
    """
    atoms = block.atoms
    width, height = atoms.cell[0, 0], block.height
    flat = _wrapped(atoms.positions[:, :2], np.array([width, height]))
    # where the picture does not go on, what is beyond the edge is far away
    box = (width if block.seamless else 2 * width + 1, height)
    pairs = cKDTree(flat, boxsize=box).query_pairs(REACH, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(atoms), len(atoms)))
    count, which = connected_components(graph, directed=False)
    sites = atoms.arrays.get("sublattice", np.array(atoms.symbols))
    anions, scatter = is_anion(atoms), atoms.numbers**2
    rows = []
    for number in range(count):
        members = which == number
        apart = flat[members] - flat[members][0]
        apart -= np.rint(apart / box) * box
        if np.ptp(apart, axis=0).max() > 2 * REACH:
            raise DelithError(
                f"along [{block.along[0]} {block.along[1]}] atoms do not stand in columns: choose "
                "another axis."
            )
        x, y = flat[members][0] + apart.mean(axis=0)
        x -= block.window[0]
        if block.seamless:
            x = _wrapped(x, width)
        elif not 0 <= x < block.width:
            continue
        # of metals with oxygen between them the metals are seen, of lithium the oxygen
        named = max(members & ~anions, members & anions, key=lambda each: scatter[each].sum())
        site = _most(sites[named].tolist())
        formula = Formula.from_list(sorted(atoms.symbols[members])).format("hill")
        rows.append((x, _wrapped(y, height), site, formula))
    return pd.DataFrame(rows, columns=["x_A", "y_A", "site", "formula"])


def measure(image: Image, block: Block) -> pd.DataFrame:
    """Integrate an image over the columns of its block.

    Parameters
    ----------
    image : Image
    block : Block
        What it is an image of. Where the picture does not go on beyond its left and right edge,
        neither do the surroundings of a column.

    Returns
    -------
    pandas.DataFrame
        Of `columns`, with ``haadf`` and ``abf``, means over a Gaussian of 0.4 Å about each column,
        and ``haadf_variance``, ``abf_variance``: what counting adds to the square of their error,
        times the dose in electrons per Å².
    """
    measured = columns(block)
    width, height = image.size
    # as in columns: what is beyond such an edge is far away
    periods = (width if block.seamless else 3 * width, height)
    weights = _weights(image, measured[["x_A", "y_A"]].to_numpy(), periods)
    area = image.pixel[0] * image.pixel[1]
    for name in ("haadf", "abf"):
        flat = np.maximum(getattr(image, name).ravel(), 0)
        measured[name] = weights @ flat
        measured[f"{name}_variance"] = weights**2 @ flat / area
    return measured


def contrast(one: pd.DataFrame, other: pd.DataFrame, channel: str = "haadf") -> dict[str, float]:
    """Compare columns of one kind with columns of another.

    Parameters
    ----------
    one, other : pandas.DataFrame
        Rows of `measure`.
    channel : {'haadf', 'abf'}

    Returns
    -------
    dict
        ``contrast``, (I₁ − I₀) / I₀ of the means; ``error_times_root_dose``, its standard error
        from counting times the root of the dose, for one column of the first kind against the
        mean of the others; ``dose_per_A2`` from which on one such column stands out by five
        standard errors.

    Raises
    ------
    DelithError
        If there are no such columns.
    """
    if not (len(one) and len(other)):
        raise DelithError("there are no columns of one of the kinds to compare.")
    first, second = one[channel].mean(), other[channel].mean()
    variances = one[f"{channel}_variance"].mean(), other[f"{channel}_variance"].mean() / len(other)
    difference = first - second
    # of a ratio: the error of the second counts by how much larger the first is
    relative = (variances[0] + variances[1] * (first / second) ** 2) / second**2
    return {
        "contrast": float(difference / second),
        "error_times_root_dose": float(np.sqrt(relative)),
        "dose_per_A2": float(ROSE**2 * sum(variances) / difference**2) if difference else np.inf,
    }


def _most(sites: list[str]) -> str:
    """Name what most are, in a way that does not hang on their order."""
    counts = Counter(sites)
    return " and ".join(sorted(s for s, n in counts.items() if n == max(counts.values())))


def _wrapped(values: Any, period: Any) -> Any:
    """Into [0, period); once would make what is a rounding below zero the period itself."""
    return values % period % period


def _weights(image: Image, places: Floats, periods: tuple[float, float]) -> Floats:
    """Share of each pixel in each column, shape (columns, pixels); sums of 1."""
    along = []
    for axis, (count, step) in enumerate(zip(image.haadf.shape, image.pixel, strict=True)):
        apart = np.arange(count) * step - places[:, axis, None]
        apart -= np.rint(apart / periods[axis]) * periods[axis]
        along.append(np.exp(-(apart**2) / (2 * APERTURE**2)))
    weights = along[0][:, :, None] * along[1][:, None, :]
    weights /= weights.sum(axis=(1, 2), keepdims=True)
    return np.asarray(weights.reshape(len(places), -1))
