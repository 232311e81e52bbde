"""How good are DFT numbers of boundaries? γ of the LiCoO2 (104) twin against what DFT is done with.

In the cells of ``dft_convergence.yaml``, with one thing of a level changed; boundaries farther
apart; atoms relaxed, and the cell too. Run as ``delith run workflows/dft_convergence.yaml`` and
``python workflows/dft_convergence.py gpaw-r2scan``: an hour on two cores for the level of the
labels, two for ``gpaw-pbe+u``. What was computed is remembered. Needs GPAW: ``make dft``.
"""

import sys
from concurrent.futures import Executor
from pathlib import Path

import pandas as pd
import yaml

import delith as dl
from delith import checking, engines, study
from delith.potentials import preset

STUDY = Path("runs") / "dft_convergence"
#: Of each level.
TABLES = {"gpaw-pbe+u": "convergence.csv", "gpaw-r2scan": "convergence_r2scan.csv"}
#: What is changed of a level.
CHANGES: dict[str, dict[str, object]] = {
    **{f"cutoff {energy} eV": {"cutoff": energy} for energy in (400, 500, 800)},
    **{f"k-points {apart} Å⁻¹ apart": {"spacing": apart} for apart in (0.6, 0.5, 0.3)},
    "begun with 1 μB on Co": {"moments": {"Co": {3: 1}}},
    "smearing 0.01 eV": {"smearing": 0.01},
}


def changed(name: str, what: str, changes: dict[str, object]) -> str:
    """Write a preset like another but for some of its settings."""
    file = STUDY / f"{name}, {what}.yaml"
    level = preset.load(dl.potentials.info(name).files).model_copy(update=changes)
    file.write_text(yaml.safe_dump(level.model_dump()))
    return str(file)


def checked(by: str, pool: Executor, apart: float = 4, relaxed: bool = False) -> dict[str, object]:
    """γ of the twin by a level, and the twin's forces and moments."""
    label = f"twin (104), {apart:.1f} Å"
    made = checking.check(STUDY, by, relaxed=relaxed, boundaries=[label], executor=pool)
    (gamma,) = made.energies.query("boundary == @label")["checked_gamma_J_per_m2"]
    (twin,) = made.structures.query("host == @label").to_dict("records")
    known = ("atoms", "forces_rms_eV_per_A", "largest_moment_muB")
    return {"gamma_J_per_m2": gamma, **{each: twin.get(each) for each in known}}


def main(name: str) -> None:
    """Compute each case, bulk and twin beside each other."""
    result = Path("results") / "dft" / TABLES[name]
    with engines.pool() as pool:
        found = {"nothing": checked(name, pool)}
        for what, changes in CHANGES.items():
            found[what] = checked(changed(name, what, changes), pool)
        found["boundaries 6 Å apart"] = checked(name, pool, apart=6)
        found["atoms relaxed"] = checked(name, pool, relaxed=True)
        asked = study.load("workflows/dft_convergence.yaml")
        # stress of plane waves jumps by 0.2 GPa as cells change
        to_rest = {"fmax": 0.03, "smax": 0.5, "rattle": 0.0}
        bulk, relax = (each.model_copy(update=to_rest) for each in (asked.bulk, asked.relax))
        only = {"separations": (4,), "potentials": (name,), "starts": 1}
        alone = asked.model_copy(update=only | {"bulk": bulk, "relax": relax})
        (gamma,) = dl.run(alone, STUDY / name, pool).table["gamma_J_per_m2"]
        found["cell relaxed"] = {"gamma_J_per_m2": gamma}
    table = pd.DataFrame(found.values(), pd.Index(found, name="changed"))
    table.to_csv(result, float_format="%.4g")


if __name__ == "__main__":
    main(sys.argv[1])
