"""Anchors of LiCoO2: lattice, opening on delithiation, voltage, lithium order, O1, moment."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.neighborlist import neighbor_list

from delith import bicrystal, crystals, decorations, potentials
from delith.crystals import Crystal
from delith.crystals.lattice import area
from delith.validation.anchor import Anchor, average_voltage, moment, relaxed, without_lithium

#: In-plane repeats of the layer in which half the lithium is ordered: rows and zigzags fit.
_LAYER = (4, 2)

#: Average voltages (V) of LiCoO2 between x = 1 and 0 that each functional gives in DFT.
_VOLTAGES = {"PBE": (3.3, 3.9), "PBE+U": (3.3, 3.9), "r2SCAN": (4.0, 4.3)}
#: And where the functional is not known, any of them.
_ANY = (3.3, 4.3)


def anchors(calculator: Calculator, potential: str) -> list[Anchor]:
    """Compute the anchors of LiCoO2.

    Parameters
    ----------
    calculator : ase.calculators.calculator.Calculator
    potential : str
        Its name: the voltage is held against DFT with its functional.
    """
    crystal = crystals.load("LiCoO2")
    full = relaxed(crystal.atoms, calculator)
    a, _, c = full.atoms.cell.lengths()
    orders, weights = zip(*_half_filled(crystal), strict=True)
    half = [relaxed(atoms, calculator) for atoms in orders]
    energies = np.array([r.energy for r in half])
    lowest = half[int(energies.argmin())].atoms
    mean = float(np.average(energies, weights=weights))
    # by PBE+U of CHGNet lithium leaves one of them for other sites; by a poor potential all
    kept = [
        end.energy
        for atoms, end in zip(orders, half, strict=True)
        if _in_lines(atoms) and _in_lines(end.atoms)
    ]
    per_unit = 1000 / (_LAYER[0] * _LAYER[1])
    below = (min(kept, default=float("nan")) - mean) * per_unit
    empty = relaxed(without_lithium(full.atoms), calculator)
    voltage = average_voltage(full, empty, calculator)
    functional = potentials.info(potential).functional.removesuffix("-D3")
    low, high = _VOLTAGES.get(functional, _ANY)
    spacing = _layer_repeat(lowest)
    o1 = _layer_repeat(relaxed(crystals.load("CoO2_O1").atoms, calculator).atoms)
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
        Anchor(
            "3c(O1 CoO2) − c(1), Å",
            o1 - c,
            3 * 4.293 - 14.05,
            "< 0",
            o1 < c,
            "Amatucci et al., J. Electrochem. Soc. (1996)",
        ),
        *moment(full, "Co", 3, 0.0),
    ]


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
    return float(3 * atoms.cell.volume / area(atoms))
