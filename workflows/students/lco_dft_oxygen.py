"""Oxygen molecules, stretched and squeezed, in crystals of three densities, for DFT to label.

The oxidation of oxides and boundaries that give off oxygen refer to the gas, of which r2SCAN in
plane waves diverges, alone in its box; where molecules are some 4 Å apart it does not, and they
hardly feel each other. A potential that was shown none lets the molecule explode. Minutes on one
core, and what was computed is remembered. Run as ``python workflows/students/lco_dft_oxygen.py``.
Needs GPAW: ``make dft``.
"""

from itertools import product
from pathlib import Path

from ase import Atoms
from lco_dft_orderings import label

RESULT = Path("runs") / "lco_dft" / "oxygen.extxyz"
#: Å; 1.21 at rest.
BONDS = (1.12, 1.17, 1.21, 1.26, 1.35)
#: Å, of the densest crystal, and by how much longer those of the others are.
CELL, LENGTHS = (3.1, 3.2, 4.0), (1.0, 1.15, 1.3)


def structures() -> list[Atoms]:
    """One molecule a cell, along its longest edge, as a triplet."""
    made = []
    for length, bond in product(LENGTHS, BONDS):
        cell = [length * edge for edge in CELL]
        made.append(Atoms("O2", [[0, 0, 0], [0, 0, bond]], cell=cell, pbc=True, magmoms=[1, 1]))
    return made


if __name__ == "__main__":
    label([("O2", molecule) for molecule in structures()], RESULT)
