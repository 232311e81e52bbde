# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What DFT says of boundaries, and how far potentials are from it
#
# Potentials are fast, DFT is right (to within its functional). First how sure DFT itself is of one
# boundary, then what potentials make of cells that none of them was shown, then one comparison of
# your own, in structures whose DFT energies come with Delith.

# %%
# %matplotlib inline
from pathlib import Path

import pandas as pd
from ase.io import read

import delith as dl

results = Path("../../results")

# %% [markdown]
# ## How sure is DFT?
#
# γ of the (104) twin of LiCoO2 in sixteen atoms, J/m², by GPAW at two levels, with one thing changed
# at a time (`workflows/dft_convergence.py`). Numerics move it by 0.01 J/m² (but for the coarsest
# cutoff), the functional by 0.05 (PBE has 0.41), the distance between boundaries by 0.08.

# %%
levels = {"PBE+U": "convergence.csv", "r2SCAN": "convergence_r2scan.csv"}
convergence = {
    level: pd.read_csv(results / "dft" / name, index_col="changed")["gamma_J_per_m2"]
    for level, name in levels.items()
}
pd.DataFrame(convergence).round(3)

# %% [markdown]
# ## How far are potentials from it?
#
# The same structures by r2SCAN and by three potentials (`workflows/students/lco_dft_judged.py`): a
# universal one, its student, and that student after DFT has taught it. It was shown the cells of the
# files `r2scan_...` and none of those of the files `held_out_...`, which say what it is worth.

# %%
judged = pd.read_csv(results / "lco_dft" / "judged.csv")
dl.figures.parity(judged)

# %%
judged["held_out"] = judged["cells"].str.startswith("held_out")
judged["error"] = judged["error_J_per_m2"].abs()
judged["exchanged"] = judged["state"].notna()  # cobalt in the lithium layer
judged.groupby(["held_out", "exchanged", "potential"])["error"].agg(["mean", "max", "count"]).round(
    3
)

# %% [markdown]
# ## One of your own
#
# The antiphase boundary on (116) and as much bulk, at two lithium contents, with energies and forces
# by DFT. Nothing on this plane was ever shown to the potential.

# %%
frames = read(results / "lco_dft" / "held_out_116.extxyz.gz", ":")
potential = dl.potentials.load("mace-lco-dft")


def gamma(energies, boundary):
    """γ (J/m²) from the energies (eV) of a cell with two boundaries and of as much bulk."""
    area = 2 * dl.boundaries.area(boundary)
    return (energies[0] - energies[1]) / area * dl.energetics.EV_PER_A2


rows = []
for lithium in sorted({(frame.symbols == "Li").sum() for frame in frames}, reverse=True):
    here = [frame for frame in frames if (frame.symbols == "Li").sum() == lithium]
    boundary, bulk = sorted(here, key=lambda frame: frame.info["host"].startswith("bulk"))
    ours = []
    for frame in (boundary, bulk):
        alike = frame.copy()
        alike.calc = potential
        ours.append(alike.get_potential_energy())
    theirs = [frame.get_potential_energy() for frame in (boundary, bulk)]
    rows.append(
        {
            "x": lithium / (boundary.symbols == "Co").sum(),
            "gamma_J_per_m2": gamma(ours, boundary),
            "by_DFT_J_per_m2": gamma(theirs, boundary),
        }
    )
pd.DataFrame(rows).round(3)

# %% [markdown]
# Of a study of yours, `delith check runs/my_study --with gpaw-r2scan` asks DFT for the lowest cell of
# each boundary and content (`make dft` installs GPAW; 16 atoms take minutes, 24 up to half an hour),
# and `check.csv` has both γ side by side.
