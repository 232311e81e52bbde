"""From forces on displaced atoms to phonons: which supercells to compute, and what they give.

Finite displacements, reduced by symmetry, in phonopy's hands (Togo et al., J. Phys.: Condens.
Matter 35, 353001, 2023). Nothing here but `run` calls a potential.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.spacegroup.symmetrize import refine_symmetry
from numpy.typing import ArrayLike
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms
from pydantic import BaseModel, ConfigDict, Field

from delith.errors import DelithError
from delith.phonons import Phonons, Supercell, repeated, spanning

#: Distance (Å) between neighbouring images of a displaced atom, at least.
IMAGES = 8.0

_Repeats = Annotated[int, Field(ge=1)]


class PhononSettings(BaseModel):
    """How the force constants of a cell are computed.

    Attributes
    ----------
    supercell : tuple of int, optional
        Repeats along the three vectors; by default those of `supercell`. Cells that are compared,
        as a boundary with its bulk, should share one.
    displacement : float
        Å. About what heat does to an atom, and small enough for a smooth potential, whose
        frequencies it leaves within 1 %. Learned ones can be rough below it: those of LiCoO2 in
        CHGNet change by tens of cm⁻¹ between 0.01 and 0.1 Å, so try several.
    symprec : float
        How far (Å) an atom may stand from its symmetric site. It is put there, so that fewer
        displacements suffice and the files have their symmetry at any tolerance: more than a
        relaxation leaves, less than a distortion that matters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    supercell: tuple[_Repeats, _Repeats, _Repeats] | None = None
    # tasks are told apart by 1e-4 Å
    displacement: float = Field(0.05, ge=2e-4, le=0.2)
    symprec: float = Field(5e-3, gt=0, le=0.1)


def supercell(atoms: Atoms) -> Supercell:
    """Repeat a cell until the images of an atom are `IMAGES` apart, measured across its faces."""
    return spanning(atoms, IMAGES)


def displaced(atoms: Atoms, settings: PhononSettings) -> list[Atoms]:
    """Build the supercells whose forces `from_forces` needs, in its order.

    Parameters
    ----------
    atoms : ase.Atoms
        A relaxed cell, periodic in three directions.
    settings : PhononSettings

    Returns
    -------
    list of ase.Atoms
        The undisplaced supercell first: its forces, of which a relaxation leaves some, are taken
        off the others'. Then one with one atom displaced for each displacement that symmetry does
        not give. All with the arrays of the cell.
    """
    cell, calculation = _calculation(atoms, settings)
    undisplaced = repeated(cell, calculation)
    structures = [undisplaced]
    for atom, *change in calculation.displacements:
        structure = undisplaced.copy()
        structure.positions[int(atom)] += change
        structures.append(structure)
    return structures


def from_forces(atoms: Atoms, settings: PhononSettings, forces: Sequence[ArrayLike]) -> Phonons:
    """Turn the forces of the displaced supercells into phonons.

    Translations, permutations and the space group are imposed on the force constants together
    (Seko and Togo, Phys. Rev. B 110, 214302, 2024).

    Parameters
    ----------
    atoms, settings
        As given to `displaced`.
    forces : sequence of array_like, shape (m, 3) each
        eV/Å, of the structures of `displaced` in their order.

    Raises
    ------
    DelithError
        If there are other than one array of finite forces for each of them.
    """
    cell, calculation = _calculation(atoms, settings)
    shape = (1 + len(calculation.displacements), len(calculation.supercell), 3)
    given = [np.asarray(array, dtype=float) for array in forces]
    if len(given) != shape[0] or any(array.shape != shape[1:] for array in given):
        shapes = sorted({array.shape for array in given})
        raise DelithError(
            f"phonons of {atoms.symbols} need the forces of {shape[0]} supercells, an array "
            f"{shape[1:]} each, in the order of `displaced`; {len(given)} were given, {shapes}."
        )
    if not np.isfinite(given).all():
        raise DelithError(f"some forces of the supercells of {atoms.symbols} are not finite.")
    calculation.forces = np.array(given[1:]) - given[0]
    calculation.produce_force_constants(calculate_full_force_constants=False)
    calculation.symmetrize_force_constants(use_symfc_projector=True)
    return Phonons(atoms=cell, phonopy=calculation)


def run(atoms: Atoms, calculator: Calculator, settings: PhononSettings) -> Phonons:
    """Compute phonons here and now, one supercell after the other."""
    return from_forces(
        atoms, settings, [calculator.get_forces(each) for each in displaced(atoms, settings)]
    )


def _calculation(atoms: Atoms, settings: PhononSettings) -> tuple[Atoms, Phonopy]:
    """Put the cell on its symmetric sites, and let phonopy displace what symmetry leaves."""
    if not atoms.pbc.all():
        raise DelithError("phonons need a cell that is periodic in all three directions.")
    cell = atoms.copy()
    cell.set_constraint()
    refine_symmetry(cell, settings.symprec)
    unit = PhonopyAtoms(
        numbers=cell.numbers,
        cell=cell.cell[:],
        scaled_positions=cell.get_scaled_positions(),
        masses=cell.get_masses(),
    )
    # the whole cell is its primitive one, also in bulk: cells that match then have the same mesh
    calculation = Phonopy(unit, np.diag(settings.supercell or supercell(cell)), "P")
    calculation.generate_displacements(distance=settings.displacement)
    return cell, calculation
