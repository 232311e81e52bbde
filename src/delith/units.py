"""Units of boundary energies, coverages and frequencies; ASE's eV and Å everywhere else."""

from ase.units import J, m
from scipy.constants import c

#: eV/Å² in J/m².
EV_PER_A2 = m**2 / J

#: 1/Å² in 1/nm².
PER_NM2 = 100.0

#: THz in cm⁻¹.
PER_CM_PER_THZ = 1e10 / c
