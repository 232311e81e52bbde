"""Whether a relaxed structure is still of the kind that it began as."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list

from delith.crystals.lattice import Bools
from delith.crystals.valence import is_anion

#: A bond is a framework cation and anion closer than this times that cation's shortest distance
#: to an anion: between the first and second shell of octahedra and tetrahedra in oxides.
BOND = 1.35

#: Largest principal strain of a cell that is still the crystal it was. Layers of LiCoO2 that close
#: as they lose their lithium come to 0.12, those that slide over each other to 0.22.
STRAIN = 0.18

#: Å by which two cations of the framework no farther apart than `NEAR` (Å) may move against each
#: other, beyond what the strain of the cell does: boundaries of emptied layers come to 0.63, one
#: layer that slides into another stacking to 1.63, and to 0.81 where a cell of two leans with it.
SLID, NEAR = 0.7, 6.0

#: How the problem begins of a structure whose cell came apart.
EXPLODED = "exploded"


def left_basin(start: Atoms, end: Atoms, mobile: str | None) -> str:
    """Say how a relaxed structure differs in kind from its start; empty if it does not.

    The framework's bonds are counted before and after: every cation other than the mobile one
    must keep its number of anions. A cell that changed its volume by half has exploded, one that
    was strained beyond `STRAIN` has its planes slid over each other, and so has one in which
    cations at home in one grain went `SLID` past each other.
    """
    change = end.cell.volume / start.cell.volume - 1
    if abs(change) > 0.5:
        return f"{EXPLODED}: the volume changed by {change:+.0%}"
    deformation = np.linalg.solve(start.cell[:], end.cell[:])
    strains = np.linalg.svd(deformation, compute_uv=False) - 1
    largest = strains[np.abs(strains).argmax()]
    if abs(largest) > STRAIN:
        return f"left its basin: the cell was strained by {largest:+.0%}"
    anions = is_anion(start)
    cations = ~anions & (np.array(start.symbols) != mobile)
    if not anions.any() or not cations.any():
        return ""
    cutoff = 4.0
    i, j, d = neighbor_list("ijd", start, cutoff)
    bonded = cations[i] & anions[j]
    if not bonded.any():
        return ""
    shortest = np.full(len(start), np.inf)
    np.minimum.at(shortest, i[bonded], d[bonded])
    before = _coordination(i, j, d, bonded, shortest, len(start))
    i, j, d = neighbor_list("ijd", end, cutoff)
    after = _coordination(i, j, d, cations[i] & anions[j], shortest, len(start))
    changed = np.flatnonzero(before != after)
    if not len(changed):
        return _slid(start, end, cations)
    k = changed[0]
    more = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
    return (
        f"left its basin: atom {k} ({start.symbols[k]}) went from {before[k]} to {after[k]} "
        f"anion neighbours{more}"
    )


def _coordination(i, j, d, bonded, shortest, count) -> np.ndarray:  # type: ignore[no-untyped-def]
    near = bonded & (d < BOND * shortest[i])
    return np.bincount(i[near], minlength=count)


def _slid(start: Atoms, end: Atoms, cations: Bools) -> str:
    """Say which cations of one grain, none of which had been moved there, slid past each other."""
    home = np.flatnonzero(cations & (start.arrays.get("moved", np.zeros(len(start))) == 0))
    grain = start.arrays.get("grain", np.zeros(len(start)))[home]
    i, j, apart, images = neighbor_list("ijDS", start[home], NEAR)
    after = end.positions[home][j] + images @ end.cell[:] - end.positions[home][i]
    off = np.linalg.norm(after - apart @ np.linalg.solve(start.cell[:], end.cell[:]), axis=1)
    off[grain[i] != grain[j]] = 0.0
    if off.max(initial=0.0) < SLID:
        return ""
    one, other = home[[i[off.argmax()], j[off.argmax()]]]
    return (
        f"left its basin: atoms {one} and {other} ({start.symbols[one]}, {start.symbols[other]}) "
        f"slid {off.max():.2f} Å past each other"
    )
