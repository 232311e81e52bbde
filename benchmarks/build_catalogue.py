"""Boundary cells as they grow: time and memory, beside pymatgen's grain-boundary generator.

Both build the coherent Σ3 (112) twin of iron, atom for atom in cells of the same size, taking
turns, from a crystal and a generator at hand and pymatgen with its quickest settings; its structure
matcher confirms first that they make the same twin. Grains become 64 times as thick. Then whole
catalogues (pymatgen lists no domain boundaries): all those of LiCoO2 and of ordered
LiNi0.5Mn1.5O4 on their default planes, ever thicker and wider, with the time an atom above that of
the smallest. Prints the ratio of the median times (pymatgen's over ours) that is smallest of all
sizes.

    python benchmarks/build_catalogue.py
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

CALLS = 5

#: Repeats of pymatgen's grain: three (112) planes each, twice the smallest cell in the plane.
EXPANSIONS = (4, 16, 64, 256)

#: Separation (Å) and in-plane repeat of catalogues.
SIZES = ((12.0, (1, 1)), (24.0, (2, 2)), (48.0, (4, 4)))


def theirs(generator: GrainBoundaryGenerator, expansion: int) -> Structure:
    angle = np.degrees(np.arccos(1 / 3))
    return generator.gb_from_parameters(
        (1, 1, 0), angle, expand_times=expansion, plane=(1, -1, 2), quick_gen=True
    )


def ours(crystal: Crystal, expansion: int) -> Atoms:
    oriented = bicrystal.orient(crystal, (1, 1, 2))
    return bicrystal.join(oriented, bicrystal.mirror(oriented, 0.0), 3 * expansion).repeat(
        (2, 1, 1)
    )


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def mebibytes(call: Callable[[], object]) -> float:
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return peak


def same(peer: Structure, own: Atoms) -> bool:
    plain = Structure(peer.lattice, peer.species, peer.frac_coords)
    matcher = StructureMatcher(ltol=1e-3, stol=1e-2, angle_tol=0.1, scale=False)
    return len(peer) == len(own) and matcher.fit(plain, AseAtomsAdaptor.get_structure(own))


def compare() -> float:
    atoms = bulk("Fe", "bcc", a=2.87, cubic=True)
    crystal = crystals.from_atoms(atoms, name="Fe")
    generator = GrainBoundaryGenerator(AseAtomsAdaptor.get_structure(atoms))
    if not same(theirs(generator, 4), ours(crystal, 4)):
        raise SystemExit("the two twins differ")
    print(f"{'Fe twin':10}{'pymatgen (ms)':>14}{'MiB':>7}{'delith (ms)':>13}{'MiB':>7}{'ratio':>8}")
    ratios = []
    for expansion in EXPANSIONS:
        calls: list[Callable[[], object]] = [
            lambda n=expansion: theirs(generator, n),  # type: ignore[misc]
            lambda n=expansion: ours(crystal, n),  # type: ignore[misc]
        ]
        times = []
        for turn in range(CALLS):
            taken = {which: seconds(calls[which]) for which in ((0, 1) if turn % 2 else (1, 0))}
            times.append([taken[0], taken[1]])
        (them, us), (their, our) = 1e3 * np.median(times, axis=0), map(mebibytes, calls)
        ratios.append(float(them / us))
        count = f"{12 * expansion} atoms"
        print(f"{count:10}{them:14.1f}{their:7.1f}{us:13.1f}{our:7.1f}{ratios[-1]:8.1f}")
    return min(ratios)


def grow(name: str) -> None:
    crystal = crystals.load(name)
    boundaries.catalogue(crystal)  # parents and variants are found once
    first = 0.0
    for separation, repeat in SIZES:

        def build(separation: float = separation, repeat: tuple[int, int] = repeat) -> list:
            return boundaries.catalogue(crystal, separation=separation, repeat=repeat)

        found = build()
        atoms = sum(len(boundary.atoms) for boundary in found)
        taken, peak = seconds(build), mebibytes(build)
        first = first or taken / atoms
        print(
            f"{name:16}{len(found):11}{atoms:9}{taken:10.2f}{1e6 * taken / atoms:10.1f}"
            f"{taken / atoms / first:9.2f}{peak:10.0f}{peak * 2**20 / atoms:9.0f}"
        )


if __name__ == "__main__":
    ratio = compare()
    print(
        f"\n{'catalogue':16}{'boundaries':>11}{'atoms':>9}{'time (s)':>10}{'µs/atom':>10}"
        f"{'of first':>9}{'peak MiB':>10}{'B/atom':>9}"
    )
    for name in ("LiCoO2", "LiNi0.5Mn1.5O4"):
        grow(name)
    print(f"ratio: {ratio:.1f}")
