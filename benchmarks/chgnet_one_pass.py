"""CHGNet's own ASE calculator against Delith's, side by side: time a call, and agreement.

Rattled LiCoO2 of 48 and 96 atoms moves a little before each call, as in a relaxation; the two
calculators take turns on the same atoms, on one thread. Prints the ratio of the median times
(chgnet's over ours), the smaller of the two sizes'.

    python benchmarks/chgnet_one_pass.py
"""

import contextlib
import io
import time

import numpy as np
import torch
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.spacegroup import crystal
from chgnet.model import CHGNet
from chgnet.model.dynamics import CHGNetCalculator

from delith import potentials

CALLS = 12


def lithium_cobalt_oxide(repeat: tuple[int, int, int]) -> Atoms:
    cell = [2.8166, 2.8166, 14.052, 90, 90, 120]
    sites = [(0, 0, 0), (0, 0, 0.5), (0, 0, 0.2395)]
    return crystal(["Co", "Li", "O"], sites, spacegroup=166, cellpar=cell).repeat(repeat)


def stock() -> Calculator:
    with contextlib.redirect_stdout(io.StringIO()):
        model = CHGNet.load(model_name="r2scan", use_device="cpu", verbose=False)
        return CHGNetCalculator(model, use_device="cpu")


def seconds(calculator: Calculator, atoms: Atoms) -> float:
    start = time.perf_counter()
    calculator.calculate(atoms, ["energy", "forces", "stress", "magmoms"])
    return time.perf_counter() - start


def compare(theirs: Calculator, ours: Calculator, atoms: Atoms) -> float:
    random = np.random.default_rng(0)
    atoms.rattle(0.05, rng=random)
    times, gaps = [], []
    for call in range(CALLS + 1):
        atoms.positions += random.normal(scale=0.01, size=atoms.positions.shape)
        strain = random.normal(scale=5e-4, size=(3, 3))
        atoms.set_cell(atoms.cell.array @ (np.eye(3) + strain), scale_atoms=True)
        pair = [0.0, 0.0]
        for which in (0, 1) if call % 2 else (1, 0):
            pair[which] = seconds((theirs, ours)[which], atoms)
        times.append(pair)
        a, b = theirs.results, ours.results
        xx, yy, zz, yz, xz, xy = b["stress"]
        stress = a["stress"] - np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        gaps.append(
            [
                abs(a["energy"] - b["energy"]) / len(atoms),
                *(abs(a[key] - b[key]).max() for key in ("forces", "magmoms")),
                abs(stress).max(),
            ]
        )
    # The first call warms both up.
    before, after = np.median(times[1:], axis=0)
    energy, force, magmom, stress_gap = np.max(gaps, axis=0)
    print(
        f"{len(atoms):5d} {before * 1e3:10.1f} {after * 1e3:9.1f} {before / after:6.2f}"
        f" {energy:11.1e} {force:9.1e} {stress_gap:11.1e} {magmom:9.1e}"
    )
    return float(before / after)


def main() -> None:
    torch.set_num_threads(1)
    theirs, ours = stock(), potentials.load("chgnet-r2scan")
    print("atoms  chgnet ms   ours ms  ratio   dE eV/atom  dF eV/A  dS eV/A^3     dm μB")
    ratios = [
        compare(theirs, ours, lithium_cobalt_oxide(repeat)) for repeat in ((2, 2, 1), (4, 2, 1))
    ]
    print(f"ratio: {min(ratios):.2f}")


if __name__ == "__main__":
    main()
