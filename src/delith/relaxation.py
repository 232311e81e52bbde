"""From atoms and a potential to a relaxed structure that says whether it can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from ase import Atoms, units
from ase.calculators.calculator import Calculator
from ase.filters import Filter, UnitCellFilter
from ase.optimize import BFGS, FIRE
from ase.optimize.optimize import Optimizer
from pydantic import BaseModel, ConfigDict, Field

from delith import potentials
from delith.basins import EXPLODED, left_basin
from delith.crystals.lattice import Floats
from delith.errors import DelithError, validated
from delith.filters import NormalCellFilter, cell_weight
from delith.potentials.checks import check_results

CellMode = Literal["normal", "full", "fixed"]

#: eV/Å². How stiff BFGS takes every coordinate to be until it knows better: between the softest and
#: the stiffest of an oxide. ASE's 70 takes half as many steps again.
STIFFNESS = 20.0

#: In turn: the second where the first fails. Not LBFGS, which does not turn away from saddles.
OPTIMIZERS = (partial(BFGS, alpha=STIFFNESS, logfile=None), partial(FIRE, logfile=None))

#: What an optimizer sees of the atoms.
_FREED: dict[CellMode, Callable[[Atoms], Atoms | Filter]] = {
    "normal": NormalCellFilter,
    "full": lambda atoms: UnitCellFilter(atoms, cell_factor=cell_weight(atoms)),
    "fixed": lambda atoms: atoms,
}

#: Energy (eV/atom) above the lowest seen at which an optimizer has lost its way.
UPHILL = 0.05

#: Å²/eV: a relaxation is taken to come down by less than this times the sum of all squared forces
#: and stresses of the moment. Measured in cells of LiCoO2, as long as 0.05 eV were left to go: up
#: to 0.5 with CHGNet, up to 4 with students in layers without lithium. No proof: near a saddle it
#: is too little.
DESCENT = 5.0

#: How the problem begins of a relaxation that was stopped because it would end too high.
GIVEN_UP = "given up"

#: `RelaxSettings` for bulk: delithiated layers are soft, and every boundary energy leans on them.
BULK = {"fmax": 0.01, "smax": 0.02, "cell": "full"}


class RelaxSettings(BaseModel):
    """How a structure is relaxed.

    Attributes
    ----------
    fmax : float
        Largest force on an atom at convergence, eV/Å.
    smax : float
        Largest free stress component at convergence, GPa. Delithiated layers are so soft that a
        force criterion alone stops far from their minimum.
    cell : {'normal', 'full', 'fixed'}
        ``normal`` holds a and b and frees the third vector (a coherent boundary), ``full`` frees
        the whole cell, ``fixed`` none of it.
    steps : int
        Most steps each of the two optimizers may take.
    rattle : float
        Standard deviation (Å) of seeded random displacements that break the symmetry of the start:
        large enough that a soft direction off a saddle shows a force above ``fmax``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    fmax: float = Field(0.02, gt=0)
    smax: float = Field(0.05, gt=0)
    cell: CellMode = "normal"
    steps: int = Field(500, ge=0)
    rattle: float = Field(0.05, ge=0, le=0.2)


#: Energy and forces of a structure where it is.
SINGLE_POINT = RelaxSettings(fmax=1e9, smax=1e9, cell="fixed", steps=0, rattle=0)


@dataclass(frozen=True, eq=False)
class Relaxation:
    """A relaxed structure and what is known of it.

    Attributes
    ----------
    atoms : ase.Atoms
        Relaxed, with the arrays of the start and no calculator.
    energy : float
        eV.
    forces : ndarray, shape (n, 3)
        eV/Å.
    stress : ndarray, shape (6,)
        Voigt order xx, yy, zz, yz, xz, xy, eV/Å³.
    magmoms : ndarray, shape (n,), or None
        μB, where the potential gives them.
    steps : int
        Optimizer steps taken.
    converged : bool
        Forces and free stresses are below the settings' limits.
    problem : str
        Why the result should not enter an average: not converged, given up, exploded, bonds broken
        or formed; empty where nothing is wrong.
    energy_std, forces_std : float or None
        Of a committee: standard deviation of the energy (eV), and of the forces that of the atom
        where it is largest (eV/Å).
    """

    atoms: Atoms
    energy: float
    forces: Floats
    stress: Floats
    magmoms: Floats | None
    steps: int
    converged: bool
    problem: str
    energy_std: float | None = None
    forces_std: float | None = None

    @property
    def usable(self) -> bool:
        """Whether the result may enter an energy by default."""
        return not self.problem


def relax(
    atoms: Atoms,
    potential: str | Calculator = potentials.DEFAULT,
    *,
    mobile: str | None = "Li",
    seed: int = 0,
    **settings: float | str,
) -> Relaxation:
    """Relax a structure.

    Parameters
    ----------
    atoms : ase.Atoms
        Start; not altered. For ``cell='normal'`` a and b must lie in the xy plane.
    potential : str or ase calculator
        A name from `delith.potentials`, or any ASE calculator with forces and stress.
    mobile : str, optional
        Element that may change its neighbours without the structure having left its basin.
    seed : int
        Of the rattle.
    **settings
        Fields of `RelaxSettings`: fmax, smax, cell, steps, rattle.

    Returns
    -------
    Relaxation

    Raises
    ------
    DelithError
        If a setting is none, atoms are constrained, or the cell does not lie as it should.
    """
    if atoms.constraints:
        raise DelithError(
            "all atoms relax: take the constraints off by atoms.set_constraint(), or choose with "
            "cell= what of the cell does not."
        )
    calculator = potentials.load(potential) if isinstance(potential, str) else potential
    how = validated(RelaxSettings, settings, "relaxation")
    return run(atoms, calculator, how, mobile, seed)


