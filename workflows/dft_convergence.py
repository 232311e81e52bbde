"""How good are DFT numbers of boundaries? γ of the LiCoO2 (104) twin against what DFT is done with.

Sixteen atoms in the geometry of CHGNet (PBE+U), symmetric; cutoff, k-points, smearing, spin, larger
separation, relaxed atoms. Run as ``python workflows/dft_convergence.py [gpaw-r2scan]``: about two
hours on two cores for ``gpaw-pbe+u``, half an hour for the level of the labels. What was computed
is remembered. Needs GPAW: ``make dft``.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from threadpoolctl import threadpool_limits

import delith as dl
from delith.checking import RELAXED, symmetrised
from delith.potentials import preset
from delith.potentials.dft import DFTCalculator
from delith.potentials.gpaw import GPAWCode

NAME = sys.argv[1] if len(sys.argv) > 1 else "gpaw-pbe+u"
RESULT = Path("results") / ("dft_convergence" + "_r2scan" * ("r2scan" in NAME) + ".csv")
LEVEL = preset.load(dl.potentials.info(NAME).files)

Case = tuple[str, object]
#: What is changed, to what: of the preset, or of the cell.
CASES: dict[str, list[Case]] = {
    "gpaw-pbe+u": [
        ("as it is", ""),
        *(("cutoff", value) for value in (400.0, 500.0, 800.0)),
        *(("spacing", value) for value in (0.6, 0.3)),
        ("smearing", 0.01),
        ("xc", "MGGA_X_R2SCAN+MGGA_C_R2SCAN"),
        ("hubbard", "none"),
        ("atoms", "relaxed"),
        ("separation", 6.0),
        ("moments", 3.0),
        ("moments", 1.0),
    ],
    "gpaw-r2scan": [
        ("as it is", ""),
        *(("spacing", value) for value in (0.5, 0.35)),
        *(("cutoff", value) for value in (500.0, 800.0)),
        ("smearing", 0.01),
        ("moments", 1.0),
    ],
}


def pair(separation: float) -> tuple[Atoms, Atoms]:
    """Twin and as much bulk, as CHGNet relaxes them without breaking their symmetry."""
    lco = dl.crystals.load("LiCoO2")
    twin = dl.boundaries.twin(lco, plane=(1, 0, 4), separation=separation)
    how = {"potential": "chgnet", "fmax": 0.01, "rattle": 0.0}
    bulk = dl.relax(dl.boundaries.bulk(twin).atoms, cell="full", smax=0.02, **how).atoms
    relaxed = dl.relax(dl.boundaries.matched(twin, bulk.cell), **how).atoms
    return symmetrised(relaxed), symmetrised(bulk)


def level(what: str, value: object) -> preset.Preset:
    """The preset, with one thing changed."""
    if what == "moments":
        return LEVEL.model_copy(update={"moments": {"Co": {3: value}}})
    if what == "hubbard":
        return LEVEL.model_copy(update={"hubbard": {}})
    if what in preset.Preset.model_fields:
        return LEVEL.model_copy(update={what: value})
    return LEVEL


def computed(case: Case, atoms: Atoms) -> tuple[float, float, float]:
    """Energy (eV), largest force (eV/Å) and largest moment (μB)."""
    threadpool_limits(1)
    calculator = DFTCalculator("convergence", level(*case), GPAWCode)
    if case[0] == "atoms":
        atoms = dl.relax(atoms, calculator, **RELAXED.model_dump()).atoms
    atoms.calc = calculator
    forces = np.linalg.norm(atoms.get_forces(), axis=1)
    return atoms.get_potential_energy(), forces.max(), np.abs(atoms.get_magnetic_moments()).max()


def main() -> None:
    """Compute every case, two at a time."""
    cases = CASES[NAME]
    apart = [6.0 if what == "separation" else 4.0 for what, _ in cases]
    cells = {value: pair(value) for value in set(apart)}
    chosen = [cells[value] for value in apart]
    asked = [(case, atoms) for case, both in zip(cases, chosen, strict=True) for atoms in both]
    rows = []
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        told = pool.map(computed, *zip(*asked, strict=True))
        for (what, value), (twin, bulk) in zip(cases, chosen, strict=True):
            one, reference = next(told), next(told)
            excess = one[0] - reference[0] * len(twin) / len(bulk)
            area = 2 * dl.boundaries.area(twin)
            rows.append(
                {
                    "changed": what,
                    "to": value,
                    "atoms": len(twin),
                    "gamma_J_per_m2": excess / area * dl.energetics.EV_PER_A2,
                    "bulk_eV_per_atom": reference[0] / len(bulk),
                    "largest_force_eV_per_A": one[1],
                    "largest_moment_muB": one[2],
                }
            )
            pd.DataFrame(rows).to_csv(RESULT, index=False, float_format="%.5g")


if __name__ == "__main__":
    main()
