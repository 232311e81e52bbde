"""DFT as an ASE calculator, whichever code does it: several spin states, nothing computed twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from ase import Atoms
from ase.calculators.calculator import CalculationFailed, Calculator, all_changes
from filelock import FileLock

from delith.crystals.lattice import Floats
from delith.errors import DelithError
from delith.potentials import preset as presets
from delith.potentials.checks import check_atoms, check_results
from delith.potentials.entry import PotentialInfo
from delith.potentials.preset import Preset
from delith.potentials.weights import cache

#: Å. Structures whose atoms moved less have the spin state of the one before.
NEAR = 0.5
#: μB. What is left of moments that have died.
DEAD = 0.05
#: Where what was computed is remembered; None for the user's cache.
MEMORY: ContextVar[Path | None] = ContextVar("MEMORY", default=None)
#: Of the stress in Voigt order.
_NORMAL = np.array([1, 1, 1, 0, 0, 0])
#: What every code is asked for; beside them ``magmoms`` (μB).
COMPUTED = ("energy", "free_energy", "forces", "stress")


def load(
    weights: tuple[Path, ...], info: PotentialInfo, device: str, precision: str
) -> DFTCalculator:
    """Read a preset; nothing is computed yet.

    Raises
    ------
    DelithError
        If it is none, its code is not installed, or a device is asked for.
    """
    if device != "cpu":
        raise DelithError(f"{info.name} runs on cores only: leave --device out.")
    preset = presets.load(weights)
    begin: Callable[[Preset, Atoms], Code]
    if preset.code == "gpaw":
        try:
            from delith.potentials.gpaw import GPAWCode
        except ModuleNotFoundError as error:
            raise DelithError(f"{info.name} needs GPAW: make dft (see the README)") from error
        begin = GPAWCode
    else:
        from delith.potentials.ase_code import ASECode
        from delith.potentials.codes import CODES

        begin = partial(ASECode, CODES[preset.code])
    return DFTCalculator(info.name, preset, begin)


class Code(Protocol):
    """A DFT code on its way from structure to structure in one spin state."""

    def told(self, atoms: Atoms) -> Any:
        """What is computed, in words and numbers: the same for the same results."""

    def compute(self, atoms: Atoms, moments: Floats | None, scratch: Path) -> dict[str, Any]:
        """Results of `COMPUTED` and moments, begun with moments, or without spin.

        Moments that a code does not tell are NaN. ``scratch`` is where it may keep what a
        calculation that is killed can go on from; nobody else works there.

        Raises
        ------
        NotSelfConsistent
            If it is not, after as many steps as the preset allows.
        CalculationFailed
            If the code fails otherwise.
        """


class NotSelfConsistent(CalculationFailed):
    """A calculation that would end like this again."""


class DFTCalculator(Calculator):
    """Energy, forces, stress and moments of a periodic crystal from the lowest spin state.

    Parameters
    ----------
    label : str
        What it is called in errors.
    preset : Preset
        Which spin states to begin with.
    begin : callable
        Makes a `Code` for atoms.

    Notes
    -----
    ``results`` holds ``starts`` as well: the free energy (eV) that each start of the preset ended
    at, NaN where one failed; where moments die, no other is made. In a relaxation the state is
    chosen once; it is chosen again for a structure that is another one, and after `forget`. Forces
    belong to the free energy, from which the energy, extrapolated to no smearing, differs where
    there is no gap.

    What was computed is remembered in the user's cache, so that a relaxation which was killed is
    replayed up to its last step.
    """

    implemented_properties = ("energy", "free_energy", "forces", "stress", "magmoms")

    def __init__(self, label: str, preset: Preset, begin: Callable[[Preset, Atoms], Code]) -> None:
        super().__init__()
        self.label, self.preset, self.begin = label, preset, begin
        self._kept: _State | None = None
        self._last = Atoms()
        self._ended: list[float] = []

    def forget(self) -> None:
        """Begin the next structure in every spin state, however near the last one is."""
        self._kept = None

    def __getstate__(self) -> dict[str, Any]:
        # what a code holds stays in its process
        return self.__dict__ | {"_kept": None}

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = all_changes,
    ) -> None:
        """Compute every property at once."""
        super().calculate(atoms, properties, system_changes)
        here = self.atoms
        check_atoms(here, self.label, None)
        if self._kept is None or not near(self._last, here):
            self._kept = self._lowest(here)
        found = self._kept.at(here)
        found["stress"] = found["stress"] + self.preset.pulay(here) * _NORMAL
        check_results(self.label, *(found[name] for name in COMPUTED))
        self._last = here.copy()
        self.results = found | {"starts": list(self._ended)}

    def _lowest(self, atoms: Atoms) -> _State:
        """Try every start."""
        ended: dict[float, _State] = {}
        self._ended, said = [], ""
        for moments in self.preset.starts(atoms):
            if moments is None and not all(state.spins for state in ended.values()):
                continue  # it would end where the one whose moments died has ended
            state = _State(self.begin(self.preset, atoms), moments)
            try:
                energy = float(state.at(atoms)["free_energy"])
            except CalculationFailed as error:
                energy, said = float("nan"), str(error)
            else:
                ended[energy] = state
            self._ended.append(energy)
        if not ended:
            raise CalculationFailed(f"{self.label}: {said}")
        return ended[min(ended)]


def near(one: Atoms, other: Atoms) -> bool:
    """Tell whether two structures are steps of one relaxation."""
    if not np.array_equal(one.numbers, other.numbers):
        return False
    moved = other.get_scaled_positions(wrap=False) - one.get_scaled_positions(wrap=False)
    moved -= np.rint(moved)
    strained = np.abs(other.cell[:] - one.cell[:]).max()
    farthest = np.linalg.norm(moved @ other.cell[:], axis=1).max(initial=0)
    return bool(max(strained, farthest) < NEAR)


class _State:
    """One spin state, followed as atoms move, and what is remembered of it."""

    def __init__(self, code: Code, moments: Floats | None) -> None:
        self.code, self.moments = code, moments
        self.began = False if moments is None else np.round(moments, 6).tolist()

    @property
    def spins(self) -> bool:
        """Whether moments were given and are left, or not known to have died."""
        return self.moments is not None and not np.abs(self.moments).max() <= DEAD

    def at(self, atoms: Atoms) -> dict[str, Any]:
        """Results, remembered or computed, by one process at a time."""
        told = [self.code.told(atoms), atoms.numbers.tolist(), self.began]
        told += [np.round(values, 6).tolist() for values in (atoms.positions, atoms.cell[:])]
        name = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]
        file = (MEMORY.get() or cache() / "delith" / "dft") / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = file.with_suffix(".lock")
        with FileLock(lock):
            known = _remembered(file)
            if known is None:
                known = self._computed(atoms, file.with_suffix(""))
                fresh = file.with_suffix(".new")
                fresh.write_text(json.dumps(known))
                fresh.replace(file)
            # whoever waits for it, or makes another, finds the file that is there by now
            lock.unlink(missing_ok=True)
        if "failed" in known:
            raise NotSelfConsistent(known["failed"])
        if self.moments is not None:
            self.moments = np.array(known["magmoms"])
        return {key: np.asarray(value)[()] for key, value in known.items()}

    def _computed(self, atoms: Atoms, scratch: Path) -> dict[str, Any]:
        # not the moments of a step before that are unknown
        moments = self.moments
        if moments is not None and not np.isfinite(moments).all():
            moments = np.array(self.began)
        try:
            found = self.code.compute(atoms, moments, scratch)
        except NotSelfConsistent as error:
            return {"failed": str(error)}
        return {key: np.asarray(value).tolist() for key, value in found.items()}


def _remembered(file: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(file.read_text()))
    except (FileNotFoundError, ValueError):
        return None
