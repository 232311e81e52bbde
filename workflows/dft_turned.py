"""That the energy by GPAW does not hang on how a crystal lies to the axes.

By a meta-GGA it does, unless the functional is evaluated at enough angles around each atom. LiCoO2
turned about x, by GPAW's own 50 angles and by those that Delith has it take; eV an atom. Run as
``python workflows/dft_turned.py``; eight minutes on one core. Needs GPAW: ``make dft``.
"""

from contextlib import nullcontext
from pathlib import Path

import pandas as pd
from ase import Atoms
from gpaw import GPAW

import delith as dl
from delith.potentials import preset, spheres

TABLE = Path("results") / "dft" / "turned.csv"
LEVELS = ("gpaw-pbe", "gpaw-r2scan")
#: Degrees.
TURNS = (0.0, 15.0, 30.0, 54.7)
#: k-points along each edge of the primitive cell.
MESH = (4, 4, 4)


def energy(atoms: Atoms, level: str) -> float:
    """Energy an atom, eV."""
    asked = preset.load(dl.potentials.info(level).files)
    atoms.calc = GPAW(
        mode={"name": "pw", "ecut": asked.cutoff},
        xc=asked.xc,
        kpts={"size": MESH, "gamma": True},
        occupations={"name": "fermi-dirac", "width": asked.smearing},
        convergence={"energy": 1e-5, "density": 1e-3},
        txt=None,
    )
    return float(atoms.get_potential_energy()) / len(atoms)


def main() -> None:
    """Turn it, and compare."""
    crystal, rows = dl.crystals.load("LiCoO2").primitive_atoms, []
    for level in LEVELS:
        for angles, taken in ((50, nullcontext), (spheres.POINTS, spheres.fine)):
            for turn in TURNS:
                atoms = crystal.copy()
                atoms.rotate(turn, "x", rotate_cell=True)
                with taken():
                    rows.append((level, angles, turn, energy(atoms, level)))
                print(*rows[-1], flush=True)
    columns = ["level", "angles", "turned_by_degrees", "energy_eV_per_atom"]
    pd.DataFrame(rows, columns=columns).to_csv(TABLE, index=False, float_format="%.5f")


if __name__ == "__main__":
    main()
