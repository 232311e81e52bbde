"""Labels begun from other spin states; the lowest counts.

Oxides of cobalt have several electronic states, and DFT ends in one that its start leads to. What
was labelled when the level knew one start alone, ions of 0 and 1 μB, is begun here with the others
that it knows by now: 1 μB on every cobalt where some are Co4+, 3 μB where CHGNet has one in high
spin. ``python workflows/students/lco_dft_states.py results/lco_dft/low_spin.extxyz.gz`` writes
each file under its name to ``runs/lco_dft_states``, as far as it has got. What was computed is
remembered; some three hours on one core for that file, ten for all. Needs GPAW: ``make dft``.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from ase import Atoms
from ase.io import write
from lco_dft_moved import LEVEL
from lco_dft_orderings import labelled

from delith.training.frames import Frame, read

RESULTS = Path("runs") / "lco_dft_states"


def lowest(frame: Frame) -> Frame:
    """The structure in the lowest state; by the first start it was labelled."""
    for moments in LEVEL.starts(frame.atoms)[1:]:
        atoms = frame.atoms.copy()
        atoms.set_initial_magnetic_moments(moments)
        found = labelled((frame.host, atoms))
        if found is not None and found.energy < frame.energy:
            print(f"{frame.parent}: {found.energy - frame.energy:.3f} eV lower", flush=True)
            frame = replace(found, parent=frame.parent)
    return frame


def main(paths: Sequence[Path]) -> None:
    """Each file once more."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for path in paths:
            frames: list[Atoms] = []
            for frame in pool.map(lowest, read(path)):
                frames.append(frame.labelled())
                write(RESULTS / path.name.removesuffix(".gz"), frames, format="extxyz")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
