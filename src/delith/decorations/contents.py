"""How many mobile atoms cells can have."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, gcd, lcm

from delith.decorations.host import Host, mobile_sites
from delith.errors import DelithError

# How far from whole a number of atoms may be: contents are typed with a few digits (0.3333).
WHOLE = 1e-2
# Largest denominator of a content that is a simple fraction, and of a cell's formula units.
SIMPLE = 24


def capacity(host: Host) -> float:
    """Return the largest content (atoms a formula unit) that a host can hold."""
    return sum(host.atoms.symbols == host.mobile) / host.formula_units


def mobile_number(host: Host, content: float) -> int:
    """Return how many mobile atoms the host has at `content` (atoms a formula unit).

    Raises
    ------
    DelithError
        When the host is not filled that far, or the number is not whole; the message names the
        nearest contents that fit and, for a simple fraction, the multiple of the cell it needs.
    """
    number = content * host.formula_units
    if not -WHOLE < number < len(mobile_sites(host)) + WHOLE:
        raise DelithError(
            f"{host.mobile} content {content:g} is outside 0 to {capacity(host):g}, "
            "which is all this host can hold"
        )
    if is_whole(number):
        return round(number)
    times = multiple(content, [host])
    larger = f", or make the cell {times} times as large (in plane for a boundary)" if times else ""
    raise DelithError(
        f"{host.mobile} content {content:g} would be {number:.6g} atoms in "
        f"{host.formula_units:g} formula units: use "
        f"{' or '.join(f'{x:.6g}' for x in nearest(content, [host]))}{larger}"
    )


def is_whole(number: float) -> bool:
    """Whether a number of atoms is as good as whole."""
    return abs(number - round(number)) < WHOLE


def nearest(content: float, hosts: Sequence[Host]) -> list[float]:
    """Return the contents below and above that are whole numbers of atoms in every host."""
    units = _units(hosts)
    common = lcm(*(n.denominator for n in units))
    step = Fraction(common, gcd(*(int(n * common) for n in units)))
    return [float(n * step) for n in (floor(content / step), ceil(content / step))]


def multiple(content: float, hosts: Sequence[Host]) -> int | None:
    """Return how many times as large hosts hold a content; nothing if it is no simple fraction."""
    share = Fraction(content).limit_denominator(SIMPLE)
    if abs(content - share) >= 1e-4:
        return None
    return lcm(*((share * n).denominator for n in _units(hosts)))


def _units(hosts: Sequence[Host]) -> list[Fraction]:
    return [Fraction(host.formula_units).limit_denominator(SIMPLE) for host in hosts]
