"""Interface between an ordered crystal and the same crystal with some of its metals disordered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from ase import Atoms

from delith import bicrystal
from delith.boundaries.cell import Boundary, build
from delith.crystals import Crystal, Plane, inspection
from delith.crystals.lattice import Ints
from delith.crystals.notation import format_plane
from delith.crystals.valence import is_anion
from delith.decorations import quasirandom
from delith.errors import DelithError


def interface(
    crystal: Crystal,
    plane: Plane,
    elements: Sequence[str],
    separation: float = 12.0,
    repeat: tuple[int, int] = (1, 1),
    seed: int = 0,
) -> Boundary:
    """Build the interface between a crystal and its disordered form.

    Parameters
    ----------
    crystal : Crystal
        Ordered, such as P4_332 LiNi0.5Mn1.5O4.
    plane : tuple of int
        (hkl) with respect to the conventional cell.
    elements : sequence of str
        Elements that are mixed on their common sites in grain 1, at the composition of the
        crystal: a quasi-random arrangement of that grain, periodic by itself.
    separation, repeat
        As in `twin`.
    seed : int
        Of the arrangement.

    Returns
    -------
    Boundary
        Its two interfaces are not equivalent, since no two places of a disordered crystal are:
        only the sum of their energies is defined. Half of the cell compares with ordered bulk,
        half with `disordered_bulk`.

    Raises
    ------
    DelithError
        If the elements cannot be mixed in this crystal (cations and anions, or the mobile one), or
        the separation is too small.
    """
    _check_elements(crystal, elements)
    oriented = bicrystal.orient(crystal, plane)
    mixed_ones = "/".join(sorted(set(elements)))
    label = f"interface {format_plane(plane)} {mixed_ones} disordered"
    ordered = build(
        oriented,
        plane,
        bicrystal.shift(oriented, np.zeros(3)),
        separation,
        repeat,
        kind="interface",
        label=label,
        operation=f"{mixed_ones} disorder",
    )
    atoms = ordered.atoms.copy()
    lower, upper = _halves(ordered)
    grain = atoms[lower]
    grain.set_cell([*atoms.cell[:2], _step(ordered)])
    mixed = quasirandom(grain, elements, seed=seed)
    atoms.numbers[upper] = mixed.numbers
    atoms.arrays["sublattice"][upper] = mixed.arrays["sublattice"]
    return replace(
        ordered,
        label=label,
        kind="interface",
        atoms=atoms,
        equivalent=inspection.boundaries_equivalent(atoms),
    )


def disordered_bulk(boundary: Boundary) -> Boundary:
    """Build the bulk cell of an interface's disordered grain: its arrangement in both halves."""
    atoms = boundary.atoms.copy()
    lower, upper = _halves(boundary)
    for name in ("numbers", "sublattice"):
        atoms.arrays[name][lower] = atoms.arrays[name][upper]
    return replace(
        boundary,
        label=f"bulk for {boundary.label}",
        kind="bulk",
        atoms=atoms,
        count=0,
        equivalent=True,
    )


def _check_elements(crystal: Crystal, elements: Sequence[str]) -> None:
    """Refuse to put anions on sites of cations, and to spread what delithiation takes."""
    anions = set(crystal.atoms.symbols[is_anion(crystal.atoms)])
    kinds = {element in anions for element in elements}
    if len(kinds) > 1 or crystal.mobile in elements:
        raise DelithError(
            f"{', '.join(elements)} share no sites: mix cations with cations, such as Ni with Mn, "
            "and not the mobile one."
        )


def _step(boundary: Boundary) -> np.ndarray:
    """Lattice vector from a site of grain 0 to the same site of grain 1."""
    oriented = bicrystal.orient(boundary.crystal, boundary.plane)
    return np.asarray(boundary.layers * oriented.cell.vectors[2], dtype=float)


def _halves(boundary: Boundary) -> tuple[Ints, Ints]:
    """Indices of grain 0 and, in the same order, of the same sites in grain 1."""
    atoms: Atoms = boundary.atoms
    lower, upper = (np.flatnonzero(atoms.arrays["grain"] == g) for g in (0, 1))
    gap = atoms.positions[lower] + _step(boundary) - atoms.positions[upper][:, None]
    steps = gap @ np.linalg.inv(atoms.cell[:])
    distance = np.linalg.norm((steps - np.rint(steps)) @ atoms.cell[:], axis=2)
    return lower, upper[distance.argmin(axis=0)]
