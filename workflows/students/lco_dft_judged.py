"""How far potentials are from DFT, in cells that none of them was shown.

γ by each potential beside γ by DFT, in the same structures, of studies that were checked by DFT: a
plane that was not shown, boundaries farther apart, one with cobalt in the lithium layer, and (018),
of which other structures were shown. Run as ``python workflows/students/lco_dft_judged.py`` after
``delith run workflows/students/STUDY.yaml`` and ``delith check runs/STUDY --with gpaw-r2scan`` for
each of `STUDIES`.
"""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from delith import figures, places, potentials
from delith.energetics import boundary_energies

RESULT, RUNS = Path("results") / "lco_dft" / "judged.csv", Path("runs")
STUDIES = ("lco_dft_110", "lco_dft_apart", "lco_dft_exchanged_apart", "lco_dft_unseen")
LEVEL = "gpaw-r2scan"
POTENTIALS = ("chgnet-r2scan", "mace-lco", "mace-lco-dft")


def judged(potential: str) -> pd.DataFrame:
    """γ by a potential beside γ by DFT, in the same structures."""
    calculator, tables = potentials.load(potential), []
    for study in STUDIES:
        records = places.existing(RUNS / study / f"check-{LEVEL}").records()
        by_dft = [replace(r, role="ordering") for r in records if r.potential == LEVEL and r.usable]
        told = []
        for record in by_dft:
            atoms = record.atoms.copy()
            atoms.calc = calculator
            told.append(replace(record, energy=atoms.get_potential_energy()))
        table = boundary_energies(by_dft)[["boundary", "state", "lithium_content"]]
        table["study"], table["potential"], table["by"] = study, Path(potential).name, LEVEL
        for name, known in (("gamma_J_per_m2", told), ("checked_gamma_J_per_m2", by_dft)):
            table[name] = boundary_energies(known)["gamma_of_one_J_per_m2"]
        tables.append(table)
    table = pd.concat(tables, ignore_index=True).dropna(subset="gamma_J_per_m2")
    table["error_J_per_m2"] = table["gamma_J_per_m2"] - table["checked_gamma_J_per_m2"]
    return table


def main() -> None:
    """Judge them, and draw."""
    table = pd.concat([judged(name) for name in POTENTIALS], ignore_index=True)
    table.to_csv(RESULT, index=False, float_format="%.4g")
    for name, errors in table.groupby("potential", sort=False)["error_J_per_m2"]:
        off = errors.abs()
        print(f"{name}: {off.mean():.3f} J/m² off in the mean, {off.max():.3f} at most")
    figures.save(figures.parity(table), RESULT)


if __name__ == "__main__":
    main()
