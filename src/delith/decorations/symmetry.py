"""How the space group of a crystal permutes some of its sites."""

import numpy as np
import spglib
from ase import Atoms
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from delith.errors import DelithError

Permutations = NDArray[np.intp]
SYMPREC = 1e-3


def site_permutations(
    atoms: Atoms, sites: NDArray[np.intp], symprec: float = SYMPREC
) -> Permutations:
    """Return the distinct permutations of `sites` under the space group of `atoms`.

    The group is that of the cell as given: pure translations of a supercell are in it, rotations
    that do not map the supercell lattice on itself are not. Species are told apart by element
    alone.

    Parameters
    ----------
    atoms
        A fully periodic crystal, unrelaxed: the sites must be symmetric to within `symprec`.
    sites
        Indices of the sites, shape (n_sites,); with a site, every site equivalent to it.
    symprec
        Distance (Å) within which two positions are the same.

    Returns
    -------
    Integers of shape (n_operations, n_sites), the identity first; entry (g, i) is the place in
    `sites` to which operation g takes site i. The rows form a group, so ``labels[rows]`` is the
    orbit of an array ``labels`` of site labels.

    Raises
    ------
    DelithError
        When spglib finds no space group, or an operation takes a site to none of `sites`.
    """
    fractional = atoms.get_scaled_positions()
    found = spglib.get_symmetry((atoms.cell[:], fractional, atoms.numbers), symprec=symprec)
    if found is None:
        raise DelithError(
            f"no space group found for {atoms.get_chemical_formula()} within {symprec} Å: "
            "check for overlapping atoms, or use the unrelaxed structure"
        )
    here = fractional[sites]
    # Wrapping twice: the remainder of a tiny negative number rounds to 1, outside the box.
    tree = cKDTree(here % 1.0 % 1.0, boxsize=1.0)
    there = np.einsum("gij,sj->gsi", found["rotations"], here) + found["translations"][:, None, :]
    _, permutations = tree.query(there % 1.0 % 1.0)
    miss = there - here[permutations]
    miss = np.linalg.norm((miss - np.round(miss)) @ atoms.cell[:], axis=-1)
    # Operation and site may each be off by symprec, hence the factor.
    one_to_one = np.all(np.sort(permutations, axis=1) == np.arange(len(sites)))
    if np.any(miss > 4 * symprec) or not one_to_one:
        raise DelithError(
            f"the space group does not map the chosen sites on themselves within {symprec} Å: "
            "choose all equivalent sites, or use the unrelaxed structure"
        )
    # Sorted rows, so the identity, lexicographically smallest, comes first.
    return np.unique(permutations, axis=0)
