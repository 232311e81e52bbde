"""A DFT code that ASE runs, started anew for each structure.

How it is started, and where its pseudopotentials lie, is ASE's configuration: the user's.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import (
    BadConfiguration,
    CalculationFailed,
    Calculator,
    CalculatorSetupError,
)
from ase.config import cfg

from delith.crystals.lattice import Floats
from delith.errors import MachineError
from delith.potentials.dft import NotSelfConsistent
from delith.potentials.preset import Preset

#: From preset, atoms with their moments and k-points to a calculator that works in a folder.
Made = Callable[[Preset, Atoms, tuple[int, int, int], Path], Calculator]
#: Counts changes of how `codes` write input: what was computed before one is no longer taken.
WRITTEN = 1
#: What codes that go on, or end, without being self-consistent say of it.
UNSETTLED = ("ScfConvergenceWarning", "SCF run NOT converged", "convergence NOT achieved")
#: How the files end in which they say it.
OUTPUTS = (".log", ".out", ".abo", ".pwo")


class ASECode:
    """A code that is started anew for each structure, in a folder of its own."""

    def __init__(self, make: Made, preset: Preset, atoms: Atoms) -> None:
        self.make, self.preset = make, preset
        self.kpoints = preset.kpoints(atoms)

    def told(self, atoms: Atoms) -> Any:
        """The preset, its k-points, and how ASE is told to start the code."""
        # what truncation costs changes no calculation
        preset = self.preset.model_dump(mode="json", exclude={"truncation"})
        here = dict(cfg.parser[preset["code"]]) if preset["code"] in cfg.parser else {}
        return [WRITTEN, preset, list(self.kpoints), here]

    def compute(self, atoms: Atoms, moments: Floats | None, scratch: Path) -> dict[str, Any]:
        """Run it; the folder of one that fails is left to be looked at."""
        work = atoms.copy()
        work.set_initial_magnetic_moments(moments)
        # what a run that was killed or failed said there is not what this one says
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        unsettled = NotSelfConsistent(f"not self-consistent after {self.preset.iterations} steps")
        try:
            calculator = self.make(self.preset, work, self.kpoints, scratch)
            work.calc = calculator
            found = {
                "energy": work.get_potential_energy(),
                "free_energy": work.get_potential_energy(force_consistent=True),
                "forces": work.get_forces(),
                "stress": work.get_stress(),
            }
        except MachineError:
            raise
        except Exception as error:  # whatever a code or the reader of its output makes of it
            if _absent(error, scratch):
                raise MachineError(
                    f"{self.preset.code} cannot be started: {error}. Tell ASE how, in its "
                    "configuration (https://ase-lib.org/ase/calculators/calculators.html)."
                ) from error
            if _unsettled(scratch):
                raise unsettled from error
            raise CalculationFailed(f"{self.preset.code} failed in {scratch}: {error}") from error
        if getattr(calculator, "converged", None) is False or _unsettled(scratch):
            raise unsettled
        unknown = np.full(len(work), 0.0 if moments is None else np.nan)
        found["magmoms"] = calculator.results.get("magmoms", unknown)
        shutil.rmtree(scratch)
        return found


def _absent(error: Exception, scratch: Path) -> bool:
    """Whether a code is not there, or not configured; not its output."""
    if isinstance(error, OSError):
        return not str(error.filename).startswith(str(scratch))
    # how a shell says that there is no such program, or that it cannot be run
    shell = str(error).endswith(("error: 127", "error: 126"))
    return shell or isinstance(error, (BadConfiguration, CalculatorSetupError))


def _unsettled(scratch: Path) -> bool:
    """Whether a code said in any of its files that it is not self-consistent."""
    told = (path.read_bytes() for path in scratch.iterdir() if path.suffix in OUTPUTS)
    return any(words.encode() in output for output in told for words in UNSETTLED)
