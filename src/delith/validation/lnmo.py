"""Anchors of the high-voltage spinel LiNi0.5Mn1.5O4: lattice, voltage, Ni/Mn order, moments."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator

from delith import crystals
from delith.relaxation import Relaxation
from delith.validation.anchor import Anchor, average_voltage, moment, relaxed, without_lithium


def anchors(calculator: Calculator, potential: str) -> list[Anchor]:
    """Compute the anchors of LiNi0.5Mn1.5O4.

    Parameters
    ----------
    calculator : ase.calculators.calculator.Calculator
    potential : str
        Its name; every potential is held against experiment here.
    """
    ordered = crystals.load("LiNi0.5Mn1.5O4").atoms
    full = relaxed(ordered, calculator)
    empty = relaxed(without_lithium(full.atoms), calculator)
    disordered = relaxed(crystals.load("LiNi0.5Mn1.5O4_disordered").atoms, calculator)
    antisite = relaxed(_exchanged(full.atoms, "Ni", "Mn"), calculator)
    a = _edge(full)
    shrinkage = 100 * (_edge(empty) / a - 1)
    voltage = average_voltage(full, empty, calculator)
    below = 1000 * (_energy_per_o4(full) - _energy_per_o4(disordered))
    pair = 1000 * (antisite.energy - full.energy)
    return [
        Anchor(
            "LNMO a, Å",
            a,
            8.17,
            "±1 %",
            abs(a / 8.17 - 1) <= 0.01,
            "Kim et al., Chem. Mater. (2004)",
        ),
        Anchor(
            "LNMO a(0)/a(1) − 1, %",
            shrinkage,
            -2.1,
            "−3 to −1.2",
            -3 <= shrinkage <= -1.2,
            "Ariyoshi et al., J. Electrochem. Soc. (2004)",
        ),
        Anchor(
            "LNMO mean voltage, V",
            voltage,
            4.7,
            "±0.4",
            abs(voltage - 4.7) <= 0.4,
            "Ariyoshi et al., J. Electrochem. Soc. (2004)",
        ),
        Anchor(
            "LNMO order − SQS, meV",
            below,
            float("nan"),
            "< 0",
            below < 0,
            "Kim et al., Chem. Mater. (2004): annealing at 700 °C orders; per LiNi0.5Mn1.5O4",
        ),
        Anchor(
            "LNMO antisite pair, meV",
            pair,
            float("nan"),
            "0–1000",
            0 < pair < 1000,
            "order that heat undoes: small and positive",
        ),
        *moment(full, "Mn", 4, 3.0),
        *moment(full, "Ni", 2, 1.7),
        *moment(empty, "Ni", 4, 0.0),
    ]


def _edge(crystal: Relaxation) -> float:
    """Edge of the cube of the same volume, Å: eight LiNi0.5Mn1.5O4, lithium or not."""
    return float((8 * crystal.atoms.cell.volume / _o4(crystal)) ** (1 / 3))


def _energy_per_o4(crystal: Relaxation) -> float:
    return crystal.energy / _o4(crystal)


def _o4(crystal: Relaxation) -> float:
    """How many LiNi0.5Mn1.5O4 the oxygen makes."""
    return crystal.atoms.symbols.count("O") / 4


def _exchanged(atoms: Atoms, one: str, other: str) -> Atoms:
    """Exchange the two nearest atoms of two elements."""
    ones, others = (np.flatnonzero(atoms.symbols == element) for element in (one, other))
    distances = atoms.get_all_distances(mic=True)[np.ix_(ones, others)]
    row, column = np.unravel_index(distances.argmin(), distances.shape)
    pair = [ones[row], others[column]]
    exchanged = atoms.copy()
    exchanged.numbers[pair] = atoms.numbers[pair[::-1]]
    return exchanged
