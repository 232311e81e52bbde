"""Units of boundary energies and coverages; ASE's eV and Å everywhere else."""

from ase.units import J, m

#: eV/Å² in J/m².
EV_PER_A2 = m**2 / J

#: 1/Å² in 1/nm².
PER_NM2 = 100.0
