"""Settings of a DFT calculation that make a level of theory, in a file that a user can read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    field_validator,
    model_validator,
)
from pymatgen.core import Element

from delith import documents
from delith.crystals.lattice import Floats
from delith.errors import DelithError, MachineError
from delith.potentials.ions import nominal_states

#: Potential that knows moments of ions, and by how much (μB) it has to have more than an ion begins
#: with: Co2+ in high spin where lithium was has 2 to 3, when charges alone make it Co3+.
SPINS, MORE = "chgnet-r2scan", 1.0
#: Å⁻¹ between k-points in a metal. Lithium, bcc or fcc, in small cells or large ones, is then
#: within 5 meV an atom; with the 0.65 that suffice to an oxide it is off by 80.
METAL = 0.2


class Preset(BaseModel):
    """A level of theory.

    Attributes
    ----------
    code : {'gpaw', 'vasp', 'espresso', 'abinit', 'cp2k'}
    xc : str
        Functional, as the code calls it.
    cutoff : float
        Of the plane waves, eV.
    hubbard : dict
        U (eV) on the d shell of an element, after Dudarev; not by CP2K.
    spacing : float
        Largest distance between k-points, Å⁻¹, 2π included; in a metal no more than `METAL`.
    gamma : bool
        Whether Γ is among the k-points. Else an even number of them lies half a step beside it
        (Monkhorst and Pack, Phys. Rev. B 13, 5188, 1976), in pairs of which one is computed.
    smearing : float
        Width of the Fermi-Dirac distribution, eV.
    energy : float
        Change of the energy (eV an electron) at which a calculation is self-consistent.
    iterations : int
        Most steps to get there.
    unpolarised : bool
        Whether a calculation begun with moments is followed by one without spin.
    moments : dict
        Moment (μB) with which an ion begins, by element and oxidation state (see
        `nominal_states`). Elements that are not named have none.
    pseudopotentials : dict
        File (Quantum ESPRESSO) or kind (VASP) of each element; the other codes have their own.
    truncation : dict
        d E / d ln cutoff (eV, negative) of an atom of each element: how its energy still falls
        as the cutoff grows. Where every element is named, stress is told for a fixed cutoff; else
        as codes tell it, for a fixed number of plane waves (Francis and Payne, J. Phys.:
        Condens. Matter 2, 4395, 1990).

    Notes
    -----
    Where ions begin with moments there are several starts, and the lowest counts: which spin state
    is the ground state is not known beforehand. If an element has ions of two moments, one start
    gives all of them the larger. In another an ion of a transition metal begins with the largest
    moment of its element where CHGNet has it in a higher spin, or where it was moved to another
    site (the array ``moved`` of exchanged structures). The last has none, if ``unpolarised``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    code: Literal["gpaw", "vasp", "espresso", "abinit", "cp2k"]
    xc: str
    cutoff: float = Field(gt=0)
    hubbard: dict[str, float] = {}
    spacing: float = Field(0.25, gt=0)
    gamma: bool = True
    smearing: float = Field(0.05, gt=0)
    energy: float = Field(1e-6, gt=0)
    iterations: PositiveInt = 300
    unpolarised: bool = True
    moments: dict[str, dict[int, float]] = {}
    pseudopotentials: dict[str, str] = {}
    truncation: dict[str, Annotated[float, Field(le=0)]] = {}

    @field_validator("hubbard", "moments", "pseudopotentials", "truncation")
    @classmethod
    def _of_elements(cls, given: dict[str, Any]) -> dict[str, Any]:
        if odd := [name for name in given if name not in atomic_numbers]:
            raise ValueError(f"{odd[0]!r} is no element")
        return given

    @model_validator(mode="after")
    def _of_the_code(self) -> Preset:
        if self.hubbard and self.code == "cp2k":
            raise ValueError("hubbard: DFT+U by CP2K is not supported; by the other codes it is")
        if self.pseudopotentials and self.code not in ("vasp", "espresso"):
            raise ValueError(
                f"pseudopotentials: {self.code} takes none from a preset: leave it out"
            )
        return self

    def kpoints(self, atoms: Atoms) -> tuple[int, int, int]:
        """How many k-points there are along each reciprocal vector."""
        spacing = min(self.spacing, METAL) if _metallic(atoms) else self.spacing
        lengths = 2 * np.pi * np.linalg.norm(atoms.cell.reciprocal(), axis=1)
        a, b, c = (max(1, int(np.ceil(length / spacing - 1e-9))) for length in lengths)
        return a, b, c

    def shifts(self, kpoints: Sequence[int]) -> list[float]:
        """By how much of a step k-points lie beside Γ, along each reciprocal vector."""
        return [0.0 if self.gamma or number % 2 else 0.5 for number in kpoints]

    def pulay(self, atoms: Atoms) -> float:
        """Return what is missing in each normal stress (eV/Å³) that a code tells."""
        if not self.truncation.keys() >= set(atoms.symbols):
            return 0.0
        slope = sum(self.truncation[element] for element in atoms.symbols)
        return 2 / 3 * slope / float(atoms.get_volume())

    def starts(self, atoms: Atoms) -> list[Floats | None]:
        """Return the moments (μB) from which to begin, None for a calculation without spin.

        Initial moments that the structure brings along count instead of the preset's.
        """
        given = atoms.get_initial_magnetic_moments()
        begun = [given] if given.any() else self._of_ions(atoms)
        starts: list[Floats | None] = [each if each.any() else None for each in begun]
        spins = all(moments is not None for moments in starts)
        return [*starts, None] if self.unpolarised and spins else starts

    def _of_ions(self, atoms: Atoms) -> list[Floats]:
        """Moments of the oxidation states, of the larger where an element has two, of CHGNet."""
        pairs = zip(atoms.symbols, nominal_states(atoms), strict=True)
        moments = np.array([self._moment(element, state) for element, state in pairs])
        # an ion that begins without a moment may never find one, though the rest would gain by it
        alike = np.array(
            [max(moments[atoms.symbols == element], key=abs) for element in atoms.symbols]
        )
        starts = (moments, alike, self._high(atoms, moments))
        return list({tuple(start): start for start in starts}.values())

    def _high(self, atoms: Atoms, moments: Floats) -> Floats:
        """Moments with the largest of its element where an ion may be in a higher spin."""
        largest = np.array([self._largest(element) for element in atoms.symbols])
        if not largest.any():
            return moments
        from delith import potentials  # which reads presets itself

        # CHGNet may have it in low spin, and r2SCAN 0.5 eV lower in high spin: octahedra at a twin
        high = atoms.arrays.get("moved", np.zeros(len(atoms), dtype=bool))
        try:
            known = potentials.load(SPINS).get_property("magmoms", atoms)
            high = high | (known - np.abs(moments) > MORE)
        except MachineError:
            raise
        except DelithError:  # of an atom alone in its box, which DFT can describe, it says nothing
            pass
        return np.where(high & (largest != 0), largest, moments)

    def _largest(self, element: str) -> float:
        """Return the moment of the ion of a transition metal that has most."""
        known = self.moments.get(element, {})
        metal = Element(element).is_transition_metal
        return max(known.values(), key=abs, default=0.0) if metal else 0.0

    def _moment(self, element: str, state: float) -> float:
        known = sorted(self.moments.get(element, {0: 0.0}).items())
        return float(np.interp(state, [s for s, _ in known], [moment for _, moment in known]))


def _metallic(atoms: Atoms) -> bool:
    """Whether there is no anion to take the electrons."""
    return all(Element(symbol).is_metal for symbol in set(atoms.symbols))


def load(files: Sequence[Path]) -> Preset:
    """Read the preset of a potential.

    Raises
    ------
    DelithError
        If it cannot be read, is no YAML, or has a key or value that a preset does not take; of
        several, which wildcards stand for.
    """
    if len(files) > 1:
        raise DelithError(f"a level of theory has one preset, not {len(files)}: name one of them.")
    return documents.read(files[0], Preset, "preset")
