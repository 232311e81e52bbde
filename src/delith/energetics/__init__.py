"""Records in, numbers out: nothing here calls a potential."""

from delith.energetics.closed import boundary_energies
from delith.energetics.decorated import decoration_energies
from delith.energetics.geometry import basal_angle
from delith.energetics.hull import LowerHull
from delith.energetics.open import open_boundary_energies
from delith.energetics.oxidation import net_charge, oxidation_states
from delith.energetics.polyhedra import polyhedra
from delith.energetics.profile import layer_profile
from delith.energetics.symmetry import broken_operations, layer_group, space_group
from delith.units import EV_PER_A2

__all__ = [
    "EV_PER_A2",
    "LowerHull",
    "basal_angle",
    "boundary_energies",
    "broken_operations",
    "decoration_energies",
    "layer_group",
    "layer_profile",
    "net_charge",
    "open_boundary_energies",
    "oxidation_states",
    "polyhedra",
    "space_group",
]
