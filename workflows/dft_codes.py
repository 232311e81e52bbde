"""Does γ hang on the code, or on what is frozen in cobalt? The LiCoO2 (104) twin by two of them.

Sixteen atoms in the geometry of CHGNet, PBE without U: GPAW, whose cobalt has nine electrons, and
Quantum ESPRESSO with seventeen, 3s and 3p among them. Run as ``python workflows/dft_codes.py``
after ``delith run workflows/dft_convergence.yaml``; an hour on two cores. Needs GPAW (``make
dft``), and pw.x with its pseudopotentials where ASE's configuration says: those named here come
with Debian's quantum-espresso-data.
"""

from pathlib import Path

import pandas as pd
from dft_convergence import changed, checked

from delith import engines

PSEUDOPOTENTIALS = {
    "Li": "Li.pbesol-s-kjpaw_psl.0.2.1.UPF",
    "Co": "Co.pbesol-spn-rrkjus_psl.0.3.1.UPF",
    "O": "O.pbe-rrkjus.UPF",
}


def main() -> None:
    """Compute each case, bulk and twin beside each other."""
    espresso = {"hubbard": {}, "pseudopotentials": PSEUDOPOTENTIALS}
    levels = {("gpaw", 600.0): "gpaw-pbe"} | {
        ("espresso", energy): changed("espresso-pbe+u", f"{energy}", espresso | {"cutoff": energy})
        for energy in (600.0, 900.0, 1220.0)
    }
    rows = []
    with engines.pool() as pool:
        for (code, cutoff), level in levels.items():
            gamma = checked(level, pool)["gamma_J_per_m2"]
            rows.append({"code": code, "cutoff_eV": cutoff, "gamma_J_per_m2": gamma})
    table = pd.DataFrame(rows)
    table.to_csv(Path("results") / "dft" / "codes.csv", index=False, float_format="%.4f")


if __name__ == "__main__":
    main()
