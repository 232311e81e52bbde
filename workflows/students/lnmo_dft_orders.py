"""What orders of nickel and manganese in LiNi0.5Mn1.5O4 cost by DFT, and boundaries between them.

Antiphase and inversion boundaries of the Ni/Mn order are other orders on one lattice, so small
cells tell what their motifs cost: every order of one nickel to three manganese in up to four
formula units of the spinel, and the ordered crystal (P4_332) with one antiphase boundary in a
cell, whose third vector has the translation R added. Full and empty, as CHGNet relaxes them; nickel
begins against manganese (ferrimagnetic). Writes what they cost beside the ordered crystal, by
potentials in the same structures, and γ. Two hours on two cores, and what was computed is
remembered. Run as ``python workflows/students/lnmo_dft_orders.py``. Needs GPAW and icet:
``make dft``, ``pip install icet``.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from ase.build import make_supercell
from ase.data import atomic_numbers
from ase.spacegroup import crystal
from icet.tools import enumerate_structures
from lco_dft_orderings import label

import delith as dl
from delith import crystals
from delith.checking import symmetrised
from delith.training.frames import read
from delith.units import EV_PER_A2

LABELS = Path("runs") / "lnmo_dft" / "orders.extxyz"
TABLE = Path("results") / "lnmo_dft" / "orders.csv"
POTENTIALS, RELAXED_BY = ("chgnet-r2scan", "chgnet", "mace-lnmo"), "chgnet-r2scan"
#: The spinel without order (``structures/LiNi0.5Mn1.5O4_disordered.cif``), and primitive cells,
#: of two formula units each.
LENGTH, U, SIZES = 8.18, 0.263, (1, 2)
#: Two vectors in the plane of a boundary and one from plane to plane, and R, in edges of the cube.
PLANES = {
    "(100)": (((0, 1, 0), (0, 0, 1), (1, 0, 0)), (0, 0.5, 0.5)),
    "(110)": (((1, -1, 0), (0, 0, 1), (0, 1, 0)), (0.5, -0.5, 0)),
    "(111)": (((1, -1, 0), (0, 1, -1), (1, 0, 0)), (0, 0.5, -0.5)),
}
#: Å between layers of atoms, from which the crystal is cut there; the cheapest cut counts.
GAP = 0.5
ORDERED = "P4_332"
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


def boundaries(ordered: Atoms, plane: str) -> Iterator[Atoms]:
    """The ordered crystal with one antiphase boundary in a cell, cut between its layers."""
    vectors, translation = PLANES[plane]
    slab = make_supercell(ordered, vectors)
    heights = np.sort(slab.get_scaled_positions()[:, 2])
    gaps = np.diff(heights, append=heights[0] + 1)
    planes = abs(slab.cell.volume / np.linalg.norm(np.cross(*slab.cell[:2])))
    for cut in (heights + gaps / 2)[gaps * planes > GAP]:
        made = slab.copy()
        made.positions -= cut * made.cell[2]
        made.wrap()
        made.cell[2] += np.array(translation) @ ordered.cell[:]
        made.set_cell(made.cell.standard_form()[0], scale_atoms=True)
        yield made


def relaxed(atoms: Atoms, cell: str) -> dl.Relaxation:
    """As CHGNet has it."""
    return dl.relax(atoms, potential=RELAXED_BY, cell=cell, **CONVERGED)


def structures() -> Iterator[tuple[str, Atoms]]:
    """Each order and boundary, relaxed, full and empty."""
    for full in (True, False):
        ordered = relaxed(filled(crystals.load("LiNi0.5Mn1.5O4").atoms, full), "full").atoms
        yield ORDERED, ordered
        for name, order in orders():
            yield name, relaxed(filled(order, full), "full").atoms
        for plane in PLANES:
            tried = [relaxed(made, "normal") for made in boundaries(ordered, plane)]
            print(plane, [round(each.energy - min(t.energy for t in tried), 4) for each in tried])
            yield f"antiphase {plane}", min(tried, key=lambda each: each.energy).atoms


def filled(atoms: Atoms, full: bool) -> Atoms:
    """With its lithium, or without."""
    return atoms if full else atoms[atoms.numbers != atomic_numbers["Li"]]


def compared() -> pd.DataFrame:
    """What each costs beside the ordered crystal, by DFT and by potentials; γ of boundaries."""
    frames = read(LABELS)
    tables = []
    for name in (frames[0].level, *POTENTIALS):
        table = pd.DataFrame({"host": [frame.host for frame in frames]})
        manganese = np.array([(frame.atoms.symbols == "Mn").sum() for frame in frames])
        lithium = np.array([(frame.atoms.symbols == "Li").sum() for frame in frames])
        units = manganese / 1.5
        table["lithium_content"], table["potential"] = lithium / units, name
        if name == frames[0].level:
            energies = np.array([frame.energy for frame in frames])
        else:
            calculator = dl.potentials.load(name)
            energies = np.array([calculator.get_potential_energy(f.atoms) for f in frames])
        ordered = table["host"] == ORDERED
        zero = dict(
            zip(table["lithium_content"][ordered], (energies / units)[ordered], strict=True)
        )
        price = energies / units - table["lithium_content"].map(zero)
        table["meV_per_formula_unit"] = 1000 * price
        area = np.array([np.linalg.norm(np.cross(*frame.atoms.cell[:2])) for frame in frames])
        gamma = price * units / area * EV_PER_A2
        table["gamma_J_per_m2"] = gamma.where(table["host"].str.startswith("antiphase"))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def main() -> None:
    """Label what is not remembered, and compare."""
    label([(name, symmetrised(atoms)) for name, atoms in structures()], LABELS)
    TABLE.parent.mkdir(exist_ok=True)
    compared().to_csv(TABLE, index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
