"""What a corrected 300 kV microscope would see of the (104) twin of half-empty LiCoO2.

Run as ``python workflows/lco_images.py``: relaxes the cells of ``lco_images.yaml`` (two minutes),
takes two images (a minute or two each on one core; none that is there already), measures them.
"""

from pathlib import Path

import pandas as pd

import delith as dl
from delith import figures, imaging

HERE, RUN = Path("results/lco_images"), Path("runs/lco_images")
#: Narrower than a real detector; and one crystal for the heat: for a quick look.
MICROSCOPE, PHONONS = imaging.Microscope(haadf=(66, 100)), 1
#: Periods of the picture, which repeats upwards, that are counted.
HIGH = 2


def main():
    """Relax, image, measure."""
    results = dl.run("workflows/lco_images.yaml", RUN)
    HERE.mkdir(parents=True, exist_ok=True)
    measured, angles = {}, []
    # the boundary that Co came to, at height 0, in the middle of its picture
    for name, state, left in (("twin", "", 0.0), ("exchanged", "1 Co exchanged", -0.5)):
        atoms = imaging.find(RUN, "twin (104)", 0.5, state)
        size = {"thickness": 20, "start": left * atoms.cell[2, 2]}
        block = imaging.cut(atoms, height=10, **size)
        if not (path := HERE / f"{name}.tif").exists():
            imaging.save(imaging.scan(block, MICROSCOPE, pixel=0.22, phonons=PHONONS), path)
        image = imaging.load(path)
        measured[name] = imaging.measure(image, block)
        tall = image.repeated(HIGH)
        spots = imaging.columns(imaging.cut(atoms, height=HIGH * block.height, **size))
        figures.save(figures.micrograph(imaging.expose(tall, 1e5), spots), HERE / name)
        figures.save(figures.column_intensities(measured[name], 1e5), HERE / f"{name}_columns")
        for dose in (1e3, 1e4, 1e5):
            counted = [imaging.expose(tall, dose, seed) for seed in range(20)]
            found = pd.Series(map(imaging.basal_angle, counted))
            angles.append((name, dose, imaging.basal_angle(tall), found.mean(), found.std()))
        if name == "twin":
            across = (0.25, 4 / block.height)
            map_ = imaging.strain(tall, (across, (across[0], -across[1])))
            figures.save(figures.strain_map(map_), HERE / "strain")
    columns = ["image", "dose_per_A2", "no_noise_deg", "mean_deg", "standard_deviation_deg"]
    pd.DataFrame(angles, columns=columns).round(3).to_csv(HERE / "angles.csv", index=False)
    there = measured["exchanged"]
    lithium, cobalt = (there[there["site"] == site] for site in ("Li", "Co"))
    mixed = lithium["formula"].str.contains("Co")
    others = {"Li columns": lithium[~mixed], "Co columns": cobalt}
    told = {name: imaging.contrast(lithium[mixed], rows) for name, rows in others.items()}
    pd.DataFrame(told).T.rename_axis("against").to_csv(HERE / "contrast.csv", float_format="%.4g")
    print(results.tables["basal_angle"], angles, told, sep="\n")


if __name__ == "__main__":
    main()
