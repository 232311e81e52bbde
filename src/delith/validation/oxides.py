"""Anchor of the reservoirs: how two oxides of cobalt, which set its price, stand to each other."""

from __future__ import annotations

from ase import Atoms
from ase.calculators.calculator import Calculator

from delith import crystals
from delith.relaxation import BULK, RelaxSettings
from delith.validation.anchor import Anchor, relaxed

#: eV, from −910.0 and −237.7 kJ/mol.
_MEASURED = -2.04


def anchors(calculator: Calculator, potential: str) -> list[Anchor]:
    """Compute the energy of oxidising CoO to Co3O4.

    Parameters
    ----------
    calculator : ase.calculators.calculator.Calculator
    potential : str
        Its name; every potential is held against experiment here.
    """
    lower, higher = (
        _per_cobalt(crystals.load(name).atoms, calculator) for name in ("CoO", "Co3O4")
    )
    # the box of a molecule must keep its size
    alone = RelaxSettings.model_validate(BULK | {"cell": "fixed"})
    gas = crystals.load("O2").atoms
    oxygen = relaxed(gas, calculator, alone).energy / len(gas)
    reaction = 3 * (higher - lower) - oxygen
    return [
        Anchor(
            "3 CoO + O → Co3O4, eV",
            reaction,
            _MEASURED,
            "±0.5",
            abs(reaction - _MEASURED) <= 0.5,
            "heats of formation at 298 K: Chase, NIST-JANAF tables (1998); O from O2",
        )
    ]


def _per_cobalt(oxide: Atoms, calculator: Calculator) -> float:
    return relaxed(oxide, calculator).energy / int(oxide.symbols.count("Co"))
