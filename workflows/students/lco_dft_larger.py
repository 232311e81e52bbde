"""Some orders of cobalt and lithium in four formula units, full, for DFT to label.

Smaller ones are in ``lco_dft_orderings.py``; here motifs meet each other as at boundaries. Each is
relaxed by ``mace-lco``, disturbed and computed: a minute each on one core, and what was computed is
remembered. (Thick layers of one cation behind each other are left out: in cells so long charge goes
to and fro and does not settle.) Run as ``python workflows/students/lco_dft_larger.py``. Needs GPAW
and icet: ``make dft``, ``pip install icet``.
"""

from pathlib import Path

import numpy as np
from ase import Atoms
from lco_dft_orderings import STRAIN, TEMPERATURE, at_rest, label, orders

from delith.training.disturbances import disturbed, mirrored

RESULT = Path("runs") / "lco_dft" / "larger.extxyz"
SITES, NUMBER = 8, 36
#: Å.
LONGEST = 15.0


def structures() -> list[tuple[str, Atoms]]:
    """As the student relaxes them, disturbed."""
    rng, every = np.random.default_rng(3), orders("Li", "Co", sites=[SITES])
    made = []
    for number in rng.permutation(len(every))[:NUMBER]:
        relaxed = at_rest(every[number])
        moved = disturbed(every[number], relaxed, rng, TEMPERATURE, STRAIN)
        # drawn of those that are left out too, so that the others stay what they are
        if every[number].cell.minkowski_reduce()[0].lengths().max() < LONGEST:
            made.append((f"order of four {number}", mirrored(moved, relaxed)))
    return made


if __name__ == "__main__":
    label(structures(), RESULT)
