"""DFT by GPAW: plane waves, in a small cell of the same lattice, resumable.

GPAW: Mortensen et al., J. Chem. Phys. 160, 092503 (2024).
"""

from __future__ import annotations

import gc
import time
import warnings
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import spglib
from ase import Atoms
from ase.calculators.calculator import CalculationFailed
from ase.units import Hartree
from gpaw import GPAW, KohnShamConvergenceError
from gpaw.new.symmetry import SymmetryBrokenError

from delith.crystals.lattice import Floats
from delith.potentials import spheres
from delith.potentials.dft import COMPUTED, NotSelfConsistent
from delith.potentials.preset import Preset

# of grids and cells, which it then mends itself
warnings.filterwarnings("ignore", module=r"gpaw\.")

#: Seconds between two savings of a calculation that is not yet self-consistent.
SAVED_EVERY = 120.0
#: Å. Atoms that a symmetry brings so near to others are on them, for GPAW too.
SAME = 1e-5
#: Half as many products with the Hamiltonian as by GPAW's own choice, to which it turns where
#: states stray.
EIGENSOLVER, SURE = "rmm-diis", "davidson"
#: eV² an electron by which states may miss being eigenstates in this step. Of 262 calculations of
#: boundaries those that missed more never came back; the others had 5 eV² at most.
STRAYED, STEP = 10.0, 8
#: How densities are mixed: with meta-GGAs of empty layers GPAW's own choice jumps about.
MIXER = {"backend": "pulay", "method": "fullspin", "beta": 0.1, "nmaxold": 8, "weight": 50}


class _StatesAstrayError(KohnShamConvergenceError):
    """States have left the occupied ones."""


class GPAWCode:
    """GPAW, which begins each structure with the wave functions of the one before."""

    def __init__(self, preset: Preset, atoms: Atoms) -> None:
        # GPAW's objects hold each other: a worker would keep 400 MB of each structure that it did
        gc.collect()
        self.preset = preset
        # another basis of the same lattice: nothing has to be turned back
        _, self.basis = atoms.cell.minkowski_reduce()
        # found once: wave functions of one step are the beginning of the next
        self.origin = np.zeros(3)
        small = self._small(atoms)
        self.origin, self.kpoints = _origin(small), preset.kpoints(small)
        self.eigensolver = EIGENSOLVER
        self._calculator: Any = None

    def told(self, atoms: Atoms) -> Any:
        """GPAW's version and input."""
        return [version("gpaw"), spheres.POINTS, self._input(atoms)]

    @spheres.fine()
    def compute(self, atoms: Atoms, moments: Floats | None, scratch: Path) -> dict[str, Any]:
        """Go on from the structure before, or from where a killed calculation of these was."""
        file = scratch.with_suffix(".gpw")
        small = self._small(atoms)
        if moments is not None:
            small.set_initial_magnetic_moments(moments)
        if self._calculator is None and file.exists():
            self._calculator = _resumed(file)
        try:
            for _ in range(2):  # each of the two can happen, and once
                with suppress(SymmetryBrokenError, _StatesAstrayError):
                    return self._converged(small, moments is not None, file)
                self._calculator = None
            return self._converged(small, moments is not None, file)
        except KohnShamConvergenceError as error:
            self._calculator = None
            file.unlink(missing_ok=True)
            raise NotSelfConsistent(
                f"not self-consistent after {self.preset.iterations} steps, begun "
                f"{'without' if moments is None else 'with'} moments"
            ) from error
        except (LookupError, NameError, TypeError, ValueError) as error:
            raise CalculationFailed(f"GPAW makes nothing of the preset: {error}") from error

    def _converged(self, small: Atoms, spins: bool, file: Path) -> dict[str, Any]:
        if self._calculator is None:
            how = self._input(small) | {"eigensolver": self.eigensolver}
            self._calculator = GPAW(**how, spinpol=spins, txt=_log(file))
        calculator, saved = self._calculator, time.monotonic()

        def watch(step: Any) -> None:
            nonlocal saved
            missed = step.wfs.eigensolver.error * Hartree**2 / step.wfs.nvalence
            if self.eigensolver != SURE and step.niter == STEP and missed > STRAYED:
                self.eigensolver = SURE
                raise _StatesAstrayError
            if time.monotonic() - saved > SAVED_EVERY:
                fresh = file.with_suffix(".new.gpw")
                with suppress(OSError):  # a full disk: go on without
                    calculator.write(fresh, mode="all")
                    fresh.replace(file)
                saved = time.monotonic()

        calculator.hooks["scf_step"] = watch
        found = {name: calculator.calculate_property(small, name) for name in COMPUTED}
        file.unlink(missing_ok=True)
        return found | {"magmoms": calculator.results.get("magmoms", np.zeros(len(small)))}

    def _input(self, atoms: Atoms) -> dict[str, Any]:
        hubbard = {e: f":d,{u}" for e, u in self.preset.hubbard.items() if e in atoms.symbols}
        return {
            "mode": {"name": "pw", "ecut": self.preset.cutoff},
            "xc": self.preset.xc,
            "setups": hubbard,
            "kpts": {"size": list(self.kpoints), "gamma": self.preset.gamma},
            "occupations": {"name": "fermi-dirac", "width": self.preset.smearing},
            "eigensolver": EIGENSOLVER,
            "mixer": MIXER,
            "convergence": {
                "energy": self.preset.energy,
                "density": 100 * self.preset.energy,
                "eigenstates": self.preset.energy,
            },
            "maxiter": self.preset.iterations,
        }

    def _small(self, atoms: Atoms) -> Atoms:
        small = Atoms(atoms.symbols, atoms.positions, cell=self.basis @ atoms.cell[:], pbc=True)
        small.set_scaled_positions(small.get_scaled_positions() - self.origin)
        small.wrap()
        return small


def _origin(atoms: Atoms) -> Floats:
    """Return the point (fractions) that most symmetries leave: GPAW uses no others."""
    fractions = atoms.get_scaled_positions()
    found = spglib.get_symmetry((atoms.cell[:], fractions, atoms.numbers), SAME)
    points = np.concatenate([np.zeros((1, 3)), fractions, found["translations"] / 2])
    turned = np.einsum("rij,pj->pri", found["rotations"], points)
    moved = turned + found["translations"] - points[:, None]
    moved -= np.rint(moved)
    left = np.abs(moved @ atoms.cell[:]).max(axis=2) < SAME
    return np.asarray(points[left.sum(axis=1).argmax()])


def _log(file: Path) -> Any:
    """Where GPAW tells what it does, of a structure and those that follow it."""
    return file.with_suffix(".txt").open("a", buffering=1)


def _resumed(file: Path) -> Any:
    """Go on with a calculation that was killed; from the beginning if its file is broken."""
    try:
        calculator = GPAW(str(file), txt=_log(file))
        calculator.dft.results.clear()
    except Exception:
        return None
    return calculator
