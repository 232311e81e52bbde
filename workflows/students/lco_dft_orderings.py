"""Cobalt and lithium ordered otherwise on the lattice of rock salt, for DFT to label.

Twins and antiphase boundaries of LiCoO2 are orders of cations on one lattice of oxygen, so other
orders in small cells tell what their motifs cost: every one of LiCoO2 in up to three formula units,
twice, and some of those with less lithium. Each is relaxed by ``mace-lco``, disturbed and computed;
so is lithium metal, to which voltages refer.
(Some with holes have moments that r2SCAN does not settle in 150 steps: they are left out.) An hour
on two cores, and what was computed is remembered. Run as ``python
workflows/students/lco_dft_orderings.py``. Needs GPAW and icet: ``make dft``, ``pip install icet``.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.io import write
from threadpoolctl import threadpool_limits

import delith as dl
from delith.training.disturbances import disturbed, mirrored
from delith.training.frames import Frame

RESULT, LEVEL = Path("runs") / "lco_dft" / "orderings.extxyz", "gpaw-r2scan"
#: Orders on so many cation sites; disturbances of each full one; how many with less lithium.
SITES, TIMES, PARTLY = (2, 4, 6), 2, 4
#: Structures of lithium metal.
METAL = 6
TEMPERATURE, STRAIN = 300.0, 0.02


def orders(*species: str, sites: Sequence[int] = SITES) -> list[Atoms]:
    """Every order of these on so many cation sites, half of them filled by cobalt."""
    from icet.tools import enumerate_structures  # for those who only label

    found = []
    for made in enumerate_structures(bulk("CoO", "rocksalt", a=4.0), sites, [species, ["O"]]):
        if 4 * (made.symbols == "Co").sum() == len(made) and set(species) <= set(made.symbols):
            del made[made.symbols == "X"]
            made.pbc = True
            found.append(made)
    return found


def at_rest(order: Atoms) -> Atoms:
    """As the student relaxes it."""
    how = {"fmax": 0.1, "smax": 1.0, "steps": 200, "cell": "full", "rattle": 0.0}
    return dl.relax(order, potential="mace-lco", **how).atoms


def structures() -> list[tuple[str, Atoms]]:
    """Each order as the student relaxes it, disturbed; lithium metal as it is, disturbed."""
    rng = np.random.default_rng(0)
    metal, holes = bulk("Li", cubic=True), orders("Li", "Co", "X")
    drawn = np.random.default_rng(1).permutation(len(holes))[:PARTLY]
    asked = [(f"order {number}", order, TIMES) for number, order in enumerate(orders("Li", "Co"))]
    asked += [("Li", metal, METAL)]
    asked += [(f"order with holes {number}", holes[number], 1) for number in drawn]
    made = []
    for host, order, times in asked:
        # the student cannot hold the metal together
        relaxed = order if order is metal else at_rest(order)
        for _ in range(times):
            moved = disturbed(order, relaxed, rng, TEMPERATURE, STRAIN)
            # nor some orders, which then are none any more
            if 0.7 < moved.get_volume() / order.get_volume() < 1.3:
                made.append((host, mirrored(moved, relaxed)))
    return made


def labelled(asked: tuple[str, Atoms]) -> Frame | None:
    """Energy and forces by DFT of a host, or host/state; nothing where they are not found."""
    threadpool_limits(1)
    name, atoms = asked
    atoms = atoms.copy()
    atoms.calc = dl.potentials.load(LEVEL)
    try:
        energy = atoms.get_potential_energy()
    except Exception as error:
        print(name, error, flush=True)
        return None
    bare = Atoms(atoms.symbols, atoms.positions, cell=atoms.cell, pbc=True)
    print(name, len(atoms), energy / len(atoms), flush=True)
    known = energy, atoms.get_forces(), atoms.get_stress()
    return Frame(bare, *known, parent=name, host=name.split("/")[0], level=LEVEL)


def label(asked: Sequence[tuple[str, Atoms]], result: Path) -> None:
    """Have structures computed, and write them."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        frames = [frame for frame in pool.map(labelled, asked) if frame is not None]
    result.parent.mkdir(parents=True, exist_ok=True)
    write(result, [frame.labelled() for frame in frames], format="extxyz")


if __name__ == "__main__":
    label(structures(), RESULT)
