"""Lithium metal, from three quarters to twice its volume, for DFT to label.

Voltages refer to it, and a potential that was shown the metal near rest alone lets it explode.
Minutes on one core, and what was computed is remembered. Run as ``python
workflows/students/lco_dft_lithium.py``. Needs GPAW and icet: ``make dft``, ``pip install icet``.
"""

from pathlib import Path

import numpy as np
from ase import Atoms
from ase.build import bulk
from lco_dft_orderings import label

RESULT = Path("runs") / "lco_dft" / "lithium.extxyz"
#: Å³ an atom, of the metal at rest.
VOLUME = 20.3
#: Volumes of each lattice, relative to that.
VOLUMES = {"bcc": (0.75, 0.85, 0.95, 1.0, 1.05, 1.2, 1.5, 2.0), "fcc": (0.85, 1.0, 1.2, 1.6)}
VOLUMES["hcp"] = VOLUMES["fcc"]
#: Å, by which atoms are displaced; largest strain.
DISPLACEMENT, STRAIN = 0.08, 0.03


def structures() -> list[Atoms]:
    """Lattices of lithium at every volume; bcc strained and displaced, the others as they are."""
    rng, made = np.random.default_rng(2), []
    for lattice, volumes in VOLUMES.items():
        for volume in volumes:
            metal = bulk("Li", lattice, a=3.0, cubic=lattice == "bcc")
            if lattice == "bcc":
                sheared = STRAIN * rng.uniform(-1, 1, (3, 3))
                metal.set_cell(
                    metal.cell[:] @ (np.eye(3) + (sheared + sheared.T) / 2), scale_atoms=True
                )
            wide = (volume * VOLUME * len(metal) / metal.get_volume()) ** (1 / 3)
            metal.set_cell(wide * metal.cell[:], scale_atoms=True)
            if lattice == "bcc":
                metal.rattle(DISPLACEMENT, rng=rng)
            made.append(metal)
    return made


if __name__ == "__main__":
    label([("Li", metal) for metal in structures()], RESULT)
