"""Runs in another environment: reads structures, a line of JSON each, and answers alike."""

import json
import os
import sys
from typing import Any


def calculator(given: dict[str, Any]) -> Any:
    """Load what was asked for."""
    import torch

    torch.set_num_threads(1)
    if given["package"] == "sevenn":
        from sevenn.calculator import SevenNetCalculator

        return SevenNetCalculator(
            given["weights"], modal=given["modal"] or None, device=given["device"]
        )
    raise ValueError(f"no door to {given['package']}")


def answered(question: dict[str, Any], potential: Any) -> dict[str, Any]:
    """Energy (eV), forces (eV/Å) and stress (Voigt, eV/Å³) of a structure."""
    from ase import Atoms

    atoms = Atoms(question["numbers"], question["positions"], cell=question["cell"], pbc=True)
    atoms.calc = potential
    try:
        return {
            "energy": float(atoms.get_potential_energy()),
            "forces": atoms.get_forces().tolist(),
            "stress": atoms.get_stress().tolist(),
        }
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Answer until there is nothing more to read."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever packages print is no answer
    potential = calculator(json.loads(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(answered(json.loads(line), potential)), file=answers, flush=True)


if __name__ == "__main__":
    main()
