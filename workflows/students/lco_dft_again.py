"""Structures of a file of labels, computed once more by the level as it is now.

For when a preset changes: ``python workflows/students/lco_dft_again.py
results/lco_dft/r2scan_*.extxyz.gz`` writes each file under its name to ``runs/lco_dft_again``, as
far as it has got. What was computed is remembered; some twelve hours on one core for all. Needs
GPAW: ``make dft``.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from ase import Atoms
from ase.io import write
from lco_dft_moved import begun
from lco_dft_orderings import labelled

from delith.training.frames import Frame, read

RESULTS = Path("runs") / "lco_dft_again"


def again(frame: Frame) -> Frame | None:
    """The structure as DFT finds it now; nothing where it does not."""
    moved = frame.host.endswith(("octahedral", "tetrahedral"))
    found = labelled((frame.host, begun(frame.atoms) if moved else frame.atoms))
    return found and replace(found, parent=frame.parent)


def main(paths: Sequence[Path]) -> None:
    """Each file once more."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for path in paths:
            frames: list[Atoms] = []
            for frame in pool.map(again, read(path)):
                if frame is not None:
                    frames.append(frame.labelled())
                    write(RESULTS / path.name.removesuffix(".gz"), frames, format="extxyz")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
