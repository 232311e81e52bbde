"""Records in, numbers out: nothing here calls a potential."""

from delith.energetics.closed import boundary_energies
from delith.energetics.geometry import basal_angle
from delith.energetics.hull import LowerHull

__all__ = ["LowerHull", "basal_angle", "boundary_energies"]
