"""Orders of cobalt, lithium and holes in four formula units, x = 1/2, for DFT to label.

With cobalt in lithium layers and lithium in cobalt layers, as where cobalt is exchanged: what
``mace-lco-dft`` was shown of that is of (104) alone. Each is relaxed by it, disturbed and computed,
those that it has low: five to ten minutes each on one core, and what was computed is remembered.
Run as ``python workflows/students/lco_dft_holes.py``. Needs GPAW and icet: ``make dft``,
``pip install icet``.
"""

from pathlib import Path

import numpy as np
from ase import Atoms
from lco_dft_larger import LONGEST
from lco_dft_orderings import STRAIN, TEMPERATURE, label, orders

import delith as dl
from delith.training.disturbances import disturbed, mirrored

RESULT = Path("runs") / "lco_dft" / "holes.extxyz"
SITES, LITHIUM, POTENTIAL = 8, 2, "mace-lco-dft"
#: Orders that are drawn, and how many of them are computed: the first of those that are low.
DRAWN, NUMBER = 100, 20
#: eV a formula unit, above the lowest.
WINDOW = 1.2


def structures() -> list[tuple[str, Atoms]]:
    """Those that the potential has low, disturbed."""
    rng = np.random.default_rng(7)
    every = [
        o for o in orders("Li", "Co", "X", sites=[SITES]) if (o.symbols == "Li").sum() == LITHIUM
    ]
    short = [o for o in every if o.cell.minkowski_reduce()[0].lengths().max() < LONGEST]
    drawn = [short[number] for number in rng.permutation(len(short))[:DRAWN]]
    how = {"fmax": 0.1, "smax": 1.0, "steps": 200, "cell": "full", "rattle": 0.0}
    relaxed = [dl.relax(order, potential=POTENTIAL, **how) for order in drawn]
    lowest = min(each.energy for each in relaxed)
    made = []
    for number, (order, rest) in enumerate(zip(drawn, relaxed, strict=True)):
        if (rest.energy - lowest) / (SITES / 2) < WINDOW:
            moved = disturbed(rest.atoms, rest.atoms, rng, TEMPERATURE, STRAIN)
            if 0.7 < moved.get_volume() / order.get_volume() < 1.3:
                made.append((f"half full order {number}", mirrored(moved, rest.atoms)))
    return made[:NUMBER]


if __name__ == "__main__":
    label(structures(), RESULT)
