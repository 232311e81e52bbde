"""The shell of anions around each cation: how far off its centre, and how distorted."""

from __future__ import annotations

import numpy as np
import pandas as pd
from ase import Atoms
from ase.neighborlist import neighbor_list

from delith.basins import BOND
from delith.crystals.lattice import Floats
from delith.crystals.valence import is_anion

#: No anion farther than this (Å) is in a shell.
_REACH = 5.0

#: Angles (degrees) between neighbouring bonds of regular shells, and how many there are.
_REGULAR = {4: (np.degrees(np.arccos(-1 / 3)), 6), 6: (90.0, 12)}

#: Of `polyhedra`.
COLUMNS = (
    "atom",
    "element",
    "coordination",
    "bond_A",
    "off_x_A",
    "off_y_A",
    "off_z_A",
    "off_centring_A",
    "distortion",
    "angle_variance_deg2",
)


def polyhedra(atoms: Atoms) -> pd.DataFrame:
    """Measure the coordination polyhedron of every cation.

    A cation's shell are the anions within `delith.basins.BOND` times its shortest distance to
    one.

    Parameters
    ----------
    atoms : ase.Atoms
        Relaxed or not; a record's ``atoms``.

    Returns
    -------
    pandas.DataFrame
        One row per cation:

        atom, element
            Index in ``atoms``.
        coordination
            Anions in the shell.
        bond_A
            Their mean distance.
        off_x_A, off_y_A, off_z_A, off_centring_A
            From the centroid of the shell to the cation, and its length: zero where the shell has
            a centre of inversion, as in a regular octahedron.
        distortion
            Baur's index, the mean of abs(d − d̄)/d̄ over the bonds (W. H. Baur, Acta Crystallogr. B
            30, 1195, 1974).
        angle_variance_deg2
            Σ(θ − θ₀)²/(m − 1) over the m angles between neighbouring bonds (K. Robinson, G. V.
            Gibbs and P. H. Ribbe, Science 172, 567, 1971): twelve of an octahedron, six of a
            tetrahedron. NaN for other shells.
    """
    anion = is_anion(atoms)
    i, j, distances, vectors = neighbor_list("ijdD", atoms, _REACH)
    bonded = anion[j]
    i, distances, vectors = i[bonded], distances[bonded], vectors[bonded]
    shortest = np.full(len(atoms), np.inf)
    np.minimum.at(shortest, i, distances)
    near = distances < BOND * shortest[i]
    i, vectors = i[near], vectors[near]
    rows = [
        {"atom": k, "element": atoms.symbols[k]} | _shell(vectors[i == k])
        for k in np.flatnonzero(~anion)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _shell(bonds: Floats) -> dict[str, float]:
    """Measure one shell by the vectors from the cation to its anions."""
    if not len(bonds):
        return {"coordination": 0}
    lengths = np.linalg.norm(bonds, axis=1)
    off = -bonds.mean(axis=0)
    return {
        "coordination": len(bonds),
        "bond_A": lengths.mean(),
        **dict(zip(("off_x_A", "off_y_A", "off_z_A"), off, strict=True)),
        "off_centring_A": float(np.linalg.norm(off)),
        "distortion": np.abs(lengths / lengths.mean() - 1).mean(),
        "angle_variance_deg2": _angle_variance(bonds / lengths[:, None]),
    }


def _angle_variance(directions: Floats) -> float:
    if len(directions) not in _REGULAR:
        return np.nan
    regular, number = _REGULAR[len(directions)]
    one, other = np.triu_indices(len(directions), k=1)
    cosines = (directions[one] * directions[other]).sum(axis=1)
    # the largest of an octahedron are those between opposite bonds
    angles = np.sort(np.degrees(np.arccos(np.clip(cosines, -1, 1))))[:number]
    return float(((angles - regular) ** 2).sum() / (number - 1))
