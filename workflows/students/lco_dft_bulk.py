"""Is bulk of wider cells lower, as a potential says? The lowest of either at x = 3/4, by r2SCAN.

After ``delith run workflows/lco_104.yaml`` and ``lco_104_wide.yaml``; fifteen atoms each once they
are primitive, a quarter of an hour on a core. Prints the energies and writes the frames. Run as
``python workflows/students/lco_dft_bulk.py``. Needs GPAW: ``make dft``.
"""

from collections.abc import Iterator
from pathlib import Path

import spglib
from ase import Atoms
from ase.io import write
from lco_dft_orderings import labelled

import delith as dl
from delith.store import places

STUDIES, CONTENT, POTENTIAL = ("lco_104", "lco_104_wide"), 0.75, "mace-lco-dft"
RESULT = Path("results") / "lco_dft" / "r2scan_relaxed_bulk.extxyz.gz"
#: Å. Within which a relaxed cell repeats itself.
TOLERANCE = 0.1


def lowest() -> Iterator[tuple[str, Atoms]]:
    """The lowest bulk of each study, as small as it can be."""
    for name in STUDIES:
        records = places.store_of(Path("runs") / name).records()
        bulk = [r for r in records if r.usable and r.host.label == "bulk for (104)"]
        best = min((r for r in bulk if abs(r.content - CONTENT) < 1e-3), key=lambda r: r.energy)
        cell = (best.atoms.cell[:], best.atoms.get_scaled_positions(), best.atoms.numbers)
        lattice, positions, numbers = spglib.standardize_cell(
            cell, to_primitive=True, no_idealize=True, symprec=TOLERANCE
        )
        atoms = Atoms(numbers, scaled_positions=positions, cell=lattice, pbc=True)
        yield f"{best.host.label}, {name}", atoms


def main() -> None:
    """Compute what is not remembered."""
    calculator, frames = dl.potentials.load(POTENTIAL), []
    for host, atoms in lowest():
        frame, units = labelled((host, atoms)), (atoms.symbols == "Co").sum()
        if frame is None:
            continue
        own = calculator.get_potential_energy(atoms)
        print(f"{host}: {frame.energy / units:.4f} eV, by {POTENTIAL} {own / units:.4f}")
        frames.append(frame.labelled())
    write(RESULT, frames, format="extxyz")


if __name__ == "__main__":
    main()
