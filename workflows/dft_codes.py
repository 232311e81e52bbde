"""Does γ hang on the code, or on what is frozen in cobalt? The LiCoO2 (104) twin by two of them.

Sixteen atoms in the geometry of CHGNet, PBE without U: GPAW, whose cobalt has nine electrons, and
Quantum ESPRESSO with seventeen, 3s and 3p among them. Run as ``python workflows/dft_codes.py``;
an hour on two cores. Needs GPAW (``make dft``), and pw.x with its pseudopotentials where ASE's
configuration says: those named here come with Debian's quantum-espresso-data.
"""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
from ase import Atoms
from dft_convergence import gamma, pair
from threadpoolctl import threadpool_limits

import delith as dl
from delith.potentials import codes, gpaw, preset
from delith.potentials.dft import DFTCalculator

RESULT = Path("results") / "dft_codes.csv"
PSEUDOPOTENTIALS = {
    "Li": "Li.pbesol-s-kjpaw_psl.0.2.1.UPF",
    "Co": "Co.pbesol-spn-rrkjus_psl.0.3.1.UPF",
    "O": "O.pbe-rrkjus.UPF",
}
#: Preset, eV up to which waves go.
CASES = [("gpaw-pbe", 600.0), *(("espresso-pbe+u", cutoff) for cutoff in (600.0, 900.0, 1220.0))]


def computed(case: tuple[str, float], twin: Atoms, bulk: Atoms) -> dict[str, object]:
    """γ by one code."""
    threadpool_limits(1)
    name, cutoff = case
    given = {"cutoff": cutoff, "hubbard": {}, "pseudopotentials": PSEUDOPOTENTIALS}
    level = preset.load(dl.potentials.info(name).files).model_copy(update=given)
    code = gpaw.GPAWCode if level.code == "gpaw" else partial(codes.ASECode, codes.espresso)
    found, _ = gamma(twin, bulk, DFTCalculator("codes", level, code))
    return {"code": level.code, "cutoff_eV": cutoff, "gamma_J_per_m2": found}


def main() -> None:
    """Compute every case, two at a time."""
    twin, bulk = pair(4.0)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        rows = pool.map(partial(computed, twin=twin, bulk=bulk), CASES)
        pd.DataFrame(rows).to_csv(RESULT, index=False, float_format="%.4f")


if __name__ == "__main__":
    main()
