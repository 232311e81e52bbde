"""The oxides of cobalt without lithium, compressed and stretched, for DFT to label.

They are what boundaries that give off cobalt or oxygen are priced by, and a potential that was
shown none lets CoO collapse; one that was shown none along other paths than that of its volume lets
it flatten along a cube edge. Both are antiferromagnets of Co2+ in high spin. An hour on one core,
and what was computed is remembered. Run as ``python workflows/students/lco_dft_oxides.py``. Needs
GPAW: ``make dft``.
"""

from pathlib import Path

import numpy as np
from ase import Atoms
from ase.build import bulk, make_supercell
from lco_dft_orderings import label

from delith import crystals
from delith.training.disturbances import disturbed

RESULT = Path("runs") / "lco_dft" / "oxides.extxyz"
#: Volumes, relative to the measured one.
VOLUMES = (0.9, 1.0, 1.0, 1.15)
#: Lengths of CoO, relative to the measured one, along one cube edge and along the two others.
SHAPES = ((0.95, 1.05), (0.93, 1.1), (0.88, 1.18), (0.83, 1.25), (0.78, 1.3), (1.1, 0.95))
#: K, of the displacements; largest strain; μB, by which Co2+ begins.
TEMPERATURE, STRAIN, MOMENT = 300, 0.02, 3.0


def rock_salt() -> Atoms:
    """CoO, in the smallest cell that has its magnetic order, planes along [111] by turns."""
    length = crystals.load("CoO").atoms.cell.lengths()[0]
    oxide = make_supercell(bulk("CoO", "rocksalt", a=length), [[1, 1, 0], [1, 0, 1], [0, 1, 1]])
    metals = np.flatnonzero(oxide.symbols == "Co")
    return with_moments(oxide, metals)


def spinel() -> Atoms:
    """Co3O4, with moments on tetrahedra alone, by turns."""
    oxide = crystals.load("Co3O4").primitive_atoms
    metals = np.flatnonzero(oxide.symbols == "Co")
    neighbours = [
        np.sum(oxide.get_distances(i, oxide.symbols == "O", mic=True) < 2.3) for i in metals
    ]
    return with_moments(oxide, metals[np.array(neighbours) == 4])


def with_moments(oxide: Atoms, pair: np.ndarray) -> Atoms:
    """Two ions of Co2+ against each other."""
    assert len(pair) == 2
    moments = np.zeros(len(oxide))
    moments[pair] = MOMENT, -MOMENT
    made = oxide.copy()
    made.set_initial_magnetic_moments(moments)
    return made


def structures() -> list[tuple[str, Atoms]]:
    """Each oxide at every volume, and CoO in other shapes, disturbed."""
    rng, made = np.random.default_rng(6), []
    for name, oxide in (("CoO", rock_salt()), ("Co3O4", spinel())):
        for volume in VOLUMES:
            wide = oxide.copy()
            wide.set_cell(volume ** (1 / 3) * oxide.cell[:], scale_atoms=True)
            made.append((name, disturbed(wide, wide, rng, TEMPERATURE, STRAIN)))
    for along, across in SHAPES:
        flat = rock_salt()
        flat.set_cell(flat.cell[:] * (across, across, along), scale_atoms=True)
        made.append(("CoO", disturbed(flat, flat, rng, TEMPERATURE, STRAIN)))
    return made


if __name__ == "__main__":
    label(structures(), RESULT)
