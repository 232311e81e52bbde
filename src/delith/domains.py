"""Domains: the variants of a crystal on its parent lattice, and what takes one into another.

Operations of the parent that the crystal has lost turn one domain into another: a lost mirror or
rotation makes a twin, a lost translation an antiphase domain, a lost inversion an inversion domain.
The variants are the left cosets gH of the crystal's group H in the group G of its parent.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from delith.crystals import Crystal
from delith.crystals.cosets import Cosets, Operation
from delith.crystals.lattice import Floats
from delith.crystals.naming import named
from delith.crystals.notation import format_vector
from delith.crystals.parent import Kept, Parent, parent
from delith.errors import DelithError

#: An antiphase vector may be written to two decimals; the exact one is meant.
_ROUNDING = 0.01

#: Operations are the same where their translations differ by less than this fraction of a cell:
#: distorted crystals keep those of their parent only roughly.
_SAME_PLACE = 0.04

_KEPT: tuple[Kept, Kept] = ("sites", "anions")


@dataclass(frozen=True, eq=False)
class Variant:
    """One domain variant of a crystal.

    Attributes
    ----------
    number : int
        0 is the crystal itself.
    kind : str
        ``identity``, ``antiphase``, ``inversion``, ``twin``, or ``twin × antiphase`` where every
        mirror and rotation of the coset comes with a slip.
    operation : str
        What takes the crystal into the variant: ``mirror (104), (018)``, ``2-fold [001]``,
        ``translation [1/3, 2/3, 1/6]``, ``inversion at [0, 0, 1/4]``.
    orientation : int
        Variants of one orientation differ by a translation.
    relation : int
        Variants of one number stand to variant 0 in the same way: symmetry of the crystal, or
        exchanging the two, takes their pairs into each other.
    elements : tuple of Operation
        The coset, modulo translations of the crystal, in fractions of the parent's vectors.
    parent : Parent
    kept : {'sites', 'anions'}
        Which parent; see `variants`.
    """

    number: int
    kind: str
    operation: str
    orientation: int
    relation: int
    elements: tuple[Operation, ...]
    parent: Parent
    kept: Kept


def variants(crystal: Crystal, parent: Kept | Crystal = "sites") -> list[Variant]:
    """List the domain variants of a crystal on its parent lattice.

    Parameters
    ----------
    crystal : Crystal
    parent : {'sites', 'anions'} or Crystal
        ``sites``: the crystal with its metals merged into one species and its sites idealised.
        ``anions``: its anion lattice, on whose interstices the metals order. A crystal: whichever
        of the two it is.

    Returns
    -------
    list of Variant
        The crystal first; LiCoO2 on rock salt, P4_332 spinel on Fd-3m and the spinel framework on
        its oxygen lattice have eight each.

    Raises
    ------
    DelithError
        If the crystal given is no parent of this one.
    """
    if not isinstance(crystal, Crystal):
        raise DelithError(f"{crystal!r} is no crystal: load it with delith.crystals.load.")
    kept = _which_parent(crystal, parent) if isinstance(parent, Crystal) else parent
    return list(_variants(crystal, kept))


def antiphase_vector(crystal: Crystal, vector: tuple[float, float, float] | None) -> Floats:
    """Find the exact translation that an antiphase vector stands for.

    Parameters
    ----------
    crystal : Crystal
    vector : tuple of float, optional
        Fractions of the conventional cell, to two decimals or better; by default the one
        translation that the crystal has lost.

    Returns
    -------
    ndarray, shape (3,)
        A lost translation of the parent, of the anion lattice under it or, for a null boundary,
        a translation of the crystal.

    Raises
    ------
    DelithError
        If the vector is none of these, or if none is given and the crystal has lost none or
        several.
    """
    lost = parent(crystal).lost_translations
    listed = ", ".join(format_vector(v) for v in lost)
    if vector is None:
        if len(lost) == 1:
            return lost[0]
        if not len(lost):
            raise DelithError(
                f"{crystal.name} has lost no translations of its parent lattice, so it has no "
                "antiphase boundary."
            )
        raise DelithError(
            f"{crystal.name} has lost {len(lost)} translations of its parent lattice ({listed}): "
            "choose one with vector=."
        )
    try:
        given = np.asarray(vector, dtype=float)
    except (TypeError, ValueError):
        given = np.empty(0)
    if given.shape != (3,) or not np.isfinite(given).all():
        raise DelithError(
            f"vector must be three fractions of the conventional cell, not {vector!r}."
        )
    for candidate in (np.zeros(3), *lost, *_anion_translations(crystal)):
        rounding = _off_lattice(given - candidate, crystal)
        if np.abs(rounding).max() < _ROUNDING:
            return given - rounding
    raise DelithError(
        f"{format_vector(given)} is not a translation of the parent lattice of {crystal.name}. "
        f"Translations the crystal has lost: {listed or 'none'}."
    )


def translated(crystal: Crystal, vector: Floats) -> Variant:
    """Find the variant that is the crystal displaced by a vector of `antiphase_vector`."""
    for kept in _KEPT:
        steps = vector @ np.linalg.inv(parent(crystal, kept).basis)
        shift = Operation(np.eye(3, dtype=np.int64), steps)
        if found := _made_by(crystal, kept, shift, 1e-3):
            return found
    raise DelithError(
        f"{format_vector(vector)} is not a translation of the parent lattice of {crystal.name}."
    )


def made_by(crystal: Crystal, operation: Operation) -> Variant:
    """Find the variant that an operation of the parent makes of the crystal."""
    found = _made_by(crystal, "sites", operation, _SAME_PLACE)
    assert found is not None  # every operation of the parent makes a variant
    return found


def _made_by(
    crystal: Crystal, kept: Kept, operation: Operation, tolerance: float
) -> Variant | None:
    for variant in _variants(crystal, kept):
        for element in variant.elements:
            if (element.rotation != operation.rotation).any():
                continue
            # what must come before the one to give the other: a translation of the crystal
            before = element.inverse() @ operation
            gap = _off_lattice(before.translation @ variant.parent.basis, crystal)
            if np.abs(gap).max() < tolerance:
                return variant
    return None


def _anion_translations(crystal: Crystal) -> Floats:
    try:
        return parent(crystal, "anions").lost_translations
    except DelithError:  # no anions, or none that make a lattice
        return np.empty((0, 3))


@lru_cache(maxsize=32)
def _variants(crystal: Crystal, kept: Kept) -> tuple[Variant, ...]:
    found = parent(crystal, kept)
    cosets = Cosets.of(crystal, found)
    relations = cosets.relations()
    out = []
    for number in range(len(cosets)):
        elements = cosets.elements(number)
        kind, operation = named(crystal, found, elements)
        out.append(
            Variant(
                number=number,
                kind=kind,
                operation=operation,
                orientation=cosets.orientation(number),
                relation=relations[number],
                elements=elements,
                parent=found,
                kept=kept,
            )
        )
    return tuple(out)


def check_variant(crystal: Crystal, variant: Variant) -> None:
    """Refuse a variant of another crystal."""
    if not isinstance(variant, Variant):
        raise DelithError(f"{variant!r} is no variant: take one of delith.domains.variants.")
    own = _variants(crystal, variant.kept)
    if variant.number >= len(own) or not np.allclose(
        variant.parent.cell, own[variant.number].parent.cell, atol=1e-3
    ):
        raise DelithError(
            f"this variant ({variant.operation}) is not one of {crystal.name}: take it from "
            "delith.domains.variants of the same crystal."
        )


def _which_parent(crystal: Crystal, given: Crystal) -> Kept:
    """Tell by which idealisation a crystal becomes another one."""
    becomes = []
    for kept in _KEPT:
        try:
            own, other = parent(crystal, kept), parent(given, kept)
        except DelithError:
            continue
        size = abs(np.linalg.det(own.cell))
        becomes.append(f"{own.symbol} with a primitive cell of {size:.1f} Å³")
        whole = abs(np.linalg.det(given.primitive)) / abs(np.linalg.det(other.cell))
        volumes = abs(np.linalg.det(own.cell) / np.linalg.det(other.cell))
        if own.symbol == other.symbol == given.symbol and whole < 1.01 and 0.7 < volumes < 1.4:
            return kept
    raise DelithError(
        f"{given.name} ({given.symbol}, primitive cell of "
        f"{abs(np.linalg.det(given.primitive)):.1f} Å³) is no parent of {crystal.name}: with "
        f"its metals merged, or on its anions alone, {crystal.name} becomes "
        f"{' or '.join(dict.fromkeys(becomes)) or 'nothing of higher symmetry'}."
    )


def _off_lattice(vector: Floats, crystal: Crystal) -> Floats:
    """What a vector is off its nearest lattice vector, in fractions of the conventional cell."""
    primitive = crystal.primitive @ np.linalg.inv(crystal.atoms.cell[:])
    steps = vector @ np.linalg.inv(primitive)
    return np.asarray((steps - np.rint(steps)) @ primitive, dtype=float)
