"""Contents that every cell of a study can have."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from delith.boundaries import Boundary
from delith.decorations.contents import capacity, is_whole, multiple, nearest
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
    for content, host in product(contents, hosts):
        number = content * host.formula_units
        if is_whole(number) or content > capacity(host) + 1e-6:
            continue
        # bulk among them, as cells with a boundary may hold more or less
        full = max(capacity(h) for h in hosts if not h.excess)
        shared = [x for x in nearest(content, hosts) if x < full + 1e-6]
        times = multiple(content, hosts)
        larger = f", or {content:g} if repeat makes them {times} times as large" if times else ""
        raise DelithError(
            f"{host.label}: {host.mobile} content {content:g} would be {number:.6g} atoms in "
            f"{host.formula_units:g} formula units. All cells of the study can have "
            f"{' or '.join(f'{x:.6g}' for x in shared)}{larger}."
        )
