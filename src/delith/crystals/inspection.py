"""What a built cell is: free of short contacts, with like boundaries or unlike, or only bulk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import spglib
from ase import Atoms
from pymatgen.optimization.neighbors import find_points_in_spheres

from delith.crystals import Crystal
from delith.crystals.lattice import Floats, Ints
from delith.errors import DelithError

#: How far (Å) the surroundings of an atom reach.
_SURROUNDINGS = 6.0

#: Surroundings that differ by less are the same. Rounding leaves less than 1e-6; walls between
#: opposite domains of BaTiO3, whose displacements cancel to first order, change them by 3e-4.
SAME = 1e-5


def check_contacts(atoms: Atoms, limit: float) -> None:
    """Refuse a cell in which atoms come too close; nothing is ever deleted.

    Raises
    ------
    DelithError
        Naming the closest pair, if two atoms are less than ``limit`` Å apart.
    """
    one, other, distance = _neighbours(atoms, limit)
    if len(distance):
        closest = distance.argmin()
        i, j = sorted((one[closest], other[closest]))
        raise DelithError(
            f"atoms {i} ({atoms.symbols[i]}) and {j} ({atoms.symbols[j]}) would be "
            f"{distance[closest]:.2f} Å apart, closer than {limit:.2f} Å: this plane position or "
            "shift does not join these grains. Choose another plane, position or vector."
        )


def boundaries_equivalent(atoms: Atoms, symprec: float = 1e-3) -> bool:
    """Tell whether a symmetry operation of the cell maps one boundary onto the other.

    The boundaries are the planes at fractional heights 0 and 1/2.
    """
    cell = (atoms.cell[:], atoms.get_scaled_positions(), atoms.numbers)
    symmetry = spglib.get_symmetry(cell, symprec=symprec)
    for rotation, translation in zip(symmetry["rotations"], symmetry["translations"], strict=True):
        keeps_planes = not rotation[2, :2].any()
        if keeps_planes and abs(translation[2] % 1 - 0.5) < 1e-3:
            return True
    return False


def is_bulk(atoms: Atoms, crystal: Crystal) -> bool:
    """Tell whether a built cell is the crystal itself: whether it looks so from every atom."""
    return not len(fingerprint(atoms, crystal))


def surroundings(atoms: Atoms, species: Sequence[str]) -> Floats:
    """Describe what surrounds each atom: smooth sums over neighbours, by element and distance.

    Parameters
    ----------
    atoms : ase.Atoms
    species : sequence of str
        Elements to tell apart.

    Returns
    -------
    ndarray, shape (n, 3·len(species))
        The same numbers for surroundings that are the same up to rotation or reflection.
    """
    i, j, d = _neighbours(atoms, _SURROUNDINGS)
    fades = (1 + np.cos(np.pi * d / _SURROUNDINGS)) / 2
    symbols = np.array(atoms.symbols)[j]
    columns = [
        np.bincount(
            i, weights=(symbols == element) * fades * np.exp(-d / decay), minlength=len(atoms)
        )
        for element in species
        for decay in (0.5, 1.0, 2.0)
    ]
    return np.column_stack([atoms.numbers, *columns])


def _neighbours(atoms: Atoms, cutoff: float) -> tuple[Ints, Ints, Floats]:
    """Pairs of atoms and their distances, Å, each pair both ways, across all faces of the cell."""
    points, cell = (np.ascontiguousarray(a) for a in (atoms.positions, atoms.cell[:]))
    i, j, _, d = find_points_in_spheres(
        points, points, cutoff, np.ones(3, dtype=np.int64), cell, tol=1e-3
    )
    others = (i != j) | (d > 1e-3)  # each atom finds itself
    return i[others], j[others], d[others]


def fingerprint(atoms: Atoms, crystal: Crystal) -> Floats:
    """Tell one boundary from another by the atoms whose surroundings are not those of the bulk.

    Returns
    -------
    ndarray, shape (n, m)
        Surroundings of the n such atoms in an arbitrary order, column by column; no rows for a
        null boundary. Equal, within rounding, for cells that hold the same boundaries on the same
        area, whatever their thickness and orientation.
    """
    species = sorted(set(crystal.atoms.symbols))
    here, bulk = surroundings(atoms, species), surroundings(crystal.atoms, species)
    off = np.abs(here[:, None] - bulk[None]).max(axis=2).min(axis=1)
    return np.sort(here[off > SAME], axis=0)
