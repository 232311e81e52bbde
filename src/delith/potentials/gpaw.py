"""DFT by GPAW as an ASE calculator: plane waves, several spin states, resumable.

The calculation is GPAW's own; here a preset becomes its input, the lowest of several spin states
is kept, a small cell of the same lattice is taken, and one that was killed goes on from its file.

GPAW: Mortensen et al., J. Chem. Phys. 160, 092503 (2024).
"""

from __future__ import annotations

import hashlib
import json
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import typer
from ase import Atoms
from ase.calculators.calculator import CalculationFailed, Calculator, all_changes
from gpaw import GPAW, KohnShamConvergenceError
from gpaw.new.symmetry import SymmetryBrokenError

from delith.errors import DelithError
from delith.lattice import Floats
from delith.potentials import preset as presets
from delith.potentials.checks import check_atoms, check_results
from delith.potentials.preset import Preset
from delith.potentials.registry import PotentialInfo

#: Seconds between two savings of a calculation that is not yet self-consistent.
SAVED_EVERY = 120.0
#: Å. Structures whose atoms moved less have the spin state of the one before.
NEAR = 0.5
#: What a state is asked for, by GPAW's names.
_COMPUTED = ("energy", "free_energy", "forces", "stress")


def load(
    weights: tuple[Path, ...], info: PotentialInfo, device: str, precision: str
) -> GPAWCalculator:
    """Read the preset; nothing is computed yet."""
    if device != "cpu":
        raise DelithError(f"{info.name} runs on cores only, not on {device}.")
    return GPAWCalculator(info.name, presets.load(weights))


class GPAWCalculator(Calculator):
    """Energy, forces, stress and moments of a periodic crystal from the lowest spin state.

    Parameters
    ----------
    label : str
        What it is called in errors.
    preset : Preset

    Notes
    -----
    ``results`` holds ``starts`` as well: the energy (eV) that each start of the preset ended at,
    NaN where one did not become self-consistent. In a relaxation the state is chosen once; it is
    chosen again for a structure that is another one. Forces belong to the free energy, from which
    the energy, extrapolated to no smearing, differs where there is no gap.
    """

    implemented_properties = ("energy", "free_energy", "forces", "stress", "magmoms")

    def __init__(self, label: str, preset: Preset) -> None:
        super().__init__()
        self.label, self.preset = label, preset
        self._kept: _Kept | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_kept": None}

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = all_changes,
    ) -> None:
        """Compute every property at once."""
        super().calculate(atoms, properties, system_changes)
        check_atoms(self.atoms, self.label, None)
        if self._kept is None or not self._kept.near(self.atoms):
            self._kept = self._begun(self.atoms)
        found = self._kept.at(self.atoms)
        check_results(self.label, *(found[name] for name in _COMPUTED))
        self.results = found | {"starts": self._kept.ended}

    def _begun(self, atoms: Atoms) -> _Kept:
        """Try every start; keep the lowest."""
        states, ended, said = [], [], ""
        for moments in self.preset.starts(atoms):
            state = _State(self.preset, atoms, moments)
            try:
                ended.append(state.at(atoms)["free_energy"])
                states.append(state)
            except CalculationFailed as error:
                ended.append(np.nan)
                said = str(error)
        if not states:
            raise CalculationFailed(f"{self.label}: {said}")
        lowest = min(states, key=lambda state: state.at(atoms)["free_energy"])
        return _Kept(atoms.copy(), lowest, ended)


class _Kept:
    """The state that was lowest where a structure began."""

    def __init__(self, atoms: Atoms, state: _State, ended: list[float]) -> None:
        self.atoms, self.state, self.ended = atoms, state, ended

    def near(self, atoms: Atoms) -> bool:
        """Whether other atoms are the same a step further."""
        if not np.array_equal(atoms.numbers, self.atoms.numbers):
            return False
        moved = atoms.get_scaled_positions(wrap=False) - self.atoms.get_scaled_positions(wrap=False)
        moved -= np.rint(moved)
        shear = np.abs(atoms.cell[:] - self.atoms.cell[:]).max()
        return bool(max(shear, np.linalg.norm(moved @ atoms.cell[:], axis=1).max()) < NEAR)

    def at(self, atoms: Atoms) -> dict[str, Any]:
        """Results there."""
        self.atoms = atoms.copy()
        return self.state.at(atoms)


