"""What the rest of the toolkit hands in to be decorated: a bulk cell or a boundary cell."""

from fractions import Fraction
from math import ceil, floor, gcd
from typing import Protocol

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from delith.errors import DelithError

# How far from whole a number of atoms may be: contents are typed with a few digits (0.3333).
WHOLE = 1e-2


class Host(Protocol):
    """A fully lithiated, unrelaxed crystal or boundary, and which of its atoms move."""

    @property
    def atoms(self) -> Atoms:
        """Periodic structure with every mobile site filled."""

    @property
    def mobile(self) -> str | None:
        """Element that moves, such as Li; all its atoms are mobile sites. None: nothing moves."""

    @property
    def formula_units(self) -> int:
        """Formula units of the framework: content is the number of mobile atoms over this."""


def mobile_sites(host: Host) -> NDArray[np.intp]:
    """Return the indices of the mobile sites, or raise DelithError where there is none."""
    sites = np.array([i for i, s in enumerate(host.atoms.symbols) if s == host.mobile], dtype=int)
    if not len(sites):
        raise DelithError(
            f"{host.atoms.get_chemical_formula()} has no {host.mobile or 'mobile element'}: give a "
            "fully lithiated host, or name the element that moves"
        )
    return sites


def mobile_number(host: Host, content: float) -> int:
    """Return how many mobile atoms the host has at `content` (atoms a formula unit).

    Raises
    ------
    DelithError
        When the host is not filled that far, or the number is not whole; the message names the
        nearest contents that fit and, for a simple fraction, the multiple of the cell it needs.
    """
    units = host.formula_units
    sites = len(mobile_sites(host))
    number = content * units
    if not -WHOLE < number < sites + WHOLE:
        raise DelithError(
            f"{host.mobile} content {content:g} is outside 0 to {sites / units:g}, "
            "which is all this host can hold"
        )
    if abs(number - round(number)) < WHOLE:
        return round(number)
    share = Fraction(content).limit_denominator(24)
    advice = ""
    if abs(content - share) < 1e-4:
        times = share.denominator // gcd(share.denominator, units)
        advice = f", or make the cell {times} times as large (in plane for a boundary)"
    raise DelithError(
        f"{host.mobile} content {content:g} would be {number:.6g} atoms in {units} formula units: "
        f"use {floor(number) / units:.6g} or {ceil(number) / units:.6g}{advice}"
    )
