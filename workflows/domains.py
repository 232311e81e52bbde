"""A nano-domain scene of LiCoO2 seen along its layers: all eight variants in 24 random columns.

Run as ``python workflows/domains.py``; seconds. The picture goes to results, the 22 000 atoms go as
extended XYZ and LAMMPS data to runs/domains.
"""

from pathlib import Path

import matplotlib.pyplot as plt

from delith import crystals, export, scenes

RESULT = Path("results") / "domains" / "scene.png"
FOLDER = Path("runs") / "domains"

lco = crystals.load("LiCoO2")
zone = ((0, 0, 1), (1, 2, 0), (-1, 0, 0))
scene = scenes.build(lco, (104, 104, 16), scenes.voronoi(24, seed=4), axes=zone)
print(len(scene), "atoms:", scene.symbols.formula.count(), "in", scene.cell.lengths().round(2), "Å")

for folder in (RESULT.parent, FOLDER):
    folder.mkdir(parents=True, exist_ok=True)
for ending in ("xyz", "data"):
    export.write(scene, FOLDER / f"scene.{ending}")

figure, (whole, part) = plt.subplots(1, 2, figsize=(8, 4.2), layout="constrained")
for axes, radius in ((whole, 9), (part, 50)):
    for symbol, scale in (("O", 0.2), ("Li", 0.3), ("Co", 1.0)):
        atoms = scene[scene.symbols == symbol]
        # one orientation a hue, its antiphase domain a tint
        look = {"c": atoms.arrays["domain"], "cmap": "tab20", "vmin": 0, "vmax": 19}
        axes.scatter(*atoms.positions.T[:2], s=scale * radius, linewidths=0, **look)
    axes.set(aspect="equal", xlabel="Å", xlim=(0, scene.cell[0, 0]), ylim=(0, scene.cell[1, 1]))
part.set(xlim=(12, 47), ylim=(66, 101))
whole.indicate_inset_zoom(part, edgecolor="black")
figure.savefig(RESULT, dpi=200)
