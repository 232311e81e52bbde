"""Numbers in, pictures out; every figure takes the table that the CSV holds."""

from delith.figures.boundary_energy import boundary_energy

__all__ = ["boundary_energy"]
