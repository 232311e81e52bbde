"""Which level of theory is to teach boundaries? Bulk LiCoO2 by three levels of DFT, and their cost.

Lattice, mean voltage, empty layers (O1) and how long a step of self-consistency takes. Run as
``python workflows/dft_levels.py``; an hour on one core, and what was computed is remembered. Needs
GPAW: ``make dft``.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from threadpoolctl import threadpool_limits

import delith as dl

RESULT = Path("results") / "dft" / "levels.csv"
LEVELS = ("gpaw-pbe", "gpaw-pbe+u", "gpaw-r2scan")


def relaxed(atoms: Atoms, level: str) -> tuple[Atoms, float]:
    """Atoms and cell relaxed in their symmetry, and their energy, eV."""
    made = dl.relax(atoms, potential=level, cell="full", fmax=0.02, smax=0.1, rattle=0)
    return made.atoms, made.energy


def repeat(atoms: Atoms) -> tuple[float, float]:
    """Lattice constant and three times the distance of layers, Å, of one formula unit."""
    a = float(atoms.cell.lengths().min())
    return a, 3 * atoms.get_volume() / (a * a * np.sqrt(3) / 2)


def main() -> None:
    """Relax bulk by every level."""
    threadpool_limits(1)
    full = dl.crystals.load("LiCoO2").primitive_atoms
    empty = full[full.symbols != "Li"]
    rows = []
    for level in LEVELS:
        starts = {"LiCoO2": full, "CoO2": empty, "CoO2, O1": dl.crystals.load("CoO2_O1").atoms}
        crystals = {name: relaxed(atoms, level) for name, atoms in starts.items()}
        energies = {name: energy for name, (_, energy) in crystals.items()}
        _, lithium = relaxed(dl.crystals.load("Li").primitive_atoms, level)
        row = {"level": level, "voltage_V": lithium - energies["LiCoO2"] + energies["CoO2"]}
        for name, (atoms, _) in crystals.items():
            row |= dict(zip((f"a({name})_A", f"c({name})_A"), repeat(atoms), strict=True))
        rows.append(row | {"O1_below_O3_meV": 1000 * (energies["CoO2"] - energies["CoO2, O1"])})
        pd.DataFrame(rows).to_csv(RESULT, index=False, float_format="%.4g")
        print(pd.DataFrame(rows).T)


if __name__ == "__main__":
    main()
