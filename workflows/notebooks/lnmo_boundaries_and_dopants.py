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
# # LiNi0.5Mn1.5O4: antiphase boundaries and dopants
#
# Do boundaries of the Ni/Mn order become cheaper where lithium leaves, and do lower-valence dopants
# suppress them?

# %%
# %matplotlib inline
from pathlib import Path

import pandas as pd

import delith as dl

results = Path("../../results")

# %% [markdown]
# ## Which boundaries there are
#
# The ordered crystal (P4_332) on the disordered one (Fd-3m) has four translations and two
# enantiomorphs: eight variants. A boundary joins two of them.

# %%
lnmo = dl.crystals.load("LiNi0.5Mn1.5O4")
pd.DataFrame(
    {"variant": v.number, "kind": v.kind, "operation": v.operation}
    for v in dl.domains.variants(lnmo)
)

# %% [markdown]
# ## Boundary energy as lithium leaves
#
# `workflows/lnmo_content.yaml`, CHGNet-r2SCAN.

# %%
content = pd.read_csv(results / "lnmo_content" / "boundary_energy.csv")
dl.figures.boundary_energy(content)

# %% [markdown]
# Every boundary of the Ni/Mn order falls with each step, as three universal potentials agree
# on (111) (`results/lnmo_potentials`). The interface to the disordered crystal is free within its scatter, the
# boundary of the cation framework cheapest in between. None of it has been checked by DFT yet.

# %%
potentials = pd.read_csv(results / "lnmo_potentials" / "boundary_energy.csv")
dl.figures.boundary_energy(potentials)

# %% [markdown]
# ## Dopants
#
# The energy of a dopant at the boundary less that in bulk. Negative: the boundary draws it, and becomes
# cheaper by as much.

# %%
dopants = pd.read_csv(results / "lnmo_dopants" / "decorations.csv")
dl.figures.heat_map(dopants)

# %%
near = dopants[(dopants["shell"] == 0) & (dopants["lithium_content"] == 1)]
near.groupby("valence")["segregation_energy_eV"].agg(["mean", "min", "max"]).round(3)

# %% [markdown]
# The lower the valence, the more the boundary draws the dopant: in equilibrium such dopants would make
# boundaries cheaper, not suppress them. What may still be true (slower metals, dopants on Ni sites) these
# numbers do not decide.
#
# ## One of your own
#
# Where is a Mg ion best off, next to the boundary or far from it? One energy each, not relaxed.

# %%
apb = dl.boundaries.antiphase(lnmo, (1, 0, 0), vector=(0, 1 / 2, 1 / 2), separation=8)
calculator = dl.potentials.load("chgnet-r2scan")
rows = []
for shell in (0, -1):
    doped = dl.decorations.dopants(apb, "Mg", site="Mn", shell=shell)[0]
    atoms = doped.atoms.copy()
    atoms.calc = calculator
    rows.append(
        {"state": doped.label, "energy_eV": atoms.get_potential_energy(), "atoms": len(atoms)}
    )
pd.DataFrame(rows).round(3)
