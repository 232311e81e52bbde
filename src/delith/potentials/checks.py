"""What no potential can describe, and what none may say."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from ase import Atoms
from ase.calculators.calculator import CalculationFailed
from numpy.typing import ArrayLike

from delith.errors import DelithError

#: Elements that an error still lists.
FEW = 10


def check_atoms(atoms: Atoms, name: str, elements: Collection[str] | None) -> None:
    """See that a potential can describe atoms.

    Parameters
    ----------
    atoms : ase.Atoms
    name : str
        What the potential is called in an error.
    elements : collection of str, optional
        Those that it knows; None where that is not told.

    Raises
    ------
    CalculationFailed
        If positions or cell are not finite.
    DelithError
        If there are no atoms, a direction is not periodic, or an element is unknown.
    """
    if not (np.isfinite(atoms.positions).all() and np.isfinite(atoms.cell.array).all()):
        raise CalculationFailed("Positions or cell are not finite.")
    if not (len(atoms) and atoms.pbc.all() and atoms.cell.rank == 3):
        raise DelithError(f"{name} needs atoms in a cell that is periodic in all directions.")
    if elements is not None and (unknown := sorted(set(atoms.symbols) - set(elements))):
        few = f", only on {', '.join(sorted(elements))}" if len(elements) <= FEW else ""
        raise DelithError(f"{name} was not trained on {', '.join(unknown)}{few}.")


def check_results(name: str, *values: ArrayLike) -> None:
    """See that what a potential says is finite.

    Raises
    ------
    CalculationFailed
        If it is not.
    """
    if not all(np.isfinite(value).all() for value in values):
        raise CalculationFailed(
            f"{name} gave an energy, forces or a stress that are not finite: do atoms coincide?"
        )
