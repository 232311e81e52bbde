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
# # Bring your own crystal
#
# From a CIF to the boundaries that it can have, and from there to γ against lithium content. The
# example is LiNiO2, which does not come with Delith.

# %%
# %matplotlib inline
import tempfile
from pathlib import Path

import pandas as pd
from ase.io import write
from ase.spacegroup import crystal

import delith as dl

folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## A structure file
#
# Any file that ASE reads. This one is written here, so that the notebook stands alone.

# %%
atoms = crystal(
    ["Li", "Ni", "O"],
    basis=[(0, 0, 0), (0, 0, 0.5), (0, 0, 0.2415)],
    spacegroup=166,
    cellpar=[2.878, 2.878, 14.19, 90, 90, 120],
)
write(folder / "LiNiO2.cif", atoms)
mine = dl.crystals.load(folder / "LiNiO2.cif")
print(mine.name, mine.symbol, "moves", mine.mobile)

# %% [markdown]
# ## What it has lost of its parent lattice, and what boundaries follow

# %%
pd.DataFrame(
    {"variant": v.number, "kind": v.kind, "operation": v.operation}
    for v in dl.domains.variants(mine)
)

# %%
pd.DataFrame(
    {"boundary": b.label, "atoms": len(b.atoms), "equivalent": b.equivalent, "excess": b.excess}
    for b in dl.boundaries.catalogue(mine, planes=[(1, 0, 4), (0, 0, 3)], separation=4)
)

# %% [markdown]
# ## A study of it
#
# The same keys as in a study file. Small and loose, so that it takes a minute; for numbers, leave
# `relax`, `bulk` and `starts` at their defaults and take a separation of 8 Å or more.

# %%
study = f"""
crystal: {folder / "LiNiO2.cif"}
boundaries: [{{kind: twin, plane: [1, 0, 4]}}]
separation: 4
lithium: [1.0, 0.5]
orderings: 2
starts: 1
potential: chgnet-r2scan
relax: {{fmax: 0.1}}
bulk: {{fmax: 0.1, smax: 0.2}}
"""
(folder / "study.yaml").write_text(study)
results = dl.run(folder / "study.yaml", folder / "results")
results.table[["boundary", "level", "lithium_content", "gamma_J_per_m2", "orderings"]].round(3)

# %%
dl.figures.boundary_energy(results.table)

# %% [markdown]
# The level says what the number is worth: a universal potential, which no DFT has checked on this
# crystal. `delith check` does that; the notebook on DFT shows how.