def run(
    atoms: Atoms,
    calculator: Calculator,
    settings: RelaxSettings,
    mobile: str | None = "Li",
    seed: int = 0,
    guess: Atoms | None = None,
    ceiling: float | None = None,
) -> Relaxation:
    """Relax with checked settings; see `relax`.

    Parameters
    ----------
    atoms, calculator, settings, mobile, seed
        As for `relax`.
    guess : ase.Atoms, optional
        The same atoms where the optimizer is to begin, not rattled; ``atoms`` still says which
        basin is theirs.
    ceiling : float, optional
        eV: a relaxation that cannot come down to this any more (see `DESCENT`) is given up.
    """
    if settings.cell == "normal" and np.abs(atoms.cell[:2, 2]).max() > 1e-6:
        raise DelithError(
            "cell='normal' needs a and b in the xy plane, as Delith builds boundary cells; "
            "rotate the cell (ase.Atoms.cell.standard_form) or use cell='full'."
        )
    work = atoms.copy()
    work.set_constraint()
    if guess is None:
        rng = np.random.default_rng(seed)
        work.positions += rng.normal(scale=settings.rattle, size=(len(work), 3))
    else:
        work.set_cell(guess.cell)
        work.set_positions(guess.positions)
    work.calc = calculator
    descent = _Descent(work, settings, ceiling)
    for optimizer in OPTIMIZERS:
        if descent.descend(optimizer):
            break
    work = descent.best
    work.calc = calculator
    energy, forces = work.get_potential_energy(), work.get_forces()
    stress = work.get_stress()
    # some calculators list moments that they give only for magnetic structures
    magmoms = calculator.results.get("magmoms")
    if magmoms is not None and not np.isfinite(magmoms).all():
        magmoms = None  # a code that does not tell them
    energy_std, forces_std = (calculator.results.get(f"{n}_std") for n in ("energy", "forces"))
    work.calc = None
    converged = _residuals_met(forces, stress, settings)
    problem = "" if converged else f"not converged after {descent.steps} steps"
    if descent.hopeless:
        problem = f"{GIVEN_UP} after {descent.steps} steps: it would end too high to matter"
    left = left_basin(atoms, work, mobile)
    # a wreck is one whether or not it had come to rest
    problem = left if left.startswith(EXPLODED) else problem or left
    return Relaxation(
        atoms=work,
        energy=float(energy),
        forces=np.asarray(forces, dtype=float),
        stress=np.asarray(stress, dtype=float),
        magmoms=None if magmoms is None else np.asarray(magmoms, dtype=float),
        steps=descent.steps,
        converged=converged,
        problem=problem,
        energy_std=None if energy_std is None else float(energy_std),
        forces_std=None
        if forces_std is None
        else float(np.linalg.norm(forces_std, axis=1).max(initial=0.0)),
    )


class _Descent:
    """Optimizers in turn on one structure; remembers the lowest structure and the steps."""

    def __init__(self, atoms: Atoms, settings: RelaxSettings, ceiling: float | None) -> None:
        self.atoms = atoms
        self.settings = settings
        self.ceiling = np.inf if ceiling is None else ceiling
        self.hopeless = False
        self.best = atoms.copy()
        self.lowest = np.inf
        self.steps = 0

    def descend(self, optimizer: Callable[..., Optimizer]) -> bool:
        """Run one optimizer from the lowest structure seen; True when nothing is left to do."""
        self.atoms.set_cell(self.best.cell, scale_atoms=False)
        self.atoms.set_positions(self.best.positions)
        freed = _FREED[self.settings.cell](self.atoms)
        opt = optimizer(freed)
        for _ in opt.irun(fmax=0.0, steps=self.settings.steps):
            energy = self.atoms.get_potential_energy()
            forces, stress = self.atoms.get_forces(), self.atoms.get_stress()
            # an energy that is no number is below no other: it would pass for converged
            check_results("the potential", energy, forces, stress)
            done = _residuals_met(forces, stress, self.settings)
            if energy < self.lowest or done:
                self.lowest, self.best = energy, self.atoms.copy()
            self.hopeless = not done and energy - _reach(freed.get_forces()) > self.ceiling
            if done or self.hopeless:
                self.steps += opt.nsteps
                return True
            if energy > self.lowest + UPHILL * len(self.atoms):
                break
        self.steps += opt.nsteps
        return False


def _reach(forces: Floats) -> float:
    """How far (eV) a relaxation may still come down, by the forces on all that is free."""
    return DESCENT * float(np.sum(np.square(forces)))


def _residuals_met(forces: Floats, stress: Floats, settings: RelaxSettings) -> bool:
    free = {"normal": [2, 3, 4], "full": [0, 1, 2, 3, 4, 5], "fixed": []}[settings.cell]
    largest_stress = np.abs(stress[free]).max(initial=0.0) / units.GPa
    largest_force = np.linalg.norm(forces, axis=1).max(initial=0.0)
    return bool(largest_force <= settings.fmax and largest_stress <= settings.smax)
