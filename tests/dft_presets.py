"""Settings of a level of DFT, and a structure with two kinds of cobalt."""

import numpy as np
from ase import Atoms

from delith import crystals, potentials
from delith.potentials import preset


def half_empty() -> Atoms:
    """Half the lithium of LiCoO2, in twelve atoms less one and a half: six cobalt, low spin."""
    atoms = crystals.load("LiCoO2").atoms.repeat((2, 1, 1))
    del atoms[np.flatnonzero(atoms.numbers == 3)[::2]]
    return atoms


def preset_of(name: str) -> preset.Preset:
    return preset.load(potentials.info(name).files)
