"""Labels of structures with part of their lithium, begun from another spin state; the lower counts.

Half-empty cobalt oxides have several electronic states, and DFT ends in one that its start leads
to. Those labelled when the level knew one start alone, ions of 0 and 1 μB, are begun here with 1 μB
on every cobalt: ``python workflows/students/lco_dft_states.py
results/lco_dft/r2scan_*.extxyz.gz`` writes each file under its name to ``runs/lco_dft_states``, as
far as it has got. What was computed is remembered; some seven hours on one core for all. Needs
GPAW: ``make dft``.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import write
from lco_dft_moved import LEVEL, begun
from lco_dft_orderings import labelled

from delith.training.frames import Frame, read

RESULTS = Path("runs") / "lco_dft_states"


def lower(frame: Frame) -> Frame:
    """The structure in the lower of two states."""
    starts = LEVEL.starts(frame.atoms)
    if len(starts) == 1:
        return frame
    atoms, moments = frame.atoms.copy(), starts[-1]
    if frame.host.endswith(("octahedral", "tetrahedral")):
        moments = np.maximum(moments, begun(frame.atoms).get_initial_magnetic_moments())
    atoms.set_initial_magnetic_moments(moments)
    found = labelled((frame.host, atoms))
    if found is None or found.energy > frame.energy:
        return frame
    print(f"{frame.parent}: {found.energy - frame.energy:.3f} eV lower", flush=True)
    return replace(found, parent=frame.parent)


def main(paths: Sequence[Path]) -> None:
    """Each file once more."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for path in paths:
            frames: list[Atoms] = []
            for frame in pool.map(lower, read(path)):
                frames.append(frame.labelled())
                write(RESULTS / path.name.removesuffix(".gz"), frames, format="extxyz")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
