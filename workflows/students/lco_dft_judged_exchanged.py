"""Cells with cobalt in the lithium layer by which potentials are judged, by DFT.

The lowest of ``lco_dft_moved_tuned.yaml`` (one cobalt of eight in a tetrahedron at the antiphase
boundary on (104)) and of ``lco_dft_exchanged_018.yaml`` (one of six in an octahedron at the twin
on (018)), each with the same boundary as it was and with bulk: all that γ needs (``delith check``
has exchanged bulk computed, too). Run after both as ``python
workflows/students/lco_dft_judged_exchanged.py``; two hours on two cores, and what was computed is
remembered. Needs GPAW: ``make dft``.
"""

from collections.abc import Iterator
from pathlib import Path

from ase import Atoms
from lco_dft_orderings import label

from delith.checking import lowest_of_each, symmetrised
from delith.store import places

STUDIES = ("lco_dft_moved_tuned", "lco_dft_exchanged_018")
RESULT = Path("results") / "lco_dft" / "held_out_exchanged.extxyz.gz"


def lowest() -> Iterator[tuple[str, Atoms]]:
    """The lowest cells of both studies but for exchanged bulk, by host and state."""
    for name in STUDIES:
        for record in lowest_of_each(places.store_of(Path("runs") / name).records()):
            if record.host.count or not record.state.exchanged:
                yield f"{record.host.label}/{record.state.label}", symmetrised(record.atoms)


if __name__ == "__main__":
    label([*lowest()], RESULT)
