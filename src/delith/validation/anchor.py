"""One quantity beside its reference, and how the bulk crystals behind it are relaxed."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator

from delith import crystals, relaxation
from delith.errors import DelithWarning
from delith.relaxation import BULK, Relaxation, RelaxSettings


@dataclass(frozen=True)
class Anchor:
    """One quantity beside its reference.

    Attributes
    ----------
    quantity : str
        With its unit.
    computed, reference : float
        The reference is NaN where only a sign is demanded.
    demand : str
        What the literature asks of a model.
    met : bool
    source : str
    """

    quantity: str
    computed: float
    reference: float
    demand: str
    met: bool
    source: str


#: Of bulk crystals: positions and cell.
_BULK = RelaxSettings.model_validate(BULK)


def relaxed(atoms: Atoms, calculator: Calculator, how: RelaxSettings = _BULK) -> Relaxation:
    """Relax a crystal; warn where what comes out is another structure.

    It enters its anchor all the same: that a crystal falls apart is the potential's answer.
    """
    result = relaxation.run(atoms, calculator, how)
    if result.problem:
        formula = atoms.get_chemical_formula(empirical=True)
        warnings.warn(f"anchor of {formula}: {result.problem}", DelithWarning, stacklevel=2)
    return result


def average_voltage(full: Relaxation, empty: Relaxation, calculator: Calculator) -> float:
    """−[E(full) − E(empty) − E(Li)] per Li and electron, V; one framework in both."""
    metal = crystals.load("Li").atoms
    lithium = relaxed(metal, calculator).energy / len(metal)
    return float(lithium - (full.energy - empty.energy) / full.atoms.symbols.count("Li"))


def without_lithium(atoms: Atoms) -> Atoms:
    """Return the framework alone."""
    return atoms[~(atoms.symbols == "Li")]


def moment(relaxation: Relaxation, element: str, valence: int, reference: float) -> list[Anchor]:
    """Compare the mean magnetic moment of an element, μB; nothing where there are no moments.

    Parameters
    ----------
    relaxation : Relaxation
    element : str
    valence : int
        That the reference belongs to, for the name of the quantity.
    reference : float
        μB.
    """
    if relaxation.magmoms is None:
        return []
    moments = np.abs(relaxation.magmoms[relaxation.atoms.symbols == element])
    computed = float(moments.mean())
    return [
        Anchor(
            f"moment of {element}{valence}+, μB",
            computed,
            reference,
            "±0.3",
            abs(computed - reference) <= 0.3,
            "spin-only moment, less covalency as in DFT+U",
        )
    ]
