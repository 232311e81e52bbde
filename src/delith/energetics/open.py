"""Boundary energy of a cell that exchanges lithium, and what else it lacks, with reservoirs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from delith.crystals.lattice import Bools, Floats
from delith.energetics.chemical_potentials import Reservoirs, composition, counted
from delith.energetics.closed import boundaries_equivalent, boundary_count
from delith.energetics.hull import LowerHull
from delith.energetics.sums import gamma_of_one
from delith.errors import DelithError
from delith.facts import State
from delith.records import Record
from delith.units import EV_PER_A2, PER_NM2

COLUMNS = (
    "boundary",
    "potential",
    "state",
    "mu_eV",
    "gamma_J_per_m2",
    "gamma_of_one_J_per_m2",
    "gamma_spread_J_per_m2",
    "boundaries_equivalent",
    "excess_lithium_per_nm2",
    "boundary_content",
    "bulk_content",
    "orderings",
    "converged",
    "bulk_converged",
    "lowest_record",
)


def open_boundary_energies(
    records: Iterable[Record], mu: ArrayLike, mu_oxygen: float | None = None
) -> pd.DataFrame:
    """Tabulate γ(μ) and the excess lithium of every boundary.

    γ(μ) = min over N_Li and orderings of {E_cell − N_Li·μ − n·min_x[E_bulk(x) − x·μ] − Σ ΔN_i·μ_i}
    / 2A, and by Gibbs' adsorption equation Γ = −dγ/dμ = [N_Li − n·x(μ)] / 2A. The n formula units
    of bulk are counted by its metals, and ΔN_i are the framework atoms that the cell holds beyond
    them: dopants, and what dopants and boundaries that do not conserve atoms have of oxygen, or of
    one metal of bulk for another, too much or too little. So bulk, which boundaries exchange metal
    with wherever they move, sets the potential of its metal at given μ_Li and μ_O (Reuter and
    Scheffler, Phys. Rev. B 65, 035406, 2001), and γ does not hang on how cells are counted. Where
    the two grains differ, the bulk of each counts half.

    A content that was computed and gave nothing usable might have been the lowest: γ and Γ are left
    open at every μ where the lowest of the boundary or of bulk is a neighbour of such a content. So
    might a boundary at a content of which bulk gave nothing, so that no boundary was computed.

    Parameters
    ----------
    records : iterable of Record
        Boundaries, their bulk and the reference phases; what is no ordering does not enter.
    mu : array_like
        Chemical potentials of lithium, eV, on the energy scale of the potential.
    mu_oxygen : float, optional
        Chemical potential of oxygen, eV, which with the oxides among the reference phases fixes
        that of dopants, and of one metal of bulk against another; by default that in air at
        298 K, see `Reservoirs.oxygen`. It is on the energy scale of the potential, too.

    Returns
    -------
    pandas.DataFrame
        boundary, potential, state, mu_eV;

        gamma_J_per_m2
            Where the two boundaries of the cell are not equivalent (``boundaries_equivalent``
            false), as where one is decorated, the sum of both, over A. NaN where a reference phase
            is missing.
        gamma_of_one_J_per_m2
            Of one boundary; see `delith.energetics.sums.gamma_of_one`.
        gamma_spread_J_per_m2
            From the lowest to the highest usable ordering at the content of the lowest.
        excess_lithium_per_nm2
            Γ, over the same area as γ: of one boundary, or where lithium is spread unevenly over
            the two the mean.
        boundary_content, bulk_content
            x of the lowest boundary cell and of the lowest bulk.
        orderings, converged, bulk_converged
            At these contents: computed and usable orderings of the boundary, usable ones of bulk.
        lowest_record
            Key of the record behind the row.

    Raises
    ------
    DelithError
        If ``mu_oxygen`` is given for records of several potentials.
    """
    known = [record for record in records if record.comparable]
    check_oxygen(mu_oxygen, known)
    cells: dict[tuple[str, str, State], list[Record]] = defaultdict(list)
    bulk: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in known:
        host, state = record.host, record.state
        if host.count:
            cells[record.potential, host.label, state].append(record)
        elif not state.dopant:  # metals exchanged in bulk compete with those at home
            bulk[record.potential, host.label].append(record)
    values = np.atleast_1d(np.asarray(mu, dtype=float))
    reservoirs = {p: Reservoirs.of(known, p) for p in {r.potential for r in known}}
    tables = []
    for (potential, _, _), members in cells.items():
        host = members[0].host
        grains = [bulk[potential, label] for label in (host.reference, host.other) if label]
        if all(any(r.usable for r in group) for group in (members, *grains)):
            reservoir = reservoirs[potential]
            air = reservoir.oxygen() if mu_oxygen is None else mu_oxygen
            tables.append(_table(members, grains, values, reservoir, air))
    if not tables:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(tables, ignore_index=True)
    table["gamma_of_one_J_per_m2"] = gamma_of_one(table, "mu_eV")
    return table[list(COLUMNS)]


def check_oxygen(mu_oxygen: float | None, records: Iterable[Record]) -> None:
    """Refuse one chemical potential of oxygen for records whose energies have several scales."""
    names = {record.potential for record in records}
    if mu_oxygen is not None and len(names) > 1:
        raise DelithError(
            f"mu_oxygen is an energy of one potential, and these records are of {len(names)} "
            f"({', '.join(sorted(names))}): give those of one at a time."
        )


def _table(
    tried: list[Record],
    grains: list[list[Record]],
    mu: Floats,
    reservoirs: Reservoirs,
    mu_oxygen: float,
) -> pd.DataFrame:
    cells = [record for record in tried if record.usable]
    host = cells[0].host
    lowest_bulk = [_grand_bulk(bulk, mu) for bulk in grains]
    grand_bulk, reference = np.mean(lowest_bulk, axis=0)
    units, surplus = counted(cells[0], [composition(bulk[0]) for bulk in grains])
    price = sum(n * reservoirs.potential(e, mu_oxygen) for e, n in surplus.items())
    areas = np.array([boundary_count(r) * r.area for r in cells])
    excess_energy = np.array([r.energy - r.mobile_count * mu - units * grand_bulk for r in cells])
    # which cell is the lowest is known without the price, which all of them pay
    lowest = ((excess_energy - np.nan_to_num(price)) / areas[:, None]).argmin(axis=0)
    gamma = (excess_energy[lowest, np.arange(len(mu))] - price) / areas[lowest]
    counts = np.array([r.mobile_count for r in cells])[lowest]
    excess = (counts - units * reference) / areas[lowest]
    gaps = [_gaps(bulk) for bulk in grains]
    own = _gaps(tried) | (set.union(*gaps) - {r.content for r in cells})
    sure = ~_beside(own, cells, counts / host.formula_units)
    for gap, bulk, (_, contents) in zip(gaps, grains, lowest_bulk, strict=True):
        sure &= ~_beside(gap, bulk, contents)
    computed = Counter(record.mobile_count for record in tried)
    energies = {n: [r.energy for r in cells if r.mobile_count == n] for n in set(counts.tolist())}
    spread = np.array([np.ptp(energies[n]) for n in counts]) / areas[lowest]
    return pd.DataFrame(
        {
            "boundary": host.label,
            "potential": cells[0].potential,
            "state": cells[0].state.label,
            "mu_eV": mu,
            "gamma_J_per_m2": np.where(sure, gamma, np.nan) * EV_PER_A2,
            "gamma_spread_J_per_m2": spread * EV_PER_A2,
            "boundaries_equivalent": boundaries_equivalent(cells[0]),
            "excess_lithium_per_nm2": np.where(sure, excess, np.nan) * PER_NM2,
            "boundary_content": counts / host.formula_units,
            "bulk_content": reference,
            "orderings": [computed[n] for n in counts],
            "converged": [len(energies[n]) for n in counts],
            "bulk_converged": np.min(
                [_usable_at(b, x) for b, (_, x) in zip(grains, lowest_bulk, strict=True)], axis=0
            ),
            "lowest_record": [cells[k].key for k in lowest],
        }
    )


def _grand_bulk(bulk: list[Record], mu: Floats) -> tuple[Floats, Floats]:
    """Lowest E − x·μ of a formula unit of bulk, eV, and its x, at every μ."""
    usable = [record for record in bulk if record.usable]
    energies = np.array([r.energy_per_unit - r.content * mu for r in usable])
    contents = np.array([r.content for r in usable])
    return energies.min(axis=0), contents[energies.argmin(axis=0)]


def _usable_at(records: list[Record], contents: Floats) -> list[int]:
    return [sum(r.usable and abs(r.content - x) < 1e-6 for r in records) for x in contents]


def _gaps(records: list[Record]) -> set[float]:
    """Contents of which nothing is usable."""
    # bulk with exchanged metals is no stand-in for bulk that failed
    plain = [r for r in records if not r.state.exchanged] or records
    return {r.content for r in plain} - {r.content for r in plain if r.usable}


def _beside(gaps: set[float], records: list[Record], contents: Floats) -> Bools:
    """Tell which contents are those next to a gap.

    Next to it are the nearest vertices of the lower hull, below and above, and contents that are
    the lowest without being one, as they may be by their area.
    """
    lowest = np.union1d(LowerHull.of_bulk(records).x, contents)
    beside: list[float] = []
    for gap in gaps:
        # the gap itself: of bulk with exchanged metals something may be there
        beside += [gap, *lowest[lowest < gap][-1:], *lowest[lowest > gap][:1]]
    return np.isclose(contents[:, None], np.array(beside)).any(axis=1)
