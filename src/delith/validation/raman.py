"""Anchors of LiCoO2: its two Raman-active phonons at Γ."""

from __future__ import annotations

import numpy as np
from ase.calculators.calculator import Calculator

from delith import crystals, displacements
from delith.displacements import PhononSettings
from delith.phonons import Phonons
from delith.validation.anchor import Anchor, relaxed

_SOURCE = "Inaba et al., J. Raman Spectrosc. 28, 613 (1997)"


def anchors(calculator: Calculator, potential: str) -> list[Anchor]:
    """Compute the Raman shifts of LiCoO2, A1g and Eg of R-3m.

    Parameters
    ----------
    calculator : ase.calculators.calculator.Calculator
    potential : str
        Its name; every potential is held against experiment here.
    """
    crystal = crystals.load("LiCoO2")
    primitive = crystal.primitive_atoms
    # more than what a relaxation that meets the limits of the anchors leaves
    settings = PhononSettings(supercell=(1, 1, 1), symprec=2e-2)
    found = displacements.run(relaxed(primitive, calculator).atoms, calculator, settings)
    along, across = raman_active(found)
    return [
        _anchor("A1g", along, 592.0),
        _anchor("Eg", across, 484.0),
    ]


def raman_active(found: Phonons) -> tuple[float, float]:
    """Find A1g and Eg of the primitive cell of an O3 layered oxide at Γ, cm⁻¹.

    The metals sit on centres of inversion: in the even modes, which are the Raman-active ones,
    only oxygen moves, in A1g along the axis and in Eg across it.

    Parameters
    ----------
    found : Phonons
        The three-fold axis along z.
    """
    frequencies, vectors = found.modes((0, 0, 0))
    oxygen = found.atoms.symbols == "O"
    even = (np.abs(vectors[:, oxygen]) ** 2).sum(axis=(1, 2)) > 0.99
    along = (np.abs(vectors[:, :, 2]) ** 2).sum(axis=1) > 0.5
    return float(frequencies[even & along].mean()), float(frequencies[even & ~along].mean())


def _anchor(name: str, computed: float, reference: float) -> Anchor:
    return Anchor(
        f"LiCoO2 {name}, cm⁻¹",
        computed,
        reference,
        "−15 to +5 %",
        -0.15 <= computed / reference - 1 <= 0.05,
        _SOURCE,
    )
