"""Fitted operations that make a group: rotations of a lattice, translations that obey its law."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

import numpy as np
from scipy.linalg import sqrtm

from delith.crystals.lattice import Floats, Ints


@cache
def _unimodular() -> Ints:
    """All integer matrices of entries −1, 0, 1 and determinant ±1: enough for reduced cells."""
    entries = np.array(list(product((-1, 0, 1), repeat=9)), dtype=np.int64).reshape(-1, 3, 3)
    return entries[np.abs(np.rint(np.linalg.det(entries))) == 1]


def lattice_rotations(lattice: Floats, strain: float) -> Ints:
    """Integer matrices that keep the metric of a reduced cell within a principal strain."""
    candidates = _unimodular()
    metric = lattice @ lattice.T
    images = candidates.transpose(0, 2, 1) @ metric @ candidates
    stretches = np.sqrt(np.abs(np.linalg.eigvals(np.linalg.solve(metric, images))))
    return candidates[np.abs(stretches - 1).max(axis=1) <= strain]


def closes(rotations: Sequence[Ints]) -> bool:
    """Whether every product of two rotations is one of them."""
    known = {w.tobytes() for w in rotations}
    return all((v @ w).tobytes() in known for v in rotations for w in rotations)


def closed_modulo(steps: Ints, multiple: int) -> bool:
    """Whether translations, in steps of 1/multiple, are all that they make together."""
    known = {tuple(step) for step in (steps % multiple).tolist()}
    sums = (steps[:, None] + steps[None]) % multiple
    return len(known) == multiple and known.issuperset(map(tuple, sums.reshape(-1, 3).tolist()))


def closed(rotations: Ints, translations: Floats) -> Floats:
    """Translations nearest to fitted ones with which operations close exactly into a group.

    What a product of two operations is off the third, averaged over all second ones, is what the
    first is off: the averages obey the group law.
    """
    off = _off_law(rotations, translations)
    return np.asarray(translations + off.mean(axis=1), dtype=float)


def group_law(rotations: Ints, translations: Floats) -> bool:
    """Whether every product of two operations is one of them; it is none where fits conflict."""
    return bool(np.abs(_off_law(rotations, translations)).max() < 1e-6)


def _off_law(rotations: Ints, translations: Floats) -> Floats:
    """What operation k after operation l is off the one of its rotation, shape (n, n, 3)."""
    index = {w.tobytes(): k for k, w in enumerate(rotations)}
    product_of = np.array([[index[(v @ w).tobytes()] for w in rotations] for v in rotations])
    turned = np.einsum("kij,lj->kli", rotations, translations)
    off = translations[product_of] - turned - translations[:, None]
    return np.asarray(off - np.rint(off), dtype=float)


def symmetrised(lattice: Floats, rotations: Ints) -> Floats:
    """Strain a lattice, without rotation, until the rotations are isometries of it."""
    metric = np.einsum("nji,jk,nkl->il", rotations, lattice @ lattice.T, rotations)
    inverse = np.linalg.inv(lattice)
    stretch = inverse @ (metric / len(rotations)) @ inverse.T
    return np.asarray(lattice @ sqrtm(stretch).real, dtype=float)
