"""That the stress by a preset is the slope of its energy against volume, at a fixed cutoff.

As a code tells it, it is not: waves are cut off. Run as ``python workflows/dft_stress.py
gpaw-pbe+u``; fifteen minutes on one core. Needs GPAW: ``make dft``.
"""

import sys

import pandas as pd
from ase.units import GPa
from dft_truncation import crystals, without_spin
from threadpoolctl import threadpool_limits

import delith as dl
from delith.potentials import preset

#: By how much lengths are changed.
STRAIN = 0.01


def main(name: str) -> None:
    """Mean normal stress of each crystal in GPa, in three ways."""
    calculator = without_spin(name)
    level, rows = preset.load(dl.potentials.info(name).files), []
    for crystal, atoms in crystals().items():
        told = calculator.get_stress(atoms)[:3].mean()
        energies = []
        for strain in (-STRAIN, STRAIN):
            calculator.forget()
            strained = atoms.copy()
            strained.set_cell(atoms.cell[:] * (1 + strain), scale_atoms=True)
            energies.append(calculator.get_potential_energy(strained))
        slope = (energies[1] - energies[0]) / (6 * STRAIN * atoms.get_volume())
        rows.append((crystal, told / GPa, slope / GPa, (told + level.pulay(atoms)) / GPa))
    table = pd.DataFrame(rows, columns=["crystal", "told_GPa", "slope_GPa", "corrected_GPa"])
    print(table.round(2).to_string(index=False))


if __name__ == "__main__":
    threadpool_limits(1)
    main(sys.argv[1])
