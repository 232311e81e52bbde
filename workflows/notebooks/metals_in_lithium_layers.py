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
# # Transition metals in the lithium layer
#
# Micrographs of charged LiCoO2 show heavy atoms in the lithium layers, most of them at boundaries. What
# does it cost to put cobalt there, and is it less at a boundary than in bulk?

# %%
# %matplotlib inline
from pathlib import Path

import pandas as pd

import delith as dl

results = Path("../../results")

# %% [markdown]
# ## One cobalt ion at half charge
#
# Twelve arrangements each, in an octahedron and in a tetrahedron of the lithium layer
# (`workflows/lco_exchange_half.yaml`, `workflows/lco_exchange_tetrahedral.yaml`).

# %%
columns = ["boundary", "state", "energy_eV", "bulk_energy_eV", "segregation_energy_eV"]
tables = [
    pd.read_csv(results / name / "decorations.csv").assign(into=into)
    for name, into in (
        ("lco_exchange_half", "octahedron"),
        ("lco_exchange_tetrahedral", "tetrahedron"),
    )
]
pd.concat(tables)[["into", *columns]].round(2)

# %% [markdown]
# The antiphase boundary takes cobalt more easily than bulk does, and a tetrahedron with empty neighbours
# more easily than an octahedron. It still costs energy: by CHGNet, cobalt in the lithium layer is no
# equilibrium state there. Octahedral values are upper bounds by 0.1 to 0.2 eV (`results/lco_exchange_half/`).
#
# ## As lithium leaves

# %%
exchange = pd.read_csv(results / "lco_exchange" / "decorations.csv")
one = exchange[exchange["state"] == "1 Co exchanged"]
one.pivot_table(index="boundary", columns="lithium_content", values="segregation_energy_eV").round(
    2
)

# %% [markdown]
# ## One of your own
#
# The smallest antiphase boundary with one of four cobalt ions moved, by the student `mace-lco`. Such a
# cell is dense with moved cobalt: a way to see how it is done, not a number to quote.

# %%
lco = dl.crystals.load("LiCoO2")
apb = dl.boundaries.antiphase(lco, plane=(1, 0, 4), separation=4)
moved = dl.decorations.exchange(apb, 1, content=0.5, limit=2)
for each in moved:
    print(each.label, each.atoms.get_chemical_formula())

# %%
cell = dl.decorations.lithium(moved[0], content=0.5, limit=1)[0]
relaxed = dl.relax(cell, potential="mace-lco")
print(relaxed.converged, f"{relaxed.energy:.3f} eV")
dl.figures.structure(relaxed.atoms)
