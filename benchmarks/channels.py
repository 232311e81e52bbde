"""What wider networks cost: a force call of one of `mace-lco-dft`, widened, beside it as it is.

Run as ``python benchmarks/channels.py results/speed/channels.csv`` on an idle machine; a minute on
one core.
"""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from ase.calculators.calculator import Calculator
from threadpoolctl import threadpool_limits

import delith as dl
from delith.training.widening import widened

CHANNELS = (32, 48, 64, 96, 128)
CALLS = 40


def seconds(calculators: Mapping[int, Calculator], atoms: Atoms) -> dict[int, float]:
    """Least of several calls of each, which take turns on the same structures."""
    rng, taken = np.random.default_rng(0), dict.fromkeys(calculators, np.inf)
    for _ in range(CALLS):
        moved = atoms.copy()
        moved.positions += rng.normal(scale=0.01, size=(len(atoms), 3))
        for channels, calculator in calculators.items():
            begun = time.perf_counter()
            calculator.get_forces(moved)
            taken[channels] = min(taken[channels], time.perf_counter() - begun)
    return taken


def main(result: Path) -> None:
    """Twins of two sizes."""
    import torch

    torch.set_num_threads(1)
    calculators = {channels: dl.potentials.load("mace-lco-dft-1") for channels in CHANNELS}
    for channels, calculator in calculators.items():
        if channels > CHANNELS[0]:
            calculator.models = [widened(calculator.models[0], channels)]
    rows = []
    for separation in (6, 12):
        crystal = dl.crystals.load("LiCoO2")
        atoms = dl.boundaries.twin(crystal, plane=(1, 0, 4), separation=separation).atoms
        taken = seconds(calculators, atoms)
        least = taken[CHANNELS[0]]
        rows += [(len(atoms), channels, most / least) for channels, most in taken.items()]
    table = pd.DataFrame(rows, columns=["atoms", "channels", "times"])
    print(table.round(2).to_string(index=False))
    table.to_csv(result, index=False, float_format="%.2f")


if __name__ == "__main__":
    with threadpool_limits(1):
        main(Path(sys.argv[1]))
