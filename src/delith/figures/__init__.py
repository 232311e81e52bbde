"""Numbers in, pictures out; every figure takes the table that the CSV holds."""

from delith.figures.barriers import barriers
from delith.figures.boundary_energy import boundary_energy
from delith.figures.gamma_surface import gamma_surface
from delith.figures.profiles import profiles
from delith.figures.segregation import segregation

__all__ = ["barriers", "boundary_energy", "gamma_surface", "profiles", "segregation"]
