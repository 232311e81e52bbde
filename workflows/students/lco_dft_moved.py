"""What one moved cobalt costs by DFT, in a cell that keeps it from its images (28 atoms, x = 1/2).

In an octahedron or a tetrahedron of the lithium layer, in bulk and at (104) boundaries, as relaxed
by CHGNet: the structures that CHGNet and ``mace-lco-dft`` have lowest, and each level has the lower
of the two. The moved ion begins in high spin, as CHGNet has it (in the octahedron in bulk a start
in low spin ended 0.3 eV higher). Writes the energies and the frames. Run as
``python workflows/students/lco_dft_moved.py`` after ``lco_dft_moved.yaml`` and
``lco_dft_tetrahedral.yaml``; an hour on two cores. Needs GPAW: ``make dft``.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from lco_dft_orderings import label

import delith as dl
from delith.potentials import preset
from delith.store import places
from delith.training.frames import read

RESULT = Path("runs") / "lco_dft" / "moved.extxyz"
TABLE = Path("results") / "lco_dft" / "moved.csv"
NAME = "gpaw-r2scan"
LEVEL = preset.load(dl.potentials.info(NAME).files)
#: The first two choose the structures.
POTENTIALS = ("chgnet-r2scan", "mace-lco-dft", "mace-lco")
#: μB, by which a moved cobalt begins: Co2+.
MOMENT = 3.0


def relaxed() -> Iterator[tuple[str, Atoms]]:
    """Every structure, with its initial moments, and where its cobalt is."""
    for name in ("lco_dft_moved", "lco_dft_tetrahedral"):
        for record in places.store_of(Path("runs") / name).records():
            if record.usable and "(104)" in record.host.label:
                into = record.state.into or "octahedral" * record.state.exchanged
                atoms = record.atoms.copy()
                yield f"{record.host.label} {into}".strip(), begun(atoms) if into else atoms


def begun(atoms: Atoms) -> Atoms:
    """A structure with a moved cobalt, with the moments by which DFT begins."""
    moments, *_ = LEVEL.starts(atoms)
    by_chgnet = np.abs(dl.potentials.load(POTENTIALS[0]).get_magnetic_moments(atoms))
    # CHGNet has it in high spin: no other has as much
    moments[np.argmax(by_chgnet * (atoms.symbols == "Co"))] = MOMENT
    made = atoms.copy()
    made.set_initial_magnetic_moments(moments)
    return made


def main() -> None:
    """Compute what is not remembered, and compare."""
    where, structures = zip(*relaxed(), strict=True)
    known = pd.DataFrame({"host": where})
    for name in POTENTIALS:
        calculator = dl.potentials.load(name)
        known[name] = [calculator.get_potential_energy(atoms) for atoms in structures]
    lowest = [known.groupby("host")[name].idxmin() for name in POTENTIALS[:2]]
    label([(where[i], structures[i]) for i in pd.concat(lowest).unique()], RESULT)
    by_dft = pd.DataFrame([{"host": f.host, NAME: f.energy} for f in read(RESULT)])
    table = known.groupby("host").min().join(by_dft.groupby("host").min())
    still = [host.removesuffix(" octahedral").removesuffix(" tetrahedral") for host in table.index]
    prices = table - table.loc[still].to_numpy()
    prices[table.index != still].to_csv(TABLE, float_format="%.3f")


if __name__ == "__main__":
    main()
