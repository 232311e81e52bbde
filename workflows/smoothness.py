"""Is a potential smooth where phonons need it? Raman modes of LiCoO2 against the displacement.

A smooth potential gives the same frequencies for every displacement that is small. Run as
``python workflows/smoothness.py``; about two minutes on one core.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import delith as dl
from delith import displacements
from delith.displacements import PhononSettings
from delith.validation.raman import raman_active

RESULT = Path("results") / "anchors" / "smoothness.csv"
LENGTHS = (0.0003, 0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.014, 0.02, 0.03, 0.05, 0.07, 0.1)

lco = dl.crystals.load("LiCoO2")
primitive = lco.primitive_atoms
rows = []
for name in ("chgnet-r2scan", "chgnet"):
    calculator = dl.potentials.load(name)
    relaxed = dl.relax(primitive, calculator, cell="full", fmax=0.01, smax=0.02).atoms
    for length in LENGTHS:
        settings = PhononSettings(supercell=(1, 1, 1), symprec=2e-2, displacement=length)
        a1g, eg = raman_active(displacements.run(relaxed, calculator, settings))
        rows.append({"potential": name, "displacement_A": length, "A1g": a1g, "Eg": eg})
        print(rows[-1])
table = pd.DataFrame(rows)
table.rename(columns={"A1g": "A1g_per_cm", "Eg": "Eg_per_cm"}).to_csv(
    RESULT, index=False, float_format="%.4g"
)
with plt.style.context("delith.figures.delith"):
    figure, ax = plt.subplots()
    for name, group in table.groupby("potential", sort=False):
        for mode in ("A1g", "Eg"):
            ax.semilogx(group["displacement_A"], group[mode], label=f"{mode}, {name}")
    ax.set(xlabel="Displacement (Å)", ylabel="Frequency (cm⁻¹)")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    figure.savefig(RESULT.with_suffix(".png"), dpi=300)
