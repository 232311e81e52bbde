"""Records in, numbers out: nothing here calls a potential."""

from delith.energetics.closed import boundary_energies
from delith.energetics.decorated import decoration_energies
from delith.energetics.geometry import basal_angle
from delith.energetics.hull import LowerHull
from delith.energetics.occupation import Occupation, boundary_occupation
from delith.energetics.open import open_boundary_energies
from delith.units import EV_PER_A2

__all__ = [
    "EV_PER_A2",
    "LowerHull",
    "Occupation",
    "basal_angle",
    "boundary_energies",
    "boundary_occupation",
    "decoration_energies",
    "open_boundary_energies",
]
