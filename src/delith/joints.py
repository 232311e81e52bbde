"""Where and how two domain variants meet on a plane.

Both variants fill sites of one parent lattice, which runs through the boundary. What remains to be
chosen is the plane position: the height above which sites hold what the second variant puts there.
Where neighbouring layers are the same in both variants, any cut among them is the same boundary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from delith.bicrystal import SAME_LAYER, Joint, OrientedCrystal, widest_gap
from delith.crystals.cosets import Operation
from delith.crystals.lattice import Floats, Ints
from delith.crystals.parent import Parent
from delith.domains import Variant

#: Sites (Å) of the two variants closer than this are one parent site.
_SAME_SITE = 0.3

#: Longest period, in plane spacings, after which two stackings are tried to coincide again.
_LONGEST = 12


@dataclass(frozen=True, eq=False)
class _Turn:
    """An operation on columns of plane-cell fractions, that keeps the plane and its metric."""

    matrix: Floats
    translation: Floats

    @property
    def sign(self) -> int:
        return round(float(self.matrix[2, 2]))

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """Upright and twofold first: applied twice they close the cell with two like boundaries."""
        inplane = self.matrix[:2, :2]
        twofold = np.allclose(inplane @ inplane, np.eye(2))
        return self.sign < 0, not twofold, not np.allclose(inplane, np.eye(2))


def joints(oriented: OrientedCrystal, variant: Variant) -> list[Joint]:
    """List the distinct plane positions at which a variant joins the crystal coherently.

    Parameters
    ----------
    oriented : OrientedCrystal
    variant : Variant

    Returns
    -------
    list of Joint
        Cuts from low to high; empty if the plane's lattice is not common to both variants. One
        joint, wherever the gap is widest, for the crystal itself.
    """
    turns = [t for e in variant.elements if (t := _on_plane(oriented, variant.parent, e))]
    if not turns:
        return []
    turn = min(turns, key=lambda t: t.rank)
    basis = _parent_basis(oriented, variant.parent)
    into = np.linalg.inv(basis)
    sites = variant.parent.ideal(oriented.fractions @ into) @ basis
    return [
        _joint(oriented, turn, sites, cut, layer) for cut, layer in _cuts(oriented, turn, sites)
    ]


def _parent_basis(oriented: OrientedCrystal, parent: Parent) -> Floats:
    """Parent vectors, rows, in fractions of the plane cell."""
    cell = parent.basis @ oriented.crystal.atoms.cell[:]
    return np.asarray(cell @ oriented.cell.rotation.T @ oriented.cell.inverse, dtype=float)


def _on_plane(oriented: OrientedCrystal, parent: Parent, element: Operation) -> _Turn | None:
    """Bring an operation into the plane cell; None if it does not keep the plane's lattice."""
    basis = _parent_basis(oriented, parent)
    matrix = basis.T @ element.rotation @ np.linalg.inv(basis.T)
    inplane = np.rint(matrix[:2, :2])
    metric = oriented.cell.vectors[:2, :2] @ oriented.cell.vectors[:2, :2].T
    keeps_plane = np.abs(np.abs(matrix[2]) - (0, 0, 1)).max() < 1e-6
    if not keeps_plane or np.abs(matrix[:2, :2] - inplane).max() > 1e-6:
        return None
    if not np.allclose(inplane.T @ metric @ inplane, metric, rtol=0, atol=1e-4 * metric.max()):
        return None
    translation = element.translation @ basis
    # of the images that lattice vectors make alike, the one that climbs least, up or down
    sign = round(float(matrix[2, 2]))
    climb = np.ceil(translation[2] - 0.5 - 1e-4)
    return _Turn(matrix, translation - sign * climb * matrix[:, 2])


def _cuts(oriented: OrientedCrystal, turn: _Turn, sites: Floats) -> list[tuple[float, bool]]:
    """Heights that part the variants in distinct ways, and whether a layer lies there."""
    period = _period(turn)
    levels = _levels(turn, sites, period)
    shared = [_is_shared(oriented, turn, sites, level) for level in levels]
    if all(shared):
        return [(widest_gap(sites[:, 2]), False)]
    above = np.append(levels[1:], levels[0] + period)
    cuts = []
    # start behind a layer that is not shared, so that no run of shared ones is split
    start = shared.index(False)
    run: list[int] = []
    for k in [*range(start + 1, len(levels)), *range(start + 1)]:
        if shared[k]:
            run.append(k)
            continue
        before = run or [k - 1]
        middle = before[(len(before) - 1) // 2]
        if len(run) % 2:
            cuts.append((float(levels[middle]), True))
        else:
            cuts.append((float(levels[middle] + above[middle]) / 2, False))
        run = []
    return sorted((round(cut % period, 9), layer) for cut, layer in cuts)


def _period(turn: _Turn) -> int:
    """Plane spacings after which both stackings are again as they were with one another."""
    slip = turn.matrix[:2, 2]
    for count in range(1, _LONGEST + 1):
        if np.abs(count * slip - np.rint(count * slip)).max() < 1e-3:
            return count
    return 1


def _levels(turn: _Turn, sites: Floats, period: int) -> Floats:
    """Heights of the layers of either variant in one period, rising."""
    heights = np.concatenate([sites[:, 2], turn.sign * sites[:, 2] + turn.translation[2]]) % 1
    ordered = np.sort(heights)
    distinct = [float(ordered[0])]
    for height in ordered[1:]:
        if height - distinct[-1] > SAME_LAYER and height < distinct[0] + 1 - SAME_LAYER:
            distinct.append(float(height))
    return np.add.outer(np.arange(period), distinct).ravel()


def _is_shared(oriented: OrientedCrystal, turn: _Turn, sites: Floats, level: float) -> bool:
    """Whether both variants put the same species on the same sites of a layer."""
    numbers = oriented.crystal.primitive_atoms.numbers

    def layer(heights: Floats) -> tuple[Ints, Floats]:
        whole = np.rint(level - heights)
        here = np.flatnonzero(np.abs(heights + whole - level) < SAME_LAYER)
        return here, whole[here]

    first, _ = layer(sites[:, 2])
    second, climb = layer(turn.sign * sites[:, 2] + turn.translation[2])
    if sorted(numbers[first]) != sorted(numbers[second]):
        return False
    lifted = sites[second] + np.outer(turn.sign * climb, (0, 0, 1))
    images = lifted @ turn.matrix.T + turn.translation
    gap = images[None, :, :2] - sites[first][:, None, :2]
    gap -= np.rint(gap)
    distance = np.linalg.norm(gap @ oriented.cell.vectors[:2, :2], axis=2)
    distance[numbers[first][:, None] != numbers[second][None]] = np.inf
    return bool(distance.min(axis=1).max(initial=0.0) < _SAME_SITE)


def _joint(oriented: OrientedCrystal, turn: _Turn, sites: Floats, cut: float, layer: bool) -> Joint:
    vectors = oriented.cell.vectors
    matrix = np.eye(3) * (1, 1, turn.sign)
    lattice = vectors[:2, :2].T  # columns
    matrix[:2, :2] = lattice @ np.rint(turn.matrix[:2, :2]) @ np.linalg.inv(lattice)
    # the parent's sites run through the boundary undisturbed in the cut itself; further away
    # the lattices of distorted variants part
    there = np.array([0, 0, cut])
    back = np.linalg.solve(turn.matrix, there - turn.translation)
    return Joint(
        turn=matrix,
        translation=there @ vectors - matrix @ (back @ vectors),
        heights=sites[:, 2],
        rise=round(float(turn.translation[2]), 9) + 0.0,  # no negative zero
        cut=cut,
        layer=layer,
    )
