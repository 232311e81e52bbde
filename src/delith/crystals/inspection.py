"""What a built cell is: free of short contacts, with like boundaries or unlike, or only bulk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import spglib
from ase import Atoms
from numpy.typing import NDArray
from pymatgen.optimization.neighbors import find_points_in_spheres

from delith.crystals import Crystal
from delith.crystals.lattice import Floats, Ints
from delith.errors import DelithError

#: Closest approach of any two atoms in a built cell, as a share of the crystal's shortest distance;
#: and of two anions, as a share of the shortest distance among the anions.
CONTACT = 0.75

#: The same among cations. Antiphase boundaries of a spinel framework have tetrahedra that share
#: faces with octahedra: their centres are √3/√8 = 0.61 of what those of octahedra are across an
#: edge, and lithium leaves such sites. Metals half an edge apart, as in rutile, cannot be.
CATION_CONTACT = 0.55

#: How far (Å) the surroundings of an atom reach.
_SURROUNDINGS = 6.0

#: Surroundings that differ by less are the same. Rounding leaves less than 1e-6; walls between
#: opposite domains of BaTiO3, whose displacements cancel to first order, change them by 3e-4.
SAME = 1e-5


def check_contacts(atoms: Atoms, crystal: Crystal) -> None:
    """Refuse a cell in which atoms come too close; nothing is ever deleted.

    Anions are compared with those of the crystal, and cations with its cations: bonds are so much
    shorter than either that they would let two of them stand on nearly the same place.

    Raises
    ------
    DelithError
        Naming the closest pair, if two atoms are much nearer than any such two of the crystal.
    """
    anion = np.isin(atoms.numbers, list(crystal.anions))
    anions, others = crystal.shortest_alike
    _check_among(atoms, np.full(len(atoms), True), CONTACT * crystal.shortest_distance)
    _check_among(atoms, anion, CONTACT * anions)
    _check_among(atoms, ~anion, CATION_CONTACT * others)


def _check_among(atoms: Atoms, chosen: NDArray[np.bool_], limit: float) -> None:
    index = np.flatnonzero(chosen)
    if not len(index):
        return
    one, other, distance = _neighbours(atoms[index], limit)
    if len(distance):
        closest = distance.argmin()
        i, j = sorted((index[one[closest]], index[other[closest]]))
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
    # which would end Python where neighbours are looked for
    if not (np.isfinite(points).all() and np.isfinite(cell).all()):
        raise DelithError("positions and cells of atoms must be numbers, and some are not.")
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
