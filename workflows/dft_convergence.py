"""How good are DFT numbers of boundaries? γ of the LiCoO2 (104) twin against what DFT is done with.

Sixteen atoms in the geometry of CHGNet (PBE+U), symmetric; cutoff, k-points, smearing, spin, larger
separation, relaxed atoms and cell. Run as ``python workflows/dft_convergence.py [gpaw-r2scan]``:
about two hours on two cores for ``gpaw-pbe+u``, one for the level of the labels. What was computed
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
        ("cell", "relaxed"),
        ("separation", 6.0),
        ("moments", 3.0),
        ("moments", 1.0),
    ],
    "gpaw-r2scan": [
        ("as it is", ""),
        *(("spacing", value) for value in (0.5, 0.35)),
        *(("cutoff", value) for value in (500.0, 800.0)),
        ("smearing", 0.01),
        ("atoms", "relaxed"),
        ("cell", "relaxed"),
        ("separation", 6.0),
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


def computed(case: Case, twin: Atoms, bulk: Atoms) -> dict[str, object]:
    """γ, and the largest force and moment of the twin."""
    threadpool_limits(1)
    what, value = case
    calculator = DFTCalculator("convergence", level(what, value), GPAWCode)
    if value == "relaxed":
        twin, bulk = relaxed(
            twin, bulk, calculator, ("normal", "full") if what == "cell" else ("fixed", "fixed")
        )
    found, reference = gamma(twin, bulk, calculator)
    return {
        "changed": what,
        "to": value,
        "atoms": len(twin),
        "gamma_J_per_m2": found,
        "bulk_eV_per_atom": reference,
        "largest_force_eV_per_A": np.linalg.norm(twin.get_forces(), axis=1).max(),
        "largest_moment_muB": np.abs(twin.get_magnetic_moments()).max(),
    }


def relaxed(
    twin: Atoms, bulk: Atoms, calculator: DFTCalculator, cells: tuple[str, str]
) -> tuple[Atoms, Atoms]:
    """Both at rest, the twin on the plane that bulk gives it."""
    of_twin, of_bulk = (RELAXED.model_dump() | {"cell": cell} for cell in cells)
    bulk = dl.relax(bulk, calculator, **of_bulk).atoms
    twin = twin.copy()
    stretched = bulk.cell.lengths()[:2] / twin.cell.lengths()[:2]
    twin.set_cell(twin.cell * [[stretched[0]], [stretched[1]], [1]], scale_atoms=True)
    return dl.relax(twin, calculator, **of_twin).atoms, bulk


def gamma(twin: Atoms, bulk: Atoms, calculator: DFTCalculator) -> tuple[float, float]:
    """γ (J/m²), and what an atom of bulk has (eV)."""
    reference = energy(bulk, calculator) / len(bulk)
    excess = energy(twin, calculator) - reference * len(twin)
    return excess / (2 * dl.boundaries.area(twin)) * dl.energetics.EV_PER_A2, reference


def energy(atoms: Atoms, calculator: DFTCalculator) -> float:
    """Energy (eV); forces and moments stay with the structure."""
    atoms.calc = calculator
    return atoms.get_potential_energy()


def main() -> None:
    """Compute every case, two at a time."""
    cases = CASES[NAME]
    apart = [6.0 if what == "separation" else 4.0 for what, _ in cases]
    cells = {value: pair(value) for value in set(apart)}
    twins, bulks = zip(*(cells[value] for value in apart), strict=True)
    rows = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for row in pool.map(computed, cases, twins, bulks):
            rows.append(row)
            pd.DataFrame(rows).to_csv(RESULT, index=False, float_format="%.5g")


if __name__ == "__main__":
    main()