class _State:
    """One spin state, followed as atoms move."""

    def __init__(self, preset: Preset, atoms: Atoms, moments: Floats | None) -> None:
        self.preset, self.moments = preset, moments
        # another basis of the same lattice: nothing has to be turned back
        _, self.basis = atoms.cell.minkowski_reduce()
        self.kpoints = preset.kpoints(self._small(atoms))
        self.calculator: Any = None

    def at(self, atoms: Atoms) -> dict[str, Any]:
        """Results for atoms: remembered, or computed, going on with what was killed."""
        small = self._small(atoms)
        file = self._file(small)
        try:
            told = json.loads(file.read_text())
        except (FileNotFoundError, ValueError):
            told = self._computed(small, file.with_suffix(".gpw"))
            _written(file, told)
        if self.moments is not None:
            self.moments = np.array(told["magmoms"])
        return {name: np.asarray(value)[()] for name, value in told.items()}

    def _computed(self, small: Atoms, file: Path) -> dict[str, Any]:
        if self.moments is not None:
            small.set_initial_magnetic_moments(self.moments)
        if self.calculator is None and file.exists():
            self.calculator = _resumed(file)
        try:
            return self._converged(small, file)
        except SymmetryBrokenError:
            self.calculator = None
            return self._converged(small, file)
        except KohnShamConvergenceError as error:
            self.calculator = None
            raise CalculationFailed(
                f"not self-consistent after {self.preset.iterations} steps, begun "
                f"{'without' if self.moments is None else 'with'} moments"
            ) from error

    def _converged(self, small: Atoms, file: Path) -> dict[str, Any]:
        if self.calculator is None:
            self.calculator = GPAW(**self._input(), txt=None)
        calculator, saved = self.calculator, time.monotonic()

        def save(_: object) -> None:
            nonlocal saved
            if time.monotonic() - saved > SAVED_EVERY:
                file.parent.mkdir(parents=True, exist_ok=True)
                fresh = file.with_suffix(".new.gpw")
                calculator.write(fresh, mode="all")
                fresh.replace(file)
                saved = time.monotonic()

        calculator.hooks["scf_step"] = save
        told: dict[str, Any] = {
            name: np.asarray(calculator.calculate_property(small, name)).tolist()
            for name in _COMPUTED
        }
        spins = calculator.results.get("magmoms", np.zeros(len(small)))
        file.unlink(missing_ok=True)
        return told | {"magmoms": np.asarray(spins).tolist()}

    def _input(self) -> dict[str, Any]:
        return {
            "mode": {"name": "pw", "ecut": self.preset.cutoff},
            "xc": self.preset.xc,
            "setups": {element: f":d,{u}" for element, u in self.preset.hubbard.items()},
            "kpts": {"size": self.kpoints, "gamma": True},
            "occupations": {"name": "fermi-dirac", "width": self.preset.smearing},
            "spinpol": self.moments is not None,
            "convergence": {"energy": self.preset.energy},
            "maxiter": self.preset.iterations,
        }

    def _small(self, atoms: Atoms) -> Atoms:
        small = Atoms(atoms.symbols, atoms.positions, cell=self.basis @ atoms.cell[:], pbc=True)
        small.wrap()
        return small

    def _file(self, small: Atoms) -> Path:
        """Where results for these atoms are remembered: named by what is computed."""
        told = [
            version("gpaw"),
            self._input(),
            small.numbers.tolist(),
            np.round(small.positions, 6).tolist(),
            np.round(small.cell[:], 6).tolist(),
        ]
        name = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]
        return Path(typer.get_app_dir("delith")) / "gpaw" / f"{name}.json"


def _written(file: Path, told: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(told))
    fresh.replace(file)


def _resumed(file: Path) -> Any:
    """Go on with a calculation that was killed; from the beginning if its file is broken."""
    try:
        calculator = GPAW(str(file), txt=None)
        calculator.dft.results.clear()
    except Exception:
        return None
    return calculator
