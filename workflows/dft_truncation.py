"""What the cutoff of a preset costs an atom of each element, and that false stress comes from it.

Energies of small crystals a little below and above the cutoff give the preset's ``truncation``.
With it, stress is to be the slope of the energy against volume at a fixed cutoff: both are printed.
Run as ``python workflows/dft_truncation.py gpaw-pbe+u``; twenty minutes on one core. Needs GPAW:
``make dft``.
"""

import sys

import numpy as np
import pandas as pd
from ase import Atoms
from ase.build import bulk
from ase.units import GPa
from threadpoolctl import threadpool_limits

import delith as dl
from delith.potentials import preset
from delith.potentials.dft import DFTCalculator
from delith.potentials.gpaw import GPAWCode

WITHOUT_SPIN = preset.load(dl.potentials.info(sys.argv[1]).files).model_copy(
    update={"moments": {}, "truncation": {}}
)
ELEMENTS = ("Li", "O", "Co", "Ni", "Mn")
#: By how much the cutoff is changed, and lengths.
CHANGE, STRAIN = 0.06, 0.01


def layered(formula: str) -> Atoms:
    """LiCoO2 or CoO2 in one formula unit, with this metal instead."""
    made = dl.crystals.load("LiCoO2").primitive_atoms.copy()
    if not formula.startswith("Li"):
        del made[made.symbols == "Li"]
    made.symbols[made.symbols == "Co"] = formula.removeprefix("Li").removesuffix("O2")
    return made


def computed(atoms: Atoms, cutoff: float = 1.0, length: float = 1.0) -> tuple[float, float]:
    """Energy (eV) and mean normal stress (eV/Å³) at a share of the cutoff and of the lengths."""
    level = WITHOUT_SPIN.model_copy(update={"cutoff": WITHOUT_SPIN.cutoff * cutoff})
    made = atoms.copy()
    made.set_cell(atoms.cell[:] * length, scale_atoms=True)
    made.calc = DFTCalculator("truncation", level, GPAWCode)
    return made.get_potential_energy(), made.get_stress()[:3].mean()


def main() -> None:
    """Fit what each element costs, and compare."""
    threadpool_limits(1)
    crystals = {name: layered(name) for name in ("LiCoO2", "CoO2", "LiNiO2", "LiMnO2")}
    crystals["Li2O"] = bulk("Li2O", "fluorite", a=4.63)
    slopes, told, real = [], [], []
    for atoms in crystals.values():
        below, above = (computed(atoms, cutoff=1 + change)[0] for change in (-CHANGE, CHANGE))
        slopes.append((above - below) / np.log((1 + CHANGE) / (1 - CHANGE)))
        told.append(computed(atoms)[1])
        small, large = (computed(atoms, length=1 + strain)[0] for strain in (-STRAIN, STRAIN))
        real.append((large - small) / (6 * STRAIN * atoms.get_volume()))
    counts = np.array([[sum(a.symbols == e) for e in ELEMENTS] for a in crystals.values()])
    fitted = np.linalg.lstsq(counts, slopes, rcond=None)[0]
    print("truncation:", {e: round(float(c), 3) for e, c in zip(ELEMENTS, fitted, strict=True)})
    volumes = np.array([atoms.get_volume() for atoms in crystals.values()])
    table = pd.DataFrame({"crystal": list(crystals), "told_GPa": told, "slope_GPa": real})
    table["corrected_GPa"] = table["told_GPa"] + 2 / 3 * (counts @ fitted) / volumes
    table[table.columns[1:]] /= GPa
    print(table.round(2).to_string(index=False))


if __name__ == "__main__":
    main()
