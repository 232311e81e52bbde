"""How a path of lowest energy is found: by the climbing-image nudged elastic band."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.calculators.singlepoint import SinglePointCalculator
from ase.geometry import find_mic
from ase.mep import NEB
from ase.mep.neb import idpp_interpolate, interpolate
from ase.optimize import FIRE
from pydantic import BaseModel, ConfigDict, Field

from delith import potentials
from delith.crystals.lattice import Floats
from delith.errors import DelithError, validated
from delith.paths import RESOLVED, Path
from delith.relaxation import SINGLE_POINT, run

#: eV/Å², of the springs: soft ones leave images where the first guess put them.
SPRING = 1.0
#: The band settles before its highest image climbs: below this times ``fmax``.
SETTLED = 5.0
#: Ends with a force above this times ``fmax`` are no minima.
UNRELAXED = 2.0
#: Ends between which no atom moved this far (Å) are one structure.
ONE_STRUCTURE = 0.3
#: Å by which an image of an atom may be farther away than another and still be the one meant.
TIE = 0.3


class PathSettings(BaseModel):
    """How a path is found.

    Attributes
    ----------
    images : int
        Between the ends.
    fmax : float
        Largest force on an atom of the band at convergence, eV/Å.
    steps : int
        Most iterations before the climb, and most of the climb.
    rattle : float
        How far (Å) the middle of the band is pushed aside, in a seeded direction, before it
        relaxes: by symmetry alone a straight path may stay on a ridge between two saddles.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    images: int = Field(5, ge=1)
    fmax: float = Field(0.03, gt=0)
    steps: int = Field(300, ge=0)
    rattle: float = Field(0.05, ge=0, le=0.2)


class Answer(Protocol):
    """What the potential says of an image: a `Record` or a `Relaxation` is one."""

    @property
    def energy(self) -> float:
        """eV; NaN where the potential failed."""

    @property
    def forces(self) -> Floats | None:
        """eV/Å, shape (n, 3); None where the potential failed."""


def path(
    start: Atoms,
    end: Atoms,
    potential: str | Calculator = potentials.DEFAULT,
    *,
    seed: int = 0,
    **settings: float,
) -> Path:
    """Find the path of lowest energy between two structures.

    Parameters
    ----------
    start, end : ase.Atoms
        Relaxed in one and the same cell (``relax(..., cell="fixed")``), the same atoms in the
        same order.
    potential : str or ase calculator
        A name from `delith.potentials`, or any ASE calculator with forces and stress.
    seed : int
        Of the direction in which the first guess is pushed aside.
    **settings
        Fields of `PathSettings`: images, fmax, steps, rattle.

    Returns
    -------
    Path

    Raises
    ------
    DelithError
        When the ends differ in atoms, order or cell.
    """
    calculator = potentials.load(potential) if isinstance(potential, str) else potential
    asking = band(start, end, validated(PathSettings, settings, "path"), seed)
    answers: Sequence[Answer] | None = None
    while True:
        try:
            # None starts a generator
            asked = asking.send(answers)  # type: ignore[arg-type]
        except StopIteration as found:
            return found.value
        answers = [run(image, calculator, SINGLE_POINT) for image in asked]


def band(
    start: Atoms, end: Atoms, settings: PathSettings, seed: int = 0
) -> Generator[tuple[Atoms, ...], Sequence[Answer], Path]:
    """Find a path, asking for what has to be computed: see `path`.

    The nudged elastic band of ASE with improved tangents (Henkelman and Jónsson, J. Chem. Phys.
    113, 9978, 2000), from an interpolation of distances (IDPP; Smidstrup et al., J. Chem. Phys.
    140, 214106, 2014). Once it has settled its highest image climbs to the saddle (Henkelman,
    Uberuaga and Jónsson, J. Chem. Phys. 113, 9901, 2000). The same answers give the same path
    and the same questions, to the last bit.

    Yields
    ------
    tuple of ase.Atoms
        Images of which energy and forces are to be sent, in this order: all of them at first,
        the ends included, and then those that moved.

    Returns
    -------
    Path
    """
    _check(start, end)
    images = [start.copy(), _continued(start, end)]
    failed = yield from _computed(images)
    if problem := failed or _unsuitable(images, settings.fmax):
        return _path(images, 0, False, problem)
    images = _first_guess(images[0], images[1], settings, seed)
    iterations = 0
    for climb, limit in ((False, SETTLED * settings.fmax), (True, settings.fmax)):
        neb = NEB(images, SPRING, climb, method="improvedtangent")
        optimizer = FIRE(neb, logfile=None)
        for left in reversed(range(settings.steps + 1)):
            if failed := (yield from _computed(images)):
                return _path(images, iterations, False, failed)
            largest = np.linalg.norm(neb.get_forces(), axis=1).max()
            if largest < limit or not left:
                break
            optimizer.step()
            iterations += 1
    converged = bool(largest < settings.fmax)
    found = _path(images, iterations, converged)
    problem = (
        _no_saddle(found)
        if converged
        else f"not converged after {iterations} iterations: largest force {largest:.2g} eV/Å"
    )
    return replace(found, problem=problem)


