"""Structures of a file of labels, computed once more by the level as it is now.

For when a preset changes: ``python workflows/students/lco_dft_again.py
results/lco_dft/r2scan_*.extxyz.gz`` writes each file under its name to ``runs/lco_dft_again``. What
was computed is remembered; some six hours on one core by ``gpaw-r2scan``. Needs GPAW: ``make dft``.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from ase.io import write
from threadpoolctl import threadpool_limits

import delith as dl
from delith.training.frames import Frame, read

RESULTS, LEVEL = Path("runs") / "lco_dft_again", "gpaw-r2scan"


def again(frame: Frame) -> Frame:
    """The structure with energy, forces and stress as DFT finds them now."""
    threadpool_limits(1)
    atoms = frame.atoms.copy()
    atoms.calc = dl.potentials.load(LEVEL)
    energy, forces, stress = (
        atoms.get_potential_energy(),
        atoms.get_forces(),
        atoms.get_stress(),
    )
    changed = 1000 * (energy - frame.energy) / len(atoms)
    print(frame.parent, f"{changed:+.1f} meV an atom", flush=True)
    return replace(frame, energy=energy, forces=forces, stress=stress, level=LEVEL)


def main(paths: Sequence[Path]) -> None:
    """Each file once more."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for path in paths:
            frames = pool.map(again, read(path))
            made = RESULTS / path.name.removesuffix(".gz")
            write(made, [frame.labelled() for frame in frames], format="extxyz")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
