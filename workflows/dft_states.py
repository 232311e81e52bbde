"""Which electronic state does DFT find? The empty and half-empty (104) twin, begun in many ways.

A level of theory can only teach boundaries if its energy does not hang on how a calculation begins.
Run as ``python workflows/dft_states.py``; an hour on one core. Needs GPAW: ``make dft``.
"""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from ase.calculators.calculator import CalculationFailed
from threadpoolctl import threadpool_limits

import delith as dl
from delith.checking import symmetrised
from delith.potentials import preset
from delith.potentials.gpaw import GPAWCode

RESULT = Path("results") / "dft" / "states.csv"
LEVELS = ("gpaw-pbe", "gpaw-r2scan", "gpaw-pbe+u")
#: Moment (μB) of one cobalt ion, and of the next.
STARTS = {"none": None, "1, 1": (1, 1), "0, 2": (0, 2), "3, 3": (3, 3), "1, -1": (1, -1)}


def main() -> None:
    """Compute each structure from each start at each level, with the k-points of one."""
    threadpool_limits(1)
    twin = dl.boundaries.twin(dl.crystals.load("LiCoO2"), plane=(1, 0, 4), separation=4)
    rows = []
    for content in (0.0, 0.5):
        ordered = dl.decorations.lithium(twin, content=content, limit=1)[0]
        atoms = symmetrised(dl.relax(ordered, potential="mace-lco", cell="normal").atoms)
        cobalt = np.flatnonzero(atoms.symbols == "Co")
        for level in LEVELS:
            alike = {"spacing": 0.65, "gamma": False, "energy": 1e-5, "iterations": 150}
            settings = preset.load(dl.potentials.info(level).files).model_copy(update=alike)
            for name, start in STARTS.items():
                moments = None
                if start is not None:
                    moments = np.zeros(len(atoms))
                    moments[cobalt] = np.resize(start, len(cobalt))
                row = {"lithium_content": content, "level": level, "start_muB": name}
                with tempfile.TemporaryDirectory() as scratch:
                    code = GPAWCode(settings, atoms)
                    try:
                        found = code.compute(atoms, moments, Path(scratch) / "state")
                    except CalculationFailed as error:
                        found = {"free_energy": np.nan, "magmoms": np.full(len(atoms), np.nan)}
                        print(error)
                ended = np.round(np.sort(found["magmoms"][cobalt]), 1).tolist()
                row |= {"free_energy_eV": found["free_energy"], "ended_muB": ended}
                rows.append(row)
                print(row, flush=True)
                pd.DataFrame(rows).to_csv(RESULT, index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
