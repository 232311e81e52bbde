"""Numbers in, pictures out; every figure takes the table that the CSV holds."""

from delith.figures.boundary_energy import boundary_energy
from delith.figures.gamma_isotherms import gamma_isotherms
from delith.figures.gamma_surface import gamma_surface
from delith.figures.occupation import occupation
from delith.figures.segregation import segregation

__all__ = ["boundary_energy", "gamma_isotherms", "gamma_surface", "occupation", "segregation"]
