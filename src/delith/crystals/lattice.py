"""Exact integer algebra on lattices: bases from generators, and the cell that fits a plane.

Vectors are rows throughout: a cell ``(3, 3)`` holds one lattice vector a row, and fractional
coordinates multiply it from the left.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import gcd

import numpy as np
from ase import Atoms
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def lattice_basis(generators: ArrayLike) -> Ints:
    """Give a basis of the integer lattice that the generators span.

    Parameters
    ----------
    generators : array_like of int, shape (m, n)
        Integer vectors as rows; linearly dependent rows are allowed.

    Returns
    -------
    ndarray of int, shape (rank, n)
        Rows in Hermite (echelon) form.
    """
    rows = [[int(x) for x in row] for row in np.asarray(generators)]
    basis: list[list[int]] = []
    for column in range(len(rows[0])):
        while True:
            live = [row for row in rows if row[column]]
            if len(live) < 2:
                break
            pivot = min(live, key=lambda row: abs(row[column]))
            for row in live:
                if row is not pivot:
                    q = row[column] // pivot[column]
                    row[:] = [x - q * y for x, y in zip(row, pivot, strict=True)]
        if live:
            basis.append(live[0])
            rows = [row for row in rows if row is not live[0]]
    return np.array(basis, dtype=np.int64)


def primitive_indices(indices: ArrayLike) -> Ints:
    """Divide integer indices by their greatest common divisor."""
    ints = np.asarray(indices, dtype=np.int64)
    divisor = gcd(*(int(x) for x in ints.ravel()))
    return ints // max(divisor, 1)


def completed_basis(normal: Ints) -> Ints:
    """Rows a, b, t of a unimodular matrix with normal·a = normal·b = 0 and normal·t = 1.

    Parameters
    ----------
    normal : ndarray of int, shape (3,)
        Coprime Miller indices.
    """
    # operations that bring ``normal`` to (0, 0, 1) are tracked in the identity
    work = [[int(h), *row] for h, row in zip(normal, np.eye(3, dtype=int).tolist(), strict=True)]
    while sum(1 for row in work if row[0]) > 1:
        pivot = min((row for row in work if row[0]), key=lambda row: abs(row[0]))
        for row in work:
            if row is not pivot:
                q = row[0] // pivot[0]
                row[:] = [x - q * y for x, y in zip(row, pivot, strict=True)]
    work.sort(key=lambda row: row[0] != 0)
    t = work[2]
    if t[0] < 0:
        t = [-x for x in t]
    return np.array([work[0][1:], work[1][1:], t[1:]], dtype=np.int64)


def shortest_images(vector: ArrayLike, lattice: Floats) -> Floats:
    """All lattice-equivalents of a vector that are equally short.

    Parameters
    ----------
    vector : array_like, shape (n,)
        Å.
    lattice : ndarray, shape (m, n)
        Vectors as rows, Å, reduced.

    Returns
    -------
    ndarray, shape (k, n)
        Those that point most along the last axis, then the last but one, first.
    """
    given = np.asarray(vector, dtype=float)
    nearest = np.rint(given @ np.linalg.pinv(lattice))
    around = np.array(list(product((-2, -1, 0, 1, 2), repeat=len(lattice))))
    images = given + (around - nearest) @ lattice
    lengths = np.linalg.norm(images, axis=1)
    ties = images[lengths < lengths.min() + 1e-3]
    return ties[np.lexsort(np.round(-ties, 6).T)]


def _reduced_pair(a: Floats, b: Floats) -> Ints:
    """Lagrange-Gauss reduction: integer rows that make two vectors shortest, in order of length."""
    vectors = np.array([a, b])
    rows = np.eye(2, dtype=np.int64)
    while True:
        if vectors[0] @ vectors[0] > vectors[1] @ vectors[1] * (1 + 1e-9):
            vectors, rows = vectors[::-1].copy(), rows[::-1].copy()
        # rounding half towards zero keeps rectangular and hexagonal cells where they are
        ratio = (vectors[0] @ vectors[1]) / (vectors[0] @ vectors[0])
        m = round(ratio - np.sign(ratio) * 1e-9)
        if m == 0:
            return rows
        vectors[1] -= m * vectors[0]
        rows[1] -= m * rows[0]


@dataclass(frozen=True)
class PlaneCell:
    """A primitive cell of a lattice that stands on a lattice plane.

    Attributes
    ----------
    vectors : ndarray, shape (3, 3)
        Å. ``a`` along x, ``b`` in the xy plane: together the smallest in-plane cell. The third
        leads to the next lattice plane, so its z is the spacing; right-handed.
    rotation : ndarray, shape (3, 3)
        Takes Cartesian rows of the crystal into this frame: ``positions @ rotation.T``.
    """

    vectors: Floats
    rotation: Floats

    @property
    def spacing(self) -> float:
        """Distance between neighbouring lattice planes, Å."""
        return float(self.vectors[2, 2])

    @property
    def area(self) -> float:
        """Area of the smallest in-plane cell, Å²."""
        return float(self.vectors[0, 0] * self.vectors[1, 1])

    @cached_property
    def inverse(self) -> Floats:
        """Inverse of `vectors`: Cartesian rows to fractional rows."""
        return np.asarray(np.linalg.inv(self.vectors), dtype=float)

    def nearest_to_normal(self, vector: Floats) -> Floats:
        """Move a vector by in-plane lattice vectors until it leans least from the normal."""
        a, b = self.vectors[:2, :2]
        base = np.floor(vector[:2] @ np.linalg.inv((a, b)) + 1e-9)
        corners = [vector[:2] - (base + c) @ (a, b) for c in product((0, 1), repeat=2)]
        best = min(corners, key=lambda v: (round(float(v @ v), 9), *np.round(-v, 9)))
        return np.append(best, vector[2])


def plane_cell(primitive: ArrayLike, normal: ArrayLike) -> PlaneCell:
    """Build the primitive cell that stands on a plane.

    Parameters
    ----------
    primitive : array_like, shape (3, 3)
        Primitive lattice vectors, Å.
    normal : array_like of int, shape (3,)
        Coprime Miller indices with respect to ``primitive``.
    """
    lattice = np.asarray(primitive, dtype=float)
    integers = completed_basis(np.asarray(normal, dtype=np.int64))
    integers[:2] = _reduced_pair(*(integers[:2] @ lattice)) @ integers[:2]
    a, b, t = integers @ lattice
    n = np.linalg.solve(lattice, np.asarray(normal, dtype=float))
    n /= np.linalg.norm(n)
    if np.dot(np.cross(a, b), n) < 0:
        b = -b
    x = a / np.linalg.norm(a)
    rotation = np.array([x, np.cross(n, x), n])
    vectors = np.array([a, b, t]) @ rotation.T
    vectors[0, 1:] = vectors[1, 2] = 0.0
    return PlaneCell(vectors=vectors, rotation=rotation)


def area(atoms: Atoms) -> float:
    """Area of the plane spanned by the first two vectors of a cell, Å²."""
    return float(np.linalg.norm(np.cross(atoms.cell[0], atoms.cell[1])))
