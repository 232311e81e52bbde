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
# ## By the potential that DFT has taught
#
# `mace-lco-dft`, every ordering of lithium that the smallest in-plane cell has
# (`workflows/lco_104.yaml`): γ rises by a sixth (twin) and a fifth (antiphase) at first, and falls to
# two fifths of what it began with. Stars: r2SCAN in such structures, which has them fall as well. In
# cells twice as wide hardly a rise is left (`results/lco_104_wide/`).

# %%
table = pd.read_csv(results / "lco_104" / "boundary_energy.csv")
checked = pd.read_csv(results / "lco_104" / "check.csv")
dl.figures.checked_energy(table, checked)

# %% [markdown]
# ## By universal potentials
#
# The same boundaries by three universal potentials and a student of one (`workflows/lco_potentials.yaml`).
# They disagree on the numbers and on the sign of the trend, and at x = 1 they are 1.6 to four times below
# DFT (`results/dft/` and `results/lco_dft/`): what they say, not what is.

# %%
table = pd.read_csv(results / "lco_potentials" / "boundary_energy.csv")
dl.figures.boundary_energy(table)

# %%
table.pivot_table(
    index=["boundary", "lithium_content"], columns="potential", values="gamma_J_per_m2"
).sort_index(ascending=[True, False]).round(3)

# %% [markdown]
# ## One of your own
#
# The smallest cell of the (104) twin, relaxed by `mace-lco-dft`. The matched bulk cell has the
# same shape, so that what does not belong to the boundary cancels.

# %%
lco = dl.crystals.load("LiCoO2")
twin = dl.boundaries.twin(lco, plane=(1, 0, 4), separation=4)
bulk = dl.boundaries.bulk(twin)


def lowest(starts, **how):
    """Relax cells and return the lowest."""
    return min((dl.relax(start, potential="mace-lco-dft", **how) for start in starts), key=energy)


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

# %% [markdown]
# Structures are ASE's. With `pip install weas-widget` the same cell can be turned in a notebook:
# `weas_widget.WeasWidget(from_ase=best.atoms)` (it fetches what draws it from the network).
