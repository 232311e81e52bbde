"""Which ions have the higher oxidation state, where an element has two."""

from __future__ import annotations

import numpy as np
from ase import Atoms

from delith.crystals.lattice import Floats
from delith.crystals.valence import valences
from delith.decorations.ewald import electrostatics

#: Of an oxidation state, from which it counts as whole.
WHOLE = 1e-6


def nominal_states(atoms: Atoms) -> Floats:
    """Return the oxidation state of every ion, whole where charges can be.

    Between two states an element has as many ions of the higher one as its mean valence says.
    These are placed one by one where point charges like them best: far from lithium and from each
    other. In an element there are none.

    Parameters
    ----------
    atoms : Atoms

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    DelithError
        As `delith.crystals.valence.valences`.
    """
    if len(set(atoms.symbols)) == 1:
        return np.zeros(len(atoms))
    mean = valences(atoms, None)
    states = np.array([float(mean[element]) for element in atoms.symbols])
    for element, state in mean.items():
        sites = np.flatnonzero(atoms.symbols == element)
        low = states[sites] = np.floor(state + WHOLE)
        for _ in range(round((state - low) * len(sites))):
            charged = electrostatics(atoms, sites, states)
            potentials = charged.potentials(states[None, sites])[0]
            potentials[states[sites] > low] = np.inf
            states[sites[np.argmin(np.round(potentials, 6))]] += 1
    return states
