"""Sites of a CIF on the special positions that their rounded coordinates mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase.spacegroup.spacegroup import parse_sitesym

from delith.crystals.lattice import Floats

#: Images of a site nearer than this (Å) are one atom: coordinates often have three digits, and
#: 0.333 for a third sets images of a site 0.001 of a cell apart.
ROUNDING = 0.02


def settled(fractions: Floats, operators: Sequence[str], cell: Floats) -> Floats:
    """Move each site to the mean of those of its images that rounding alone sets apart.

    Parameters
    ----------
    fractions : (n, 3) array
        Sites, in fractions of the cell.
    operators : sequence of str
        Of the space group, as in ``-y,x-y,z``.
    cell : (3, 3) array
        Lattice vectors, rows, Å.

    Returns
    -------
    (n, 3) array
        Sites, where all that is left of their images is at least `ROUNDING` apart.
    """
    rotations, shifts = parse_sitesym(list(operators))
    offsets = np.einsum("gij,nj->gni", rotations, fractions) + shifts[:, None] - fractions
    offsets -= np.rint(offsets)
    near = np.linalg.norm(offsets @ cell, axis=2) < ROUNDING
    offsets[~near] = 0
    return np.asarray(fractions + offsets.sum(axis=0) / near.sum(axis=0)[:, None], dtype=float)
