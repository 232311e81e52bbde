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
# # Boundary energy of LiCoO2 against delithiation
#
# What do twins and antiphase boundaries of LiCoO2 cost, and how does that change as lithium leaves?
# First the numbers that come with Delith, then one calculation of your own.

# %%
# %matplotlib inline
from pathlib import Path

import pandas as pd

import delith as dl

results = Path("../../results")

# %% [markdown]
# ## Four universal potentials
#
# The same study by four potentials (`workflows/lco_potentials.yaml`). They disagree on the numbers and
# on the sign of the trend: the range between them is the least that the uncertainty can be.

# %%
table = pd.read_csv(results / "lco_potentials" / "boundary_energy.csv")
dl.figures.boundary_energy(table)

# %%
table.pivot_table(
    index=["boundary", "lithium_content"], columns="potential", values="gamma_J_per_m2"
).sort_index(ascending=[True, False]).round(3)

# %% [markdown]
# DFT says otherwise: at x = 1 boundaries are two to four times dearer than universal potentials have
# them, and by r2SCAN the (104) twin becomes cheaper as lithium leaves (`results/README.md`,
# `dft_convergence.csv` and `lco_dft/`). Take the figure above as what potentials say, not as what is.
#
# ## One of your own
#
# The smallest cell of the (104) twin, relaxed by a fast student of CHGNet. The matched bulk cell has the
# same shape, so that what does not belong to the boundary cancels.

# %%
lco = dl.crystals.load("LiCoO2")
twin = dl.boundaries.twin(lco, plane=(1, 0, 4), separation=4)
bulk = dl.boundaries.bulk(twin)


def lowest(starts, **how):
    """Relax cells and return the lowest."""
    return min((dl.relax(start, potential="mace-lco", **how) for start in starts), key=energy)


def energy(relaxed):
    """What cells are compared by, eV."""
    return relaxed.energy


rows = []
for content in (1.0, 0.5):
    orderings = dl.decorations.lithium(bulk, content=content)
    reference = lowest(orderings, cell="full", fmax=0.01)
    # boundaries begin in the cell of the bulk at the same content, and keep its plane
    orderings = dl.decorations.lithium(twin, content=content)
    best = lowest(dl.boundaries.matched(twin, reference.atoms.cell, each) for each in orderings)
    area = dl.boundaries.area(best.atoms)
    gamma = (best.energy - reference.energy) / (twin.count * area) * dl.energetics.EV_PER_A2
    rows.append({"x": content, "gamma_J_per_m2": gamma, "orderings": len(orderings)})
mine = pd.DataFrame(rows)
mine.round(3)

# %% [markdown]
# A study file does the same with the care it needs (more orderings, the hull of bulk, convergence,
# records that tell where each number comes from): `delith run workflows/lco_demo.yaml`.

# %%
dl.figures.structure(best.atoms)
