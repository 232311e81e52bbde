"""Unique Li orderings of LiCoO2 by symmetry: Delith against bsym, same cell, same process.

Both are given the same supercell with the same number of Li sites emptied, find its symmetry
themselves and list one ordering of each orbit. The counts must agree, and so must the orbit sizes.

The peer: ``pip install '.[benchmark]'``. Then ``python benchmarks/unique_orderings.py``.
"""

import argparse
import time

import numpy as np
from ase.spacegroup import crystal
from bsym.interface.pymatgen import configuration_space_from_structure
from pymatgen.io.ase import AseAtomsAdaptor

from delith.decorations import site_permutations, unique_colorings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, nargs=3, default=(4, 2, 1), metavar="N")
    parser.add_argument("--vacancies", type=int, default=8)
    arguments = parser.parse_args()

    cell = crystal(
        ["Li", "Co", "O"],
        [(0, 0, 0), (0, 0, 0.5), (0, 0, 0.2395)],
        spacegroup=166,
        cellpar=[2.8166, 2.8166, 14.052, 90, 90, 120],
    )
    atoms = cell.repeat(tuple(arguments.repeats))
    sites = np.flatnonzero(atoms.symbols == "Li")
    filled = len(sites) - arguments.vacancies
    print(f"{atoms.get_chemical_formula()}: {arguments.vacancies} of {len(sites)} Li removed")

    start = time.perf_counter()
    permutations = site_permutations(atoms, sites)
    ours = unique_colorings(permutations, (arguments.vacancies, filled))
    our_time = time.perf_counter() - start
    print(f"delith: {len(ours.labels)} unique orderings in {our_time:.4f} s")

    start = time.perf_counter()
    structure = AseAtomsAdaptor.get_structure(atoms)
    # Its engine alone: neither side is timed while turning orderings into structures.
    space = configuration_space_from_structure(structure, subset=sites.tolist())
    theirs = space.unique_configurations({0: arguments.vacancies, 1: filled})
    their_time = time.perf_counter() - start
    print(f"bsym:   {len(theirs)} unique orderings in {their_time:.4f} s")

    sizes = sorted(ordering.count for ordering in theirs)
    if sizes != sorted(ours.degeneracies.tolist()):
        raise SystemExit("the two disagree on the orderings or their degeneracies")
    print(f"ratio: {their_time / our_time:.1f}")


if __name__ == "__main__":
    main()
