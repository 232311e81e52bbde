"""How good are DFT numbers of boundaries? γ of the LiCoO2 (104) twin against what DFT is done with.

After ``delith run workflows/dft_convergence.yaml`` run as ``python workflows/dft_convergence.py
gpaw-r2scan results/dft/convergence_r2scan.csv``; one to two hours on two cores. Needs GPAW.
"""

import sys
from concurrent.futures import Executor
from pathlib import Path

import pandas as pd
import yaml

import delith as dl
from delith import checking, engines, study
from delith.potentials import preset

STUDY, CELL = Path("runs") / "dft_convergence", "workflows/dft_convergence_cell.yaml"
CHANGES: dict[str, dict[str, object]] = {
    **{f"cutoff {energy} eV": {"cutoff": energy} for energy in (400, 500, 800)},
    **{f"k-points {apart} Å⁻¹ apart": {"spacing": apart} for apart in (0.6, 0.5, 0.3)},
    "begun with 1 μB on Co": {"moments": {"Co": {3: 1}}},
    "smearing 0.01 eV": {"smearing": 0.01},
}


def changed(name: str, what: str) -> str:
    """Write a preset like another but for one of its settings."""
    level = preset.load(dl.potentials.info(name).files).model_dump()
    file = STUDY / f"{name}, {what}.yaml"
    file.write_text(yaml.safe_dump(level | CHANGES[what]))
    return str(file)


def checked(by: str, pool: Executor, apart: float = 4, relaxed: bool = False) -> dict[str, object]:
    """γ, and the twin's forces and moments."""
    label = f"twin (104), {apart:.1f} Å"
    made = checking.check(STUDY, by, relaxed=relaxed, boundaries=[label], executor=pool)
    (gamma,) = made.energies.query("boundary == @label")["checked_gamma_J_per_m2"]
    (twin,) = made.structures.query("host == @label").to_dict("records")
    known = ("atoms", "forces_rms_eV_per_A", "largest_moment_muB")
    return {"gamma_J_per_m2": gamma, **{each: twin.get(each) for each in known}}


def main(name: str, file: str) -> None:
    """Compute each case, bulk and twin beside each other."""
    with engines.pool() as pool:
        found = {"nothing": checked(name, pool)}
        found |= {what: checked(changed(name, what), pool) for what in CHANGES}
        found["boundaries 6 Å apart"] = checked(name, pool, apart=6)
        found["atoms relaxed"] = checked(name, pool, relaxed=True)
        asked = study.load(CELL).model_copy(update={"potentials": (name,)})
        relaxed = dl.run(asked, STUDY / name, pool)
    found["cell relaxed"] = {"gamma_J_per_m2": relaxed.table["gamma_J_per_m2"].item()}
    pd.DataFrame.from_dict(found, "index").to_csv(file, index_label="changed", float_format="%.4g")


if __name__ == "__main__":
    main(*sys.argv[1:])
