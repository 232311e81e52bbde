"""What networks that go on with ``mace-lco-dft`` are to keep of it, in cells with exchanged cobalt.

One that was taught boundaries, and of exchanged cobalt rows alone, let lithium fall between two
oxygen ions, 1.75 Å from either, by 10 eV, and cobalt come as near as 1.55 Å to one. These are
structures in which its relaxations ended, and some on the way there, with forces by
``mace-lco-dft``. Run with the name of that one, such as ``python
workflows/students/lco_dft_replay.py 'runs/lco_dft_train/member_*.model'``; half an hour on two
cores.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import write

import delith as dl
from delith.records import Record
from delith.store import places
from delith.training.frames import STRONGEST, Frame

RUNS, RESULT = Path("runs"), Path("results") / "lco_dft" / "replay_exchanged.extxyz.gz"
#: What stands in ``RESULT`` is by the committee that had this name before.
KEPT = "mace-lco-dft"
#: Of a study: what it has beside the boundaries, and how many structures are taken.
STUDIES = {
    "small": ({"lithium": [0.75, 0.5, 0.25], "exchange": {"number": [1]}}, 36),
    "tetrahedral": (
        {"lithium": [0.75, 0.5, 0.25], "exchange": {"number": [1], "into": "tetrahedral"}},
        20,
    ),
    "wide": ({"repeat": (2, 1), "lithium": [0.5, 0.25], "exchange": {"number": [1]}}, 60),
    "apart": (
        {
            "separations": [8],
            "repeat": (2, 1),
            "lithium": [0.5, 0.25],
            "exchange": {"number": [1, 2], "shells": [0]},
        },
        24,
    ),
}
#: eV an atom: structures that are nearer in energy are one; models that disagree more come first.
ALIKE, UNSURE = 0.001, 0.015


def structures(potential: str) -> Iterator[Atoms]:
    """Ends of relaxations, the unsure first, and of every second one a structure on the way."""
    rng = np.random.default_rng(5)
    for name, (choices, number) in STUDIES.items():
        folder = RUNS / f"lco_dft_replay_{name}"
        boundaries = [{"kind": kind, "plane": (1, 0, 4)} for kind in ("twin", "antiphase")]
        study = dl.study.Study(
            **{"separations": [4]} | choices,
            crystal="LiCoO2",
            boundaries=boundaries,
            orderings=12,
            potentials=[potential],
            bulk={"steps": 300},
        )
        dl.run(study, folder)
        ended = [r for r in places.store_of(folder).records() if r.state.exchanged]
        first = [r for r in ended if (r.energy_std or 0) > UNSURE * len(r.atoms)]
        rest = [r for r in ended if r not in first]
        rng.shuffle(rest)
        for record in distinct([*first, *rest])[:number]:
            yield record.atoms
            if rng.random() < 0.5:
                yield between(record, rng.uniform(0, 0.8))


def distinct(records: list[Record]) -> list[Record]:
    """One of each energy."""
    known: dict[int, Record] = {}
    for record in records:
        known.setdefault(round(record.energy / len(record.atoms) / ALIKE), record)
    return list(known.values())


def between(record: Record, share: float) -> Atoms:
    """A structure on the straight way from the start of a relaxation to its end."""
    made = record.atoms.copy()
    begun = record.start.get_scaled_positions(wrap=False)
    way = record.atoms.get_scaled_positions(wrap=False) - begun
    made.set_scaled_positions(begun + share * (way - np.round(way)))
    return made


def main(potential: str) -> None:
    """Relax by one potential, and tell forces by the other."""
    calculator, frames = dl.potentials.load(KEPT), []
    for atoms in structures(potential):
        bare = Atoms(atoms.symbols, atoms.positions, cell=atoms.cell, pbc=True)
        bare.calc = calculator
        known = bare.get_potential_energy(), bare.get_forces(), bare.get_stress()
        bare.calc = None
        if np.abs(known[1]).max() < STRONGEST:
            parent = f"exchanged {len(frames)}"
            frames.append(Frame(bare, *known, parent=parent, host="exchanged", level=KEPT))
    write(RESULT, [frame.labelled() for frame in frames], format="extxyz")


if __name__ == "__main__":
    main(sys.argv[1])
