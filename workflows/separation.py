"""How far apart two boundaries must be: γ of the LiCoO2 (104) twin against their separation.

Run as ``python workflows/separation.py``; about five minutes on one core.
"""

import csv
from pathlib import Path

import delith as dl

RESULT = Path("results") / "separation.csv"

lco = dl.crystals.load("LiCoO2")
rows = []
for kind in (dl.boundaries.twin, dl.boundaries.antiphase):
    for separation in (4, 6, 8, 12, 16):
        boundary = kind(lco, plane=(1, 0, 4), separation=separation)
        bulk = dl.relax(dl.boundaries.bulk(boundary).atoms, cell="full", fmax=0.01, smax=0.02)
        relaxed = dl.relax(dl.boundaries.matched(boundary, bulk.atoms.cell), fmax=0.01)
        area = boundary.count * dl.boundaries.area(relaxed.atoms)
        gamma = (relaxed.energy - bulk.energy) / area * dl.energetics.EV_PER_A2
        rows.append(
            {
                "boundary": boundary.label,
                "atoms": len(boundary.atoms),
                "separation_A": f"{relaxed.atoms.cell[2, 2] / 2:.2f}",
                "gamma_J_per_m2": f"{gamma:.4f}",
                "converged": bulk.usable and relaxed.usable,
            }
        )
        print(rows[-1])

with RESULT.open("w", newline="") as file:
    table = csv.DictWriter(file, rows[0])
    table.writeheader()
    table.writerows(rows)
