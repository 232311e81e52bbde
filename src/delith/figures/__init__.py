"""Numbers in, pictures out; every figure takes the table that the CSV holds."""

from delith.figures.boundary_energy import boundary_energy
from delith.figures.free_energy import free_energy
from delith.figures.gamma_surface import gamma_surface
from delith.figures.segregation import segregation

__all__ = ["boundary_energy", "free_energy", "gamma_surface", "segregation"]
