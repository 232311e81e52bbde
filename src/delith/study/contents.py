"""Contents that every cell of a study can have."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import ceil, floor, gcd, lcm

from delith.boundaries import Boundary
from delith.decorations.host import WHOLE, capacity
from delith.errors import DelithError


def check_whole(hosts: Sequence[Boundary], contents: Sequence[float]) -> None:
    """Refuse contents that are no whole number of mobile atoms in some cell.

    Parameters
    ----------
    hosts : sequence of Boundary
        Every cell of a study, bulk among them, of one crystal with a mobile element.
    contents : sequence of float
        Mobile atoms per formula unit; a cell that cannot hold as many is not asked.

    Raises
    ------
    DelithError
        Naming the cell, and the nearest contents that all cells can have.
    """
    units = [_units(host) for host in hosts]
    for content, host in product(contents, hosts):
        number = content * host.formula_units
        if abs(number - round(number)) < WHOLE or content > capacity(host) + 1e-6:
            continue
        # bulk among them, as cells with a boundary may hold more or less
        full = max(capacity(h) for h in hosts if not h.excess)
        shared = [x for x in _around(content, units) if x < full + 1e-6]
        raise DelithError(
            f"{host.label}: {host.mobile} content {content:g} would be {number:.6g} atoms in "
            f"{host.formula_units:g} formula units. All cells of the study can have "
            f"{' or '.join(f'{x:.6g}' for x in shared)}{_larger(content, units)}."
        )


def _units(host: Boundary) -> Fraction:
    return Fraction(host.formula_units).limit_denominator(24)


def _around(content: float, units: Sequence[Fraction]) -> list[float]:
    """Return the contents below and above that are whole in cells of so many formula units."""
    common = lcm(*(n.denominator for n in units))
    step = Fraction(common, gcd(*(int(n * common) for n in units)))
    return [float(n * step) for n in (floor(content / step), ceil(content / step))]


def _larger(content: float, units: Sequence[Fraction]) -> str:
    """Advise how much larger cells would have to be, where the content is a simple fraction."""
    share = Fraction(content).limit_denominator(24)
    if abs(content - share) >= 1e-4:
        return ""
    times = lcm(*((share * n).denominator for n in units))
    return f", or {content:g} if repeat makes them {times} times as large"
