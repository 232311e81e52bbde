"""Records in, numbers out: nothing here calls a potential."""

from delith.energetics.barriers import Migration, migration_barriers, migration_profiles
from delith.energetics.chemical_potentials import Reservoirs
from delith.energetics.closed import boundary_energies
from delith.energetics.convergence import ordering_convergence, separation_convergence
from delith.energetics.decorated import decoration_energies
from delith.energetics.geometry import basal_angle, basal_angles
from delith.energetics.hull import LowerHull, formation_energies
from delith.energetics.occupation import Occupation, boundary_occupation
from delith.energetics.open import open_boundary_energies
from delith.energetics.oxidation import net_charge, oxidation_states
from delith.energetics.phases import boundary_phases, formation_voltages
from delith.energetics.polyhedra import polyhedra
from delith.energetics.profile import layer_profile
from delith.energetics.profiles import layer_profiles
from delith.energetics.symmetry import (
    boundary_symmetries,
    broken_operations,
    layer_group,
    space_group,
)
from delith.energetics.vibrational import free_boundary_energies
from delith.energetics.voltage import voltage_boundary_energies, voltage_profile
from delith.units import EV_PER_A2

__all__ = [
    "EV_PER_A2",
    "LowerHull",
    "Migration",
    "Occupation",
    "Reservoirs",
    "basal_angle",
    "basal_angles",
    "boundary_energies",
    "boundary_occupation",
    "boundary_phases",
    "boundary_symmetries",
    "broken_operations",
    "decoration_energies",
    "formation_energies",
    "formation_voltages",
    "free_boundary_energies",
    "layer_group",
    "layer_profile",
    "layer_profiles",
    "migration_barriers",
    "migration_profiles",
    "net_charge",
    "open_boundary_energies",
    "ordering_convergence",
    "oxidation_states",
    "polyhedra",
    "separation_convergence",
    "space_group",
    "voltage_boundary_energies",
    "voltage_profile",
]
