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
# boundary of the cation framework cheapest in between. DFT was asked of small full cells alone
# (`results/lnmo_dft`): it has the same orders of nickel and manganese 1.8 to 3.5 times as dear.

# %%
potentials = pd.read_csv(results / "lnmo_potentials" / "boundary_energy.csv")
dl.figures.boundary_energy(potentials)

# %% [markdown]
# ## Which plane, and where it lies
#
# In the ordered crystal no two nickel ions are neighbours. Where a boundary makes them so it is dear, a
# quarter of an electronvolt a pair on every plane; where the plane lies so that none meet it costs next to
# nothing (`workflows/lnmo_planes.yaml`, `workflows/lnmo_pairs.py`). `position: all` in a study has every
# place where a boundary differs.

# %%
pairs = pd.read_csv(results / "lnmo_planes" / "pairs.csv")
pairs.round(3)

# %%
axes = pairs.plot.scatter("pairs_per_nm2", "gamma_J_per_m2")

# %% [markdown]
# ## Dopants
#
# The energy of a dopant at the boundary less that in bulk. Negative: the boundary draws it, and becomes
# cheaper by as much.

# %%
folders = {"Mn": "lnmo_dopants", "Ni": "lnmo_dopants_nickel"}
dopants = {
    site: pd.read_csv(results / folder / "decorations.csv") for site, folder in folders.items()
}
dl.figures.heat_map(dopants["Mn"])

# %%
dl.figures.heat_map(dopants["Ni"])

# %%
both = pd.concat(table.assign(site=site) for site, table in dopants.items())
# by what they are in the full crystal
both["valence"] = both["dopant"].map(
    both.query("lithium_content == 1").groupby("dopant")["valence"].first()
)
near = both[(both["shell"] == 0) & (both["lithium_content"] > 0)]
near.pivot_table("segregation_energy_eV", "valence", ["site", "lithium_content"]).round(3)

# %% [markdown]
# On manganese sites (4+) the boundary draws divalent dopants most and makes itself cheaper by it; on nickel
# sites (2+) tetravalent ones, and keeps divalent ones away once half of the lithium has left. So what draws a
# dopant is how far its charge is from that of the ion that it replaces. Which site it takes these numbers do
# not decide.
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
