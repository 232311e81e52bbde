"""How a potential compares with what is measured of bulk LiCoO2.

A boundary energy is worth no more than the bulk under it: these anchors say what a potential gets
right before any boundary is built. Deviations are shown, never tuned away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.neighborlist import neighbor_list

from delith import bicrystal, crystals, decorations, potentials, relaxation
from delith.crystals import Crystal
from delith.relaxation import Relaxation, RelaxSettings

#: Delithiated layers are soft: these are tighter than a boundary needs.
_SETTINGS = RelaxSettings(fmax=0.01, smax=0.02, cell="full")

COLUMNS = (
    "potential",
    "quantity",
    "computed",
    "reference",
    "deviation",
    "demand",
    "met",
    "source",
)

#: In-plane repeats of the layer in which half the lithium is ordered: rows and zigzags fit.
_LAYER = (4, 2)


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


def anchors(names: Sequence[str] | None = None) -> pd.DataFrame:
    """Compute the bulk anchors of LiCoO2 for potentials.

    Parameters
    ----------
    names : sequence of str, optional
        Potentials; by default every one that is installed.

    Returns
    -------
    pandas.DataFrame
        potential, quantity, computed, reference, deviation, demand, met, source.
    """
    names = names or [entry.name for entry in potentials.available() if entry.installed]
    rows = []
    for name in names:
        calculator = potentials.load(name)
        for anchor in _licoo2(calculator, name):
            deviation = anchor.computed - anchor.reference
            rows.append({"potential": name, **vars(anchor), "deviation": deviation})
    return pd.DataFrame(rows, columns=list(COLUMNS))


#: Average voltages (V) of LiCoO2 between x = 1 and 0 that each functional gives in DFT.
_VOLTAGES = {"PBE+U": (3.3, 3.9), "r2SCAN": (4.0, 4.3)}


def _licoo2(calculator: Calculator, name: str) -> list[Anchor]:
    crystal = crystals.load("LiCoO2")
    full = _relaxed(crystal.atoms, calculator)
    a, _, c = full.atoms.cell.lengths()
    half = [(_relaxed(atoms, calculator), weight) for atoms, weight in _half_filled(crystal)]
    energies = np.array([r.energy for r, _ in half])
    weights = np.array([w for _, w in half], dtype=float)
    lowest = half[int(energies.argmin())][0].atoms
    mean = float(energies @ weights / weights.sum())
    ordered = [r.energy for r, _ in half if _in_lines(r.atoms)]
    per_unit = 1000 / (_LAYER[0] * _LAYER[1])
    below = (min(ordered) - mean) * per_unit
    voltage = _average_voltage(crystal, full, calculator)
    low, high = _VOLTAGES[potentials.info(name).functional]
    spacing = _layer_repeat(lowest)
    return [
        Anchor("LiCoO2 a, Å", a, 2.816, "±1 %", abs(a / 2.816 - 1) <= 0.01, "experiment"),
        Anchor("LiCoO2 c, Å", c, 14.05, "±2 %", abs(c / 14.05 - 1) <= 0.02, "experiment"),
        Anchor(
            "c(1/2) − c(1), Å",
            spacing - c,
            14.39 - 14.05,
            "> 0",
            spacing > c,
            "Ben Yahia et al., Chem. Mater. (2013)",
        ),
        Anchor(
            "mean voltage, V",
            voltage,
            4.2,
            f"{low - 0.15:.2f}–{high + 0.15:.2f}",
            low - 0.15 <= voltage <= high + 0.15,
            "experiment; the demand is DFT with the same functional, ±0.15 V",
        ),
        Anchor(
            "line − random order, meV",
            below,
            float("nan"),
            "< 0",
            below < 0,
            "Reimers and Dahn (1992); Van der Ven et al. (1998)",
        ),
    ]


def _relaxed(atoms: Atoms, calculator: Calculator) -> Relaxation:
    return relaxation.run(atoms, calculator, _SETTINGS)


def _half_filled(crystal: Crystal) -> list[tuple[Atoms, int]]:
    """Every distinct half filling of the layer, with its number of equivalent copies."""
    oriented = bicrystal.orient(crystal, (0, 0, 3))
    atoms = oriented.atoms(
        oriented.fractions @ oriented.cell.vectors,
        np.arange(len(oriented.fractions)),
        oriented.cell.vectors[2],
    ).repeat((*_LAYER, 1))
    units = _LAYER[0] * _LAYER[1]
    sites = np.flatnonzero(atoms.symbols == crystal.mobile)
    permutations = decorations.site_permutations(atoms, sites)
    found = decorations.unique_colorings(permutations, (units // 2, units // 2))
    vacancies = [sites[labels == 0] for labels in found.labels]
    return [
        (atoms[np.setdiff1d(np.arange(len(atoms)), empty)], int(count))
        for empty, count in zip(vacancies, found.degeneracies, strict=True)
    ]


def _in_lines(atoms: Atoms) -> bool:
    """Whether the lithium forms rows or zigzags: two lithium neighbours for each."""
    lithium = atoms[atoms.symbols == "Li"]
    neighbours = np.bincount(neighbor_list("i", lithium, 3.5), minlength=len(lithium))
    return bool((neighbours == 2).all())


def _layer_repeat(atoms: Atoms) -> float:
    """Three times the layer spacing of a single-layer cell: its c in the O3 setting, Å."""
    area = np.linalg.norm(np.cross(atoms.cell[0], atoms.cell[1]))
    return float(3 * atoms.cell.volume / area)


def _average_voltage(crystal: Crystal, full: Relaxation, calculator: Calculator) -> float:
    """−[E(LiCoO2) − E(CoO2) − E(Li)] per Li and electron, V."""
    mobile = full.atoms.symbols == crystal.mobile
    empty = _relaxed(full.atoms[~mobile], calculator)
    metal = crystals.load("Li").atoms
    lithium = _relaxed(metal, calculator).energy / len(metal)
    return float(lithium - (full.energy - empty.energy) / mobile.sum())
