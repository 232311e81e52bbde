"""How far potentials are from DFT, in cells that none of them was shown.

γ by each potential beside γ by DFT, in the same structures, of studies that were checked by DFT.
Run as ``python workflows/students/lco_dft_judged.py`` after

    delith run workflows/students/lco_dft_unseen.yaml
    delith run workflows/students/lco_dft_apart.yaml
    delith check runs/lco_dft_unseen --with gpaw-r2scan
    delith check runs/lco_dft_apart --with gpaw-r2scan
"""

from pathlib import Path

import pandas as pd

from delith import checking, figures

RESULT, RUNS = Path("results") / "lco_dft" / "judged.csv", Path("runs") / "lco_dft_judged"
STUDIES, LEVEL = ("lco_dft_unseen", "lco_dft_apart"), "gpaw-r2scan"
POTENTIALS = ("chgnet-r2scan", "mace-lco", "mace-lco-dft")


def judged(potential: str, folder: Path) -> pd.DataFrame:
    """γ by a potential beside γ by DFT, in the same structures."""
    tables = []
    for study in STUDIES:
        source = Path("runs") / study
        by_dft = pd.read_csv(source / f"check-{LEVEL}" / "check.csv", keep_default_na=False)
        told = checking.check(source, potential, folder / study).energies
        row = ["boundary", "state", "lithium_content"]
        table = by_dft[[*row, "checked_gamma_J_per_m2"]].merge(
            told[[*row, "checked_gamma_J_per_m2"]], on=row, suffixes=("_dft", "_told")
        )
        table = table.set_axis([*row, "gamma_dft_J_per_m2", "gamma_J_per_m2"], axis=1)
        tables.append(table.assign(study=study, potential=Path(potential).name))
    table = pd.concat(tables, ignore_index=True)
    # an empty cell reads as text
    table["gamma_dft_J_per_m2"] = pd.to_numeric(table["gamma_dft_J_per_m2"])
    table["error_J_per_m2"] = table["gamma_J_per_m2"] - table["gamma_dft_J_per_m2"]
    return table


def main() -> None:
    """Judge them, and draw."""
    table = pd.concat([judged(name, RUNS / name) for name in POTENTIALS], ignore_index=True)
    table.to_csv(RESULT, index=False, float_format="%.4g")
    for name, errors in table.groupby("potential", sort=False)["error_J_per_m2"]:
        off = errors.abs()
        print(f"{name}: {off.mean():.3f} J/m² off in the mean, {off.max():.3f} at most")
    drawn = table.rename(columns={"gamma_dft_J_per_m2": "checked_gamma_J_per_m2"}).assign(by=LEVEL)
    figures.save(figures.parity(drawn), RESULT)


if __name__ == "__main__":
    main()