def _computed(images: list[Atoms]) -> Generator[tuple[Atoms, ...], Sequence[Answer], str]:
    """Have those computed that are not, or not where they are now; what failed, in words."""
    asked = [image for image in images if image.calc is None or image.calc.check_state(image)]
    if not asked:
        return ""
    answers = yield tuple(image.copy() for image in asked)
    failed = []
    for image, answer in zip(asked, answers, strict=True):
        forces = np.full((len(image), 3), np.nan) if answer.forces is None else answer.forces
        image.calc = SinglePointCalculator(image, energy=answer.energy, forces=forces)
        if not np.isfinite([answer.energy, *forces.ravel()]).all():
            failed.append(image)
    return f"the potential failed on {len(failed)} images" if failed else ""


def _check(start: Atoms, end: Atoms) -> None:
    """Refuse ends that no path joins."""
    if len(start) != len(end) or (start.numbers != end.numbers).any():
        raise DelithError(
            f"a path needs the same atoms in the same order at both ends, not "
            f"{start.symbols} and {end.symbols}"
        )
    if not np.allclose(start.cell[:], end.cell[:], rtol=0, atol=1e-8):
        raise DelithError(
            "a path needs both ends in one cell: relax the end in the cell of the start "
            "with cell='fixed'"
        )


def _continued(start: Atoms, end: Atoms) -> Atoms:
    """The end, its atoms on this side of the cell's faces, where they came from."""
    given = end.positions - start.positions
    shortest, lengths = find_mic(given, start.cell, start.pbc)
    kept = np.linalg.norm(given, axis=1) < lengths + TIE
    made = end.copy()
    made.positions = np.where(kept[:, None], end.positions, start.positions + shortest)
    return made


def _unsuitable(ends: list[Atoms], fmax: float) -> str:
    """Say why no path can lead from end to end."""
    start, end = ends
    if np.linalg.norm(end.positions - start.positions, axis=1).max() < ONE_STRUCTURE:
        return f"both ends are one structure: no atom is {ONE_STRUCTURE} Å away from its start"
    for name, atoms in (("start", start), ("end", end)):
        largest = np.linalg.norm(atoms.get_forces(), axis=1).max()
        if largest > UNRELAXED * fmax:
            return f"the {name} is not relaxed in this cell: largest force {largest:.2g} eV/Å"
    return ""


def _first_guess(start: Atoms, end: Atoms, settings: PathSettings, seed: int) -> list[Atoms]:
    """Images by interpolation, pushed aside in the middle."""
    between = [start.copy() for _ in range(settings.images)]
    images = [start, *between, end]
    interpolate(images, mic=False)
    neb = NEB(images, SPRING, method="improvedtangent")
    idpp_interpolate(neb, traj=None, log=None, mic=True)
    moves = np.linalg.norm(end.positions - start.positions, axis=1)
    aside = np.random.default_rng(seed).normal(size=(len(start), 3))
    aside *= (settings.rattle * moves / moves.max())[:, None]
    for k, image in enumerate(between, start=1):
        image.positions += np.sin(np.pi * k / (settings.images + 1)) * aside
    return images


def _no_saddle(path: Path) -> str:
    """Say which end is no minimum of the path; empty where both are."""
    curve = path.fit.fit_energies
    for name, energy in (("start", curve[0]), ("end", curve[-1])):
        if curve.max() - energy < RESOLVED:
            return f"no saddle between the ends: nothing is higher than the {name}"
    return ""


def _path(images: list[Atoms], iterations: int, converged: bool, problem: str = "") -> Path:
    energies = np.array([image.get_potential_energy() for image in images])
    forces = np.array([image.get_forces() for image in images])
    copies = tuple(image.copy() for image in images)
    return Path(copies, energies, forces, iterations, converged, problem)
