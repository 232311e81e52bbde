"""What one moved cobalt costs by DFT, in a cell that keeps it from its images (28 atoms, x = 1/2).

In an octahedron or a tetrahedron of the lithium layer, in bulk and at the (104) antiphase boundary,
as relaxed by CHGNet; the moved ion begins in high spin, as CHGNet has it. Writes the energies by
DFT and by potentials, and the frames. Run as ``python workflows/students/lco_dft_moved.py`` after
``lco_dft_moved.yaml`` and ``lco_dft_tetrahedral.yaml``; half an hour on two cores. Needs GPAW:
``make dft``.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from lco_dft_orderings import label

import delith as dl
from delith import places
from delith.potentials import preset
from delith.records import Record
from delith.training.frames import read

RESULT = Path("runs") / "lco_dft" / "moved.extxyz"
TABLE = Path("results") / "lco_dft" / "moved.csv"
LEVEL = preset.load(dl.potentials.info("gpaw-r2scan").files)
POTENTIALS = ("mace-lco-dft", "mace-lco", "chgnet-r2scan")
#: μB, by which a moved cobalt begins: Co2+ in high spin.
MOMENT = 3.0
Place = tuple[str, str]


def lowest() -> dict[Place, Record]:
    """The lowest cell of each place: where, and into what."""
    found: dict[Place, Record] = {}
    for name in ("lco_dft_moved", "lco_dft_tetrahedral"):
        for record in places.store_of(Path("runs") / name).records():
            into = record.state.into or ("octahedral" if record.state.exchanged else "")
            place = record.host.label, into
            best = found.get(place)
            if record.usable and (best is None or record.energy < best.energy):
                found[place] = record
    return {place: record for place, record in found.items() if "(104)" in place[0]}


def main() -> None:
    """Compute what is not remembered, and compare."""
    chosen = lowest()
    asked = []
    for place, record in chosen.items():
        atoms = record.atoms
        (moments,) = LEVEL.starts(atoms)
        if place[1]:
            moments[moved(record)] = MOMENT
            atoms.set_initial_magnetic_moments(moments)
        asked.append((" ".join(place), atoms))
    label(asked, RESULT)
    by_dft = [frame.energy for frame in read(RESULT)]
    energies = {"gpaw-r2scan": dict(zip(chosen, by_dft, strict=True))}
    for name in POTENTIALS:
        calculator = dl.potentials.load(name)
        found = [calculator.get_potential_energy(atoms) for _, atoms in asked]
        energies[name] = dict(zip(chosen, found, strict=True))
    rows = [
        {"host": host, "into": into}
        | {name: known[host, into] - known[host, ""] for name, known in energies.items()}
        for host, into in chosen
        if into
    ]
    pd.DataFrame(rows).to_csv(TABLE, index=False, float_format="%.3f")


def moved(record: Record) -> int:
    """The ion that was moved: the cobalt with the largest moment."""
    return int(np.argmax(np.where(record.atoms.symbols == "Co", np.abs(record.magmoms), 0)))


if __name__ == "__main__":
    main()
