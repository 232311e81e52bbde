"""How many labels does it take? γ of cells that no potential was shown, against number of labels.

From the structures of boundaries and their bulk of ``results/lco_dft`` nested parts are drawn, from
each a committee is trained that goes on with ``mace-lco``, all in as many steps; γ in the held out
cells of ``lco_dft_judged.py`` is compared with DFT in the same structures. Run as
``python workflows/students/lco_dft_curve.py``.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from ase.io import iread, write
from lco_dft_judged import HELD_OUT, judged

from delith import figures, training
from delith.figures.canvas import canvas

DATA, RUNS = Path("results") / "lco_dft", Path("runs") / "lco_dft_curve"
RESULT = Path("results") / "lco_dft_curve" / "curve.csv"
#: Hosts of what is learnt: other orders of cations, metals and oxides are not.
LEARNT = ("bulk", "twin", "antiphase")
#: Steps of training, whatever the number of labels; fewest labels.
STEPS, FEWEST = 1000, 16


def main() -> None:
    """Train, judge, draw."""
    files = sorted(DATA.glob("r2scan_*.extxyz.gz"))
    known = [frame for file in files for frame in iread(file, ":")]
    frames = [frame for frame in known if frame.info["host"].startswith(LEARNT)]
    order = np.random.default_rng(0).permutation(len(frames))
    sizes = [*(FEWEST * 2**k for k in range(3)), len(frames)]
    tables = [judged("mace-lco", HELD_OUT).assign(labels=0)]
    for size in sizes:
        folder = RUNS / str(size)
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / "data.extxyz", [frames[i] for i in order[:size]], format="extxyz")
        settings = training.TrainSettings(
            data=[str(folder / "data.extxyz")],
            begin="mace-lco",
            models=2,
            validation=0.01,
            epochs=round(4 * STEPS / size),
            learning_rate=0.003,
        )
        made = training.train(settings, folder / "committee")
        tables.append(judged(made.potential, HELD_OUT).assign(labels=size))
        table = pd.concat(tables, ignore_index=True)
        table.to_csv(RESULT, index=False, float_format="%.4g")
        print(table.groupby("labels")["error_J_per_m2"].agg(lambda e: e.abs().mean()))
    errors = table.assign(error=table["error_J_per_m2"].abs())
    cells = errors.groupby(["boundary", "state", "cells", "lithium_content"])
    mean = errors.groupby("labels")["error"].mean()
    with canvas(None, (3.4, 2.4)) as (figure, ax):
        for _, rows in cells:
            ax.plot(rows["labels"], rows["error"], color="0.8", linewidth=0.6, marker="")
        ax.plot(mean.index, mean, color="black", marker="o", label=f"mean of {len(cells)} cells")
        ax.set_xscale("symlog", linthresh=FEWEST)
        ax.set_xticks(mean.index, mean.index)
        ax.set_xticks([], minor=True)
        ax.set_ylim(bottom=0)
        ax.set_xlabel("labels")
        ax.set_ylabel("γ off by (J/m²)")
        ax.legend()
    figures.save(figure, RESULT)


if __name__ == "__main__":
    main()
