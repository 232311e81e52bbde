"""Disturbances that leave a mirror plane: half the k-points for DFT."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.spacegroup.symmetrize import (
    prep_symmetry,
    refine_symmetry,
    symmetrize_rank1,
    symmetrize_rank2,
)

#: Å, less than what a disturbance moves atoms by. Relaxed structures that are this near to a mirror
#: plane have it.
TOLERANCE = 0.1
#: Å. And then lie exactly on it.
EXACT = 1e-4


def mirrored(disturbed: Atoms, relaxed: Atoms) -> Atoms:
    """Take from a disturbance what breaks a mirror (or glide) plane of the relaxed structure.

    Of several planes that one is left which most atoms lie on: displacements in it, and the
    strains that it allows, stay as they are. Where there is none, nothing is taken.

    Parameters
    ----------
    disturbed, relaxed : ase.Atoms
        The same atoms in the same order, in nearly the same cell.
    """
    base = relaxed.copy()
    refine_symmetry(base, symprec=TOLERANCE)
    rotations, translations, maps = (np.array(each) for each in prep_symmetry(base, EXACT))
    traces, signs = np.trace(rotations, axis1=1, axis2=2), np.linalg.det(rotations)
    planes = np.flatnonzero((traces == 1) & (signs < 0))
    if not len(planes):
        return disturbed
    still = (maps[planes] == np.arange(len(base))).sum(axis=1)
    kept = [int(np.flatnonzero(traces == 3)[0]), int(planes[still.argmax()])]
    lattice, inverse = base.cell[:], np.linalg.inv(base.cell[:])
    moved = disturbed.get_scaled_positions(wrap=False) - base.get_scaled_positions(wrap=False)
    moved -= np.rint(moved)
    moved = symmetrize_rank1(
        lattice, inverse, moved @ lattice, rotations[kept], translations[kept], maps[kept]
    )
    strain = inverse @ disturbed.cell[:] - np.eye(3)
    strain = symmetrize_rank2(lattice, inverse, (strain + strain.T) / 2, rotations[kept])
    made = base.copy()
    made.positions += moved
    made.set_cell(lattice @ (np.eye(3) + strain), scale_atoms=True)
    return made
