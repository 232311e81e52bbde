"""Structures as they are on the way to rest, when it is hot, and under strain."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.spacegroup.symmetrize import (
    prep_symmetry,
    refine_symmetry,
    symmetrize_rank1,
    symmetrize_rank2,
)
from ase.units import kB

from delith.crystals.lattice import Floats

#: eV/Å². Of the springs that hold an atom of an oxide to its site: what makes a temperature of a
#: displacement.
STIFFNESS = 8.0

#: Å, less than what a disturbance moves atoms by. Relaxed structures that are this near to a mirror
#: plane have it.
TOLERANCE = 0.1
#: Å. And then lie exactly on it.
EXACT = 1e-4


def disturbed(
    start: Atoms, relaxed: Atoms, rng: np.random.Generator, temperature: float, strain: float
) -> Atoms:
    """Disturb a structure: half of the times the relaxed one, else one on the straight way there.

    Parameters
    ----------
    start, relaxed : ase.Atoms
        The same atoms where a relaxation began and where it ended.
    rng : numpy.random.Generator
    temperature : float
        Hottest, K: atoms are displaced as by springs at some temperature up to this.
    strain : float
        Largest component of the strain.
    """
    way = min(1.0, rng.uniform(0, 2))
    sheared = strain * rng.uniform(-1, 1, (3, 3))
    spread = np.sqrt(kB * rng.uniform(0, temperature) / STIFFNESS)
    began, ended = (a.get_scaled_positions(wrap=False) for a in (start, relaxed))
    moved = ended - began
    moved -= np.rint(moved)
    cell: Floats = (1 - way) * start.cell[:] + way * relaxed.cell[:]
    made = relaxed.copy()
    made.set_cell(cell @ (np.eye(3) + (sheared + sheared.T) / 2))
    made.set_scaled_positions(began + way * moved)
    made.positions += rng.normal(scale=spread, size=made.positions.shape)
    return made


def mirrored(disturbed: Atoms, relaxed: Atoms) -> Atoms:
    """Take from a disturbance what breaks a mirror (or glide) plane of the relaxed structure.

    DFT then has half the k-points.

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
