"""pymatgen's grain-boundary generator against Delith's, side by side; then cells of 100 000 atoms.

The coherent Σ3 (111) twin of copper and of silicon, the two taking turns, pymatgen with its
quickest settings; its structure matcher confirms first that they make the same twin. `first` counts
all from the atoms of the conventional cell, symmetry analysis of the crystal included; `next` is a
further boundary of a crystal (or from a generator) at hand. Then (104) twins of LiCoO2 grow
tenfold, in thickness and in the plane, to show time and memory. Prints the ratio of the median
`next` times (pymatgen's over ours), the smaller of the two crystals'.

    python benchmarks/build_boundary.py
"""

import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from ase import Atoms
from ase.build import bulk
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Structure
from pymatgen.core.interface import GrainBoundaryGenerator
from pymatgen.io.ase import AseAtomsAdaptor

from delith import bicrystal, boundaries, crystals
from delith.crystals import Crystal

CALLS = 15

#: Planes between the boundaries.
LAYERS = 12

#: Where the twin mirrors each crystal: through the atoms, and through the bonds along [111].
HEIGHTS = {"Cu": 0.0, "Si": 0.375}


def theirs(generator: GrainBoundaryGenerator) -> Structure:
    return generator.gb_from_parameters(
        (1, 1, 1), 60.0, expand_times=LAYERS // 3, plane=(1, 1, 1), quick_gen=True
    )


def ours(crystal: Crystal, height: float) -> Atoms:
    """The twin in pymatgen's cell, which is twice the smallest one along a and b."""
    oriented = bicrystal.orient(crystal, (1, 1, 1))
    return bicrystal.join(oriented, bicrystal.mirror(oriented, height), LAYERS).repeat((2, 2, 1))


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compare(element: str) -> float:
    atoms, height = bulk(element, cubic=True), HEIGHTS[element]
    structure = AseAtomsAdaptor.get_structure(atoms)
    generator, crystal = GrainBoundaryGenerator(structure), crystals.from_atoms(atoms)

    peer, own = theirs(generator), ours(crystal, height)
    plain = Structure(peer.lattice, peer.species, peer.frac_coords)
    matcher = StructureMatcher(ltol=1e-3, stol=1e-2, angle_tol=0.1, scale=False)
    if len(peer) != len(own) or not matcher.fit(plain, AseAtomsAdaptor.get_structure(own)):
        raise SystemExit(f"the two twins of {element} differ")

    calls = {
        "first": (
            lambda: theirs(GrainBoundaryGenerator(structure)),
            lambda: ours(crystals.from_atoms(atoms), height),
        ),
        "next": (lambda: theirs(generator), lambda: ours(crystal, height)),
    }
    for what, pair in calls.items():
        times = []
        for turn in range(CALLS):
            order = (0, 1) if turn % 2 else (1, 0)
            taken = {which: seconds(pair[which]) for which in order}
            times.append([taken[0], taken[1]])
        them, us = 1e3 * np.median(times, axis=0)
        print(f"{element} {what:5}{len(own):8}{them:14.1f}{us:12.1f}{them / us:10.1f}")
    return float(them / us)


def grow(what: str, separation: float, repeat: tuple[int, int]) -> None:
    crystal = crystals.load("LiCoO2")

    def build() -> boundaries.Boundary:
        return boundaries.twin(crystal, (1, 0, 4), separation, repeat)

    atoms = len(build().atoms)
    taken = np.median([seconds(build) for _ in range(3)])
    tracemalloc.start()
    build()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    print(f"{what:8}{atoms:8}{taken:14.2f}{1e6 * taken / atoms:12.1f}{peak:10.0f}")


if __name__ == "__main__":
    print(f"{'twin':8}{'atoms':>8}{'pymatgen (ms)':>14}{'delith (ms)':>12}{'ratio':>10}")
    ratios = [compare(element) for element in HEIGHTS]
    print(f"\n{'LiCoO2':8}{'atoms':>8}{'time (s)':>14}{'µs/atom':>12}{'peak MiB':>10}")
    grow("thick", 2500, (1, 1))
    grow("thick", 25000, (1, 1))
    grow("wide", 50, (7, 7))
    grow("wide", 50, (22, 22))
    print(f"ratio: {min(ratios):.1f}")
