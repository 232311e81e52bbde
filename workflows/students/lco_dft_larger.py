"""Some orders of cobalt and lithium in four formula units, full, for DFT to label.

Smaller ones are in ``lco_dft_orderings.py``; here motifs meet each other as at boundaries. Each is
relaxed by ``mace-lco``, disturbed and computed: a minute each on one core, and what was computed is
remembered. Run as ``python workflows/students/lco_dft_larger.py``. Needs GPAW and icet: ``make
dft``, ``pip install icet``.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import write
from lco_dft_orderings import STRAIN, TEMPERATURE, labelled, orders

import delith as dl
from delith.training.disturbances import disturbed, mirrored

RESULT = Path("runs") / "lco_dft" / "larger.extxyz"
SITES, NUMBER = 8, 36


def structures() -> list[tuple[str, Atoms]]:
    """As the student relaxes them, disturbed."""
    rng, every = np.random.default_rng(3), orders("Li", "Co", sites=[SITES])
    how = {"fmax": 0.1, "smax": 1.0, "steps": 200, "cell": "full", "rattle": 0.0}
    made = []
    for number in rng.permutation(len(every))[:NUMBER]:
        relaxed = dl.relax(every[number], potential="mace-lco", **how).atoms
        moved = disturbed(every[number], relaxed, rng, TEMPERATURE, STRAIN)
        made.append((f"order of four {number}", mirrored(moved, relaxed)))
    return made


def main() -> None:
    """Make structures, have them computed, write them."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        frames = [frame for frame in pool.map(labelled, structures()) if frame is not None]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    write(RESULT, [frame.labelled() for frame in frames], format="extxyz")


if __name__ == "__main__":
    main()
