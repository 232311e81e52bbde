"""The rigid-body shift of a boundary: the γ-surface, and its lowest point refined.

A shift by a vector of the in-plane lattice, which both grains share, changes nothing: the smallest
in-plane cell holds every distinct displacement, and the symmetry of the boundary makes some of
those alike.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from numbers import Integral

import numpy as np
import spglib
from ase.calculators.calculator import Calculator
from numpy.typing import ArrayLike

from delith import bicrystal, potentials
from delith.boundaries.cell import Boundary, bulk
from delith.crystals import inspection
from delith.crystals.lattice import Floats, Ints, shortest_images
from delith.errors import DelithError, validated
from delith.relaxation import RelaxSettings, run
from delith.units import EV_PER_A2

#: Below this (J/m²) a boundary has healed and its cell is the crystal.
HEALED = 0.005

#: Å between shifts that are relaxed: from nearer ones the grains would slide to the same place.
APART = 0.8

#: How far (Å) the grains are pulled apart at each shift: the lowest counts.
OPENINGS = (0.0, 0.2, 0.4, 0.7)


def shifted(boundary: Boundary, shift: ArrayLike, opening: float = 0.0) -> Boundary:
    """Displace the grains of a boundary against each other, rigidly.

    Parameters
    ----------
    boundary : Boundary
    shift : array_like, shape (2,)
        Of the upper grain, fractions of the smallest in-plane cell; taken modulo 1. Where several
        images are equally short, a layer that both grains share goes half the way to the one
        given.
    opening : float
        Displacement along the normal, Å.

    Returns
    -------
    Boundary
        Both boundaries of the cell are displaced alike. A null boundary becomes an antiphase one,
        a stacking fault, and one that the shift heals a null boundary.

    Raises
    ------
    DelithError
        If atoms would come too close, there is no boundary to displace, it is an interface, whose
        disorder no crystal has, or the shift is not two numbers and the opening one.
    """
    try:
        u, v = np.asarray(shift, dtype=float)
        opening = float(opening)
        finite = bool(np.isfinite([u, v, opening]).all())
    except (TypeError, ValueError):
        finite = False
    if not finite:
        raise DelithError(
            f"shift {shift!r} must be two numbers, and opening {opening!r} one, in Å."
        )
    if not boundary.count:
        raise DelithError(
            f"{boundary.label} has no boundary to shift: a stacking fault is a null boundary "
            "shifted, such as antiphase(crystal, plane, vector=(0, 0, 0))."
        )
    if boundary.kind == "interface":
        raise DelithError(f"{boundary.label}: an interface with a disordered grain has no shifts.")
    oriented = bicrystal.orient(boundary.crystal, boundary.plane)
    inplane = oriented.cell.vectors[:2]
    asked = np.array([u, v]) @ inplane
    # a layer that both grains share goes half the way: the shortest, and of those the one given
    short = shortest_images(asked, inplane)
    vector = short[np.linalg.norm(short - asked, axis=1).argmin()] + (0.0, 0.0, opening)
    joint = replace(boundary.joint, offset=boundary.joint.offset + vector)
    cell = bicrystal.join(oriented, joint, boundary.layers)
    healed = inspection.is_bulk(cell, boundary.crystal)
    label = f"{boundary.label.removeprefix('null ')} shifted [{u:.3g}, {v:.3g}]"
    # of a null boundary all that is left is the shift
    kind = "antiphase" if boundary.kind == "null" else boundary.kind
    return replace(
        boundary,
        label=f"null {label}" if healed else label,
        kind="null" if healed else kind,
        joint=joint,
        atoms=cell.repeat((*boundary.repeat, 1)),
        equivalent=inspection.boundaries_equivalent(cell),
    )


@dataclass(frozen=True, eq=False)
class ShiftSearch:
    """What a search of rigid-body shifts found.

    Attributes
    ----------
    boundary : Boundary
        As it was given, at shift zero.
    surface : ndarray, shape (n, m)
        γ (J/m²) at shifts (i/n, j/m) of the in-plane vectors, atoms in place and the grains at
        their best distance, against the crystal as built; NaN where atoms would come too close.
        Of a boundary that is not stoichiometric: less γ at zero shift.
    shifts : ndarray, shape (k, 2)
        Shifts from which the whole cell was relaxed, zero among them.
    relaxed : ndarray, shape (k,)
        γ (J/m²) after relaxation, against the relaxed crystal; NaN where it did not converge.
    best : Boundary
        As built at the shift from which the lowest γ was reached. Not one from which the boundary
        healed, as an antiphase boundary does when it is shifted back by its vector.
    """

    boundary: Boundary
    surface: Floats
    shifts: Floats
    relaxed: Floats
    best: Boundary


def search_shift(
    boundary: Boundary,
    potential: str | Calculator = potentials.DEFAULT,
    grid: tuple[int, int] = (6, 6),
    lowest: int = 3,
    seed: int = 0,
    **settings: float | str,
) -> ShiftSearch:
    """Search the rigid-body shift of a boundary.

    Parameters
    ----------
    boundary : Boundary
    potential : str or ase calculator
    grid : tuple of int
        Shifts along the two in-plane vectors; those that symmetry makes alike are computed once.
    lowest : int
        How many grid points are relaxed with cell and atoms, zero shift besides: the lowest of
        those that are `APART` from zero and from each other.
    seed : int
        Of the rattle.
    **settings
        Fields of `delith.relaxation.RelaxSettings`.

    Returns
    -------
    ShiftSearch

    Raises
    ------
    DelithError
        If the grid or the number of points to relax is not positive, or the boundary is none that
        can be shifted (see `shifted`).
    """
    whole = np.shape(grid) == (2,) and all(isinstance(n, Integral) for n in (*grid, lowest))
    if not whole or min(*grid, lowest) < 1:
        raise DelithError(f"grid {grid} and lowest {lowest} must be whole numbers of at least 1.")
    calculator = potentials.load(potential) if isinstance(potential, str) else potential
    points = np.stack(np.meshgrid(*map(np.arange, grid), indexing="ij"), axis=-1).reshape(-1, 2)
    stars = _stars(points, grid, _site_group(boundary))
    per_area = EV_PER_A2 / ((boundary.count if boundary.equivalent else 1) * boundary.area)
    energies = np.full(len(points), np.nan)
    rigid: dict[int, Boundary] = {}
    for star in stars:
        energies[star], rigid[star[0]] = _rigid(boundary, points[star[0]] / grid, calculator)
    low = sorted((s for s in stars if np.isfinite(energies[s[0]])), key=lambda s: energies[s[0]])
    chosen = _apart(boundary, low, points / grid)[: lowest + 1]
    how = validated(RelaxSettings, settings, "relaxation")
    starts = [rigid[k] for k in chosen]
    ends = [run(s.atoms, calculator, how, boundary.mobile, seed) for s in starts]
    relaxed = np.array([end.energy if end.usable else np.nan for end in ends])
    built, crystal = energies[0], relaxed[0]
    if not boundary.excess:
        reference = bulk(boundary)
        # an operation that climbs leaves the boundary cell a fraction of a plane thicker
        units = boundary.formula_units / reference.formula_units
        reference.atoms.calc = calculator
        built = units * float(reference.atoms.get_potential_energy())
        end = run(reference.atoms, calculator, how, boundary.mobile, seed)
        crystal = units * end.energy if end.usable else np.nan
    gammas = (relaxed - crystal) * per_area
    standing = np.where(gammas > HEALED, gammas, np.inf) if not boundary.excess else gammas
    return ShiftSearch(
        boundary=boundary,
        surface=((energies - built) * per_area).reshape(grid),
        shifts=points[chosen] / grid,
        relaxed=gammas,
        best=starts[int(np.argmin(np.nan_to_num(standing, nan=np.inf)))],
    )


def _apart(boundary: Boundary, stars: list[Ints], shifts: Floats) -> list[int]:
    """Take zero, and of each star the first point if all of the star are apart from those taken."""
    inplane = bicrystal.orient(boundary.crystal, boundary.plane).cell.vectors[:2]
    taken = [0]
    for star in stars:
        steps = (shifts[star][:, None] - shifts[taken]).reshape(-1, 2) @ inplane
        nearest = min(np.linalg.norm(shortest_images(step, inplane)[0]) for step in steps)
        if nearest >= APART:
            taken.append(int(star[0]))
    return taken


def _rigid(boundary: Boundary, shift: Floats, calculator: Calculator) -> tuple[float, Boundary]:
    """Energy (eV) of a shift, and how the grains then stand; NaN if atoms come too close."""
    inplane = bicrystal.orient(boundary.crystal, boundary.plane).cell.vectors[:2]
    found = []
    # a layer that both grains share may go halfway to any of the images that are equally near
    for image, opening in product(shortest_images(shift @ inplane, inplane), OPENINGS):
        with suppress(DelithError):  # too close
            moved = shifted(boundary, image @ np.linalg.pinv(inplane), opening)
            atoms = moved.atoms.copy()
            atoms.calc = calculator
            found.append((float(atoms.get_potential_energy()), moved))
    return min(found, key=lambda state: state[0], default=(float("nan"), boundary))


def _site_group(boundary: Boundary) -> list[Ints]:
    """How symmetry of the boundary in the middle of the cell acts on shifts, in-plane fractions.

    An operation that keeps the grains where they are turns the shift; one that exchanges them
    reverses it besides.
    """
    atoms = shifted(replace(boundary, repeat=(1, 1)), (0, 0)).atoms
    found = spglib.get_symmetry(
        (atoms.cell[:], atoms.get_scaled_positions(), atoms.numbers), symprec=1e-3
    )
    actions = {}
    for rotation, translation in zip(found["rotations"], found["translations"], strict=True):
        stays = abs(translation[2] - round(translation[2])) < 1e-3
        if stays and not rotation[2, :2].any():
            action = rotation[2, 2] * rotation[:2, :2]
            actions[action.tobytes()] = action
    return list(actions.values())


def _stars(points: Ints, grid: tuple[int, int], group: list[Ints]) -> list[Ints]:
    """Sort grid points into sets that symmetry makes alike, each as indices, the lowest first."""
    sides = np.array(grid)
    seen: set[int] = set()
    stars = []
    for k, point in enumerate(points):
        if k in seen:
            continue
        images = [action @ (point / sides) * sides for action in group]
        # an operation may carry a point off a grid that has not its symmetry
        whole = [np.rint(i).astype(int) % sides for i in images if np.allclose(i, np.rint(i))]
        star = np.unique([k, *(i[0] * sides[1] + i[1] for i in whole)])
        seen |= set(star.tolist())
        stars.append(star)
    return stars
