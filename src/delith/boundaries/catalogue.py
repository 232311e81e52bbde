"""Every symmetry-distinct domain boundary on given planes, each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

import numpy as np

from delith import bicrystal, domains
from delith.bicrystal import Joint, OrientedCrystal
from delith.boundaries.cell import Boundary, build
from delith.boundaries.kinds import label_of
from delith.crystals import Crystal, Plane, inspection
from delith.crystals.lattice import Floats
from delith.crystals.mirrors import mirror_planes
from delith.crystals.parent import Kept
from delith.errors import DelithError
from delith.joints import joints

#: Planes of cubic spinels, along whose normals structures were seen to change on charge (Gong et
#: al., Nat. Commun. 9, 3341, 2018), and of layered oxides, on which boundaries have been seen or
#: proposed (Gong et al., J. Am. Chem. Soc. 139, 4274, 2017).
CUBIC_PLANES: tuple[Plane, ...] = ((1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 1, 2))
LAYERED_PLANES: tuple[Plane, ...] = ((1, 0, 4), (0, 1, 8), (1, 1, 0), (0, 0, 3))

#: Where the parent has no mirrors.
LOW_PLANES: tuple[Plane, ...] = ((1, 0, 0), (1, 1, 0), (0, 0, 1))

#: Grains at least this thick (Å) keep two boundaries apart when they are told from one another.
_THICK = 13.0


def catalogue(
    crystal: Crystal,
    planes: Sequence[Plane] | None = None,
    separation: float = 12.0,
    repeat: tuple[int, int] = (1, 1),
    parent: Kept | Crystal = "sites",
) -> list[Boundary]:
    """List every symmetry-distinct domain boundary of a crystal on some planes, each once.

    All variants that fit the crystal on a plane are joined to it at all distinct plane positions.
    Boundaries are the same where the atoms near them have the same surroundings, on the same
    area: told by geometry and not by name. Left out are null boundaries, and those at which atoms
    would come too close.

    Parameters
    ----------
    crystal : Crystal
    planes : sequence of tuple of int, optional
        (hkl) with respect to the conventional cell; by default (100), (110), (111), (112) of
        cubic crystals, (104), (018), (110), (003) of layered ones (R-3m), otherwise the mirror
        planes of the parent or, where it has none, (100), (110), (001).
    separation, repeat
        Of the cells, as in `twin`.
    parent : {'sites', 'anions'} or Crystal
        See `delith.domains.variants`.

    Returns
    -------
    list of Boundary
        Plane by plane, variants in order. `Boundary.excess` and `Boundary.polar` tell those that
        are not stoichiometric or not alike on both sides.

    Raises
    ------
    DelithError
        If no plane holds a boundary, so that asking for them was a mistake.
    """
    chosen = _default_planes(crystal) if planes is None else planes
    variants = domains.variants(crystal, parent)[1:]
    found: list[Boundary] = []
    seen = _Seen()
    for plane in chosen:
        oriented = bicrystal.orient(crystal, plane)
        for variant in variants:
            fitting = joints(oriented, variant)
            found += [
                build(
                    oriented,
                    plane,
                    joint,
                    separation,
                    repeat,
                    kind=variant.kind,
                    label=label_of(crystal, variant, plane, joint, position),
                    operation=variant.operation,
                    positions=len(fitting),
                )
                for position, joint in enumerate(fitting)
                if seen.lacks(oriented, joint)
            ]
    if not found:
        why = (
            f"no other variant fits it there with a boundary (there are {len(variants)})"
            if variants
            else "it has lost no operation of its parent (another parent may be asked for)"
        )
        raise DelithError(f"{crystal.name} has no domain boundary on the planes asked for: {why}.")
    return found


def distinct(built: Iterable[Boundary]) -> list[Boundary]:
    """Keep of boundaries of one crystal each once, told by geometry as in `catalogue`.

    Null boundaries, and those at which atoms would come too close, are left out.
    """
    seen = _Seen()
    return [b for b in built if seen.lacks(bicrystal.orient(b.crystal, b.plane), b.joint)]


class _Seen:
    """Boundaries that were met: their areas, and the surroundings of the atoms near them."""

    def __init__(self) -> None:
        self._known: list[tuple[float, Floats]] = []

    def lacks(self, oriented: OrientedCrystal, joint: Joint) -> bool:
        """Tell whether this is a boundary that was not met before, and remember it."""
        traits, area = _traits(oriented, joint), oriented.cell.area
        if not len(traits):
            return False
        if any(abs(area - a) < 1e-3 and _same(traits, t) for a, t in self._known):
            return False
        self._known.append((area, traits))
        return True


def _traits(oriented: OrientedCrystal, joint: Joint) -> Floats:
    """Fingerprint of a boundary; empty if it is null or its atoms would come too close."""
    rise = bicrystal.thickness(joint, 0)
    layers = int(np.ceil(_THICK / oriented.cell.spacing - rise))
    with suppress(DelithError):
        cell = bicrystal.join(oriented, joint, layers)
        return inspection.fingerprint(cell, oriented.crystal)
    return np.empty((0, 0))


def _default_planes(crystal: Crystal) -> Sequence[Plane]:
    if crystal.number >= 195:
        return CUBIC_PLANES
    if crystal.number == 166:
        return LAYERED_PLANES
    return mirror_planes(crystal) or LOW_PLANES


def _same(one: Floats, other: Floats) -> bool:
    return one.shape == other.shape and bool(np.abs(one - other).max() < inspection.SAME)
