"""What the cutoff of a preset costs an atom of each element: its ``truncation``.

From energies of small crystals a little below and above the cutoff. Run as ``python
workflows/dft_truncation.py gpaw-pbe+u``, and then ``dft_stress.py``; ten minutes on one core.
Needs GPAW: ``make dft``.
"""

import sys
from collections.abc import Mapping

import numpy as np
from ase import Atoms
from ase.build import bulk
from threadpoolctl import threadpool_limits

import delith as dl
from delith.potentials import preset
from delith.potentials.dft import DFTCalculator
from delith.potentials.gpaw import GPAWCode

ELEMENTS = ("Li", "O", "Co", "Ni", "Mn")
#: By how much the cutoff is changed, up and down.
CHANGE = 0.06


def crystals() -> dict[str, Atoms]:
    """LiCoO2 and CoO2 in one formula unit, with other metals instead, and Li2O."""
    made = {"Li2O": bulk("Li2O", "fluorite", a=4.63)}
    for formula in ("LiCoO2", "CoO2", "LiNiO2", "LiMnO2"):
        atoms = dl.crystals.load("LiCoO2").primitive_atoms.copy()
        if not formula.startswith("Li"):
            del atoms[atoms.symbols == "Li"]
        atoms.symbols[atoms.symbols == "Co"] = formula.removeprefix("Li").removesuffix("O2")
        made[formula] = atoms
    return made


def without_spin(name: str, **changes: object) -> DFTCalculator:
    """A preset, changed and with its stress as the code tells it."""
    known = preset.load(dl.potentials.info(name).files)
    level = known.model_copy(update={"moments": {}, "truncation": {}} | changes)
    return DFTCalculator(name, level, GPAWCode)


def fitted(name: str, atoms: Mapping[str, Atoms]) -> dict[str, float]:
    """Energy (eV) that an atom loses by a unit of the logarithm of the cutoff."""
    cutoff, slopes = preset.load(dl.potentials.info(name).files).cutoff, []
    for each in atoms.values():
        levels = [without_spin(name, cutoff=cutoff * (1 + by)) for by in (-CHANGE, CHANGE)]
        below, above = (level.get_potential_energy(each) for level in levels)
        slopes.append((above - below) / np.log((1 + CHANGE) / (1 - CHANGE)))
    counts = np.array([[sum(a.symbols == e) for e in ELEMENTS] for a in atoms.values()])
    return dict(zip(ELEMENTS, np.linalg.lstsq(counts, slopes, rcond=None)[0].tolist(), strict=True))


if __name__ == "__main__":
    threadpool_limits(1)
    print({element: round(lost, 3) for element, lost in fitted(sys.argv[1], crystals()).items()})
