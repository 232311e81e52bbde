"""Potentials in another environment as ASE calculators: a process there, asked through pipes."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import CalculationFailed, Calculator, all_changes

from delith.errors import DelithError, MachineError
from delith.potentials import environments
from delith.potentials.checks import check_atoms, check_results
from delith.potentials.entry import PotentialInfo

#: What runs there; it knows nothing of Delith.
_WORKER = Path(__file__).with_name("foreign_worker.py")


def load(
    weights: tuple[Path, ...], info: PotentialInfo, device: str, precision: str
) -> ForeignCalculator:
    """Say which process to start; it starts with the first calculation."""
    if precision == "double":
        raise DelithError(f"{info.name} computes in single precision only.")
    (file,) = weights
    given = {"package": info.package, "weights": str(file), "device": device}
    return ForeignCalculator(info.environment, given | {"modal": info.modal}, info.elements)


class ForeignCalculator(Calculator):
    """Energy, forces and stress of a periodic crystal from a process in another environment.

    Parameters
    ----------
    environment : str
        See `delith.potentials.environments`.
    given : dict
        What the process is told to load.
    elements : tuple of str or None
        Chemical symbols it was trained on.

    Notes
    -----
    A pickled calculator starts a process of its own.
    """

    implemented_properties = ("energy", "free_energy", "forces", "stress")

    def __init__(
        self, environment: str, given: dict[str, Any], elements: tuple[str, ...] | None
    ) -> None:
        super().__init__()
        self.environment, self.given, self.elements = environment, given, elements
        self._process: subprocess.Popen[str] | None = None
        self._errors: IO[str] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_process": None, "_errors": None}

    def __del__(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            # at the end of its input it ends
            self._process.stdin.close()

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = all_changes,
    ) -> None:
        """Compute every property at once."""
        super().calculate(atoms, properties, system_changes)
        here = self.atoms
        check_atoms(here, self.given["package"], self.elements)
        told = self._ask(
            {
                "numbers": here.numbers.tolist(),
                "positions": here.positions.tolist(),
                "cell": here.cell.tolist(),
            }
        )
        if "error" in told:
            raise CalculationFailed(f"{self.given['package']}: {told['error']}")
        found = {name: np.asarray(told[name]) for name in ("forces", "stress")}
        check_results(self.given["package"], told["energy"], *found.values())
        self.results = {"energy": told["energy"], "free_energy": told["energy"], **found}

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        if self._process is None:
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        except BaseException:
            # what it still answers would be taken for the next
            self._process.kill()
            self._process = None
            raise
        if not answer:
            self._process = None
            raise MachineError(
                f"the process of {self.given['package']} ended: {self._last_words()}"
            )
        return dict(json.loads(answer))

    def _start(self) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  it lives as long as the process
        command = [str(environments.python(self.environment)), str(_WORKER), json.dumps(self.given)]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
            )
        except OSError as error:
            raise MachineError(
                f"cannot start {command[0]} ({error.strerror}): "
                f"delith potentials install {self.environment}"
            ) from error

    def _last_words(self) -> str:
        assert self._errors is not None
        self._errors.seek(0)
        lines = self._errors.read().strip().splitlines()
        return lines[-1] if lines else "it said nothing"
