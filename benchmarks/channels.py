"""What wider networks cost: a force call of one of `mace-lco-dft`, widened, beside it as it is.

Run as ``python benchmarks/channels.py results/speed/channels.csv`` on an idle machine; a minute on
one core.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from ase.calculators.calculator import Calculator
from threadpoolctl import threadpool_limits

import delith as dl
from delith.training.widening import widened

CHANNELS = (32, 48, 64, 96, 128)
CALLS = 20


def seconds(calculator: Calculator, atoms: Atoms) -> float:
    """Least of several calls, each of a structure of its own."""
    rng, taken = np.random.default_rng(0), []
    for _ in range(CALLS):
        moved = atoms.copy()
        moved.positions += rng.normal(scale=0.01, size=(len(atoms), 3))
        begun = time.perf_counter()
        calculator.get_forces(moved)
        taken.append(time.perf_counter() - begun)
    return min(taken)


def main(result: Path) -> None:
    """Twins of two sizes."""
    import torch

    torch.set_num_threads(1)
    crystal, rows = dl.crystals.load("LiCoO2"), []
    for separation in (6, 12):
        atoms = dl.boundaries.twin(crystal, plane=(1, 0, 4), separation=separation).atoms
        for channels in CHANNELS:
            calculator = dl.potentials.load("mace-lco-dft-1")
            if channels > CHANNELS[0]:
                calculator.models = [widened(calculator.models[0], channels)]
            rows.append((len(atoms), channels, seconds(calculator, atoms)))
    table = pd.DataFrame(rows, columns=["atoms", "channels", "seconds"])
    table["times"] = table["seconds"] / table.groupby("atoms")["seconds"].transform("first")
    print(table.round(3).to_string(index=False))
    table.drop(columns="seconds").to_csv(result, index=False, float_format="%.2f")


if __name__ == "__main__":
    with threadpool_limits(1):
        main(Path(sys.argv[1]))
