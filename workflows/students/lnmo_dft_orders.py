"""What orders of nickel and manganese in LiNi0.5Mn1.5O4 cost by DFT, and a boundary between them.

Antiphase and inversion boundaries of the Ni/Mn order are other orders on one lattice, so small
cells tell what their motifs cost: every order of one nickel to three manganese in up to four
formula units of the spinel, and the ordered crystal (P4_332) with one antiphase boundary on (110)
in a cell of 56 atoms, whose third vector has the translation R added. As CHGNet relaxes them;
nickel begins against manganese (ferrimagnetic). Writes what they cost beside the ordered crystal,
by potentials in the same structures. Two hours on one core, and what was computed is remembered.
Run as ``python workflows/students/lnmo_dft_orders.py``. Needs GPAW and icet: ``make dft``,
``pip install icet``.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from ase.build import make_supercell
from ase.neighborlist import neighbor_list
from ase.spacegroup import crystal
from icet.tools import enumerate_structures
from lco_dft_orderings import label

import delith as dl
from delith import crystals
from delith.boundaries import area
from delith.checking import symmetrised
from delith.training.frames import Frame, read
from delith.units import EV_PER_A2

FOLDER = Path("results") / "lnmo_dft"
LABELS, TABLE = FOLDER / "r2scan_orders.extxyz.gz", FOLDER / "orders.csv"
POTENTIALS, RELAXED_BY = ("chgnet-r2scan", "chgnet", "mace-lnmo"), "chgnet-r2scan"
#: The spinel without order (``structures/LiNi0.5Mn1.5O4_disordered.cif``), and primitive cells,
#: of two formula units each.
LENGTH, U, SIZES = 8.18, 0.263, (1, 2)
#: Two vectors in the boundary and one from plane to plane, and R, in edges of the cube.
PLANE, TRANSLATION = ((1, -1, 0), (0, 0, 1), (0, 1, 0)), (0.5, -0.5, 0)
#: Å between layers of atoms, from which the crystal is cut there; the cheapest cut counts.
GAP = 0.5
#: Å, between the first and the second shell of metals.
FIRST_SHELL = 3.5
ORDERED, BOUNDARY = "P4_332", "antiphase (110)"
CONVERGED = {"fmax": 0.02, "smax": 0.1, "rattle": 0.0, "steps": 500}


def orders() -> Iterator[tuple[str, Atoms]]:
    """Every order of one nickel to three manganese in small cells of the spinel."""
    spinel = crystal(
        ["Li", "Mn", "O"],
        basis=[(0.125,) * 3, (0.5,) * 3, (U,) * 3],
        spacegroup=227,
        setting=2,
        cellpar=[*3 * [LENGTH], *3 * [90]],
        primitive_cell=True,
    )
    choices = [["Ni", "Mn"] if s == "Mn" else [s] for s in spinel.symbols]
    nickel = 1 / len(spinel)
    made = enumerate_structures(
        spinel, SIZES, choices, concentration_restrictions={"Ni": (nickel, nickel)}
    )
    for number, order in enumerate(made):
        yield f"order {number}", order


def boundaries(ordered: Atoms) -> Iterator[Atoms]:
    """The ordered crystal with one antiphase boundary in a cell, cut between its layers."""
    slab = make_supercell(ordered, PLANE)
    heights = np.sort(slab.get_scaled_positions()[:, 2])
    gaps = np.diff(heights, append=heights[0] + 1)
    height = slab.get_volume() / area(slab)
    for cut in (heights + gaps / 2)[gaps * height > GAP]:
        made = slab.copy()
        made.positions -= cut * made.cell[2]
        made.wrap()
        made.cell[2] += np.array(TRANSLATION) @ ordered.cell[:]
        made.set_cell(made.cell.standard_form()[0], scale_atoms=True)
        yield made


def structures() -> Iterator[tuple[str, Atoms]]:
    """The ordered crystal, with a boundary, and each other order, relaxed."""

    def relaxed(atoms: Atoms, cell: str) -> dl.Relaxation:
        return dl.relax(atoms, potential=RELAXED_BY, cell=cell, **CONVERGED)

    ordered = relaxed(crystals.load("LiNi0.5Mn1.5O4").atoms, "full").atoms
    yield ORDERED, ordered
    tried = [relaxed(made, "normal") for made in boundaries(ordered)]
    yield BOUNDARY, min(tried, key=lambda each: each.energy).atoms
    for name, order in orders():
        yield name, relaxed(order, "full").atoms


def pairs(atoms: Atoms) -> float:
    """Pairs of neighbouring nickel ions, a formula unit."""
    nickel = atoms[atoms.symbols == "Ni"]
    return len(neighbor_list("i", nickel, FIRST_SHELL)) / 2 / units(atoms)


def units(atoms: Atoms) -> float:
    """Formula units."""
    return float((atoms.symbols == "Mn").sum()) / 1.5


def compared(frames: list[Frame]) -> pd.DataFrame:
    """What each costs beside the ordered crystal, by DFT and by potentials; γ of the boundary."""
    atoms = [frame.atoms for frame in frames]
    table = pd.DataFrame({"host": [frame.host for frame in frames]})
    table["nickel_pairs_per_formula_unit"] = [pairs(each) for each in atoms]
    energies = {frames[0].level: [frame.energy for frame in frames]}
    for name in POTENTIALS:
        calculator = dl.potentials.load(name)
        energies[name] = [calculator.get_potential_energy(each) for each in atoms]
    number = np.array([units(each) for each in atoms])
    areas = np.array([area(each) for each in atoms])
    tables = []
    for name, known in energies.items():
        price = np.array(known) / number
        price -= price[table["host"] == ORDERED]
        gamma = price * number / areas * EV_PER_A2
        here = table.assign(potential=name, meV_per_formula_unit=1000 * price)
        here["gamma_J_per_m2"] = np.where(table["host"] == BOUNDARY, gamma, np.nan)
        tables.append(here)
    return pd.concat(tables, ignore_index=True)


def main() -> None:
    """Label what is not remembered, and compare."""
    label([(name, symmetrised(atoms)) for name, atoms in structures()], LABELS)
    compared(read(LABELS)).to_csv(TABLE, index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
