"""Numbers in, pictures out; every figure takes the table that the CSV holds."""

from delith.figures.barriers import barriers
from delith.figures.basal_angle import basal_angle
from delith.figures.boundary_energy import boundary_energy
from delith.figures.canvas import save
from delith.figures.checked_energy import checked_energy
from delith.figures.column_intensities import column_intensities
from delith.figures.excess_lithium import excess_lithium
from delith.figures.free_energy import free_energy
from delith.figures.gamma_isotherms import gamma_isotherms
from delith.figures.gamma_surface import gamma_surface
from delith.figures.heat_map import heat_map
from delith.figures.hull import hull
from delith.figures.layer_profile import layer_profile
from delith.figures.micrograph import micrograph
from delith.figures.occupation import occupation
from delith.figures.open_energy import open_energy
from delith.figures.orderings import orderings
from delith.figures.parity import parity
from delith.figures.phases import phases
from delith.figures.profiles import profiles
from delith.figures.segregation import segregation
from delith.figures.separation import separation
from delith.figures.strain_map import strain_map
from delith.figures.structure import structure
from delith.figures.voltage import voltage

__all__ = [
    "barriers",
    "basal_angle",
    "boundary_energy",
    "checked_energy",
    "column_intensities",
    "excess_lithium",
    "free_energy",
    "gamma_isotherms",
    "gamma_surface",
    "heat_map",
    "hull",
    "layer_profile",
    "micrograph",
    "occupation",
    "open_energy",
    "orderings",
    "parity",
    "phases",
    "profiles",
    "save",
    "segregation",
    "separation",
    "strain_map",
    "structure",
    "voltage",
]
