"""What dopants and exchanged metals cost at a boundary, beside what they cost in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from delith.decorations import valences
from delith.facts import State
from delith.records import Record
from delith.units import EV_PER_A2, PER_NM2

COLUMNS = (
    "boundary",
    "potential",
    "lithium_content",
    "state",
    "dopant",
    "valence",
    "shell",
    "exchanged",
    "distance_A",
    "coverage_per_nm2",
    "energy_eV",
    "bulk_energy_eV",
    "segregation_energy_eV",
    "delta_gamma_J_per_m2",
    "valence_shift",
    "spread_eV",
    "orderings",
    "converged",
    "fewest_converged",
)


def decoration_energies(records: Iterable[Record]) -> pd.DataFrame:
    """Tabulate what dopants and exchanged metals do to the energy of every boundary.

    With E the lowest usable energy of a host in a state, at one Li content,
    E_seg = [E_b(state) − E_b] − [E_bulk(state) − E_bulk]; negative where the boundary attracts.
    Host and matched bulk hold the same number of atoms, so no chemical potential enters.

    Parameters
    ----------
    records : iterable of Record
        Boundaries and bulk, as they are and decorated.

    Returns
    -------
    pandas.DataFrame
        One row per boundary, potential, Li content and state:

        valence
            Nominal, of the dopant.
        distance_A
            Of the dopants' layer to the boundary, as built.
        coverage_per_nm2
            Dopants or exchanged metals per area of the one boundary they are at.
        energy_eV, bulk_energy_eV
            E_b(state) − E_b and E_bulk(state) − E_bulk: for exchanged metals the energy of
            moving them; for dopants it holds the unknown price of the exchanged elements.
        segregation_energy_eV
            E_seg, of all changed atoms of the cell together.
        delta_gamma_J_per_m2
            E_seg per area: what the decoration adds to γ of the boundary it is at.
        valence_shift
            Nominal valences of the host's transition metals, where the state changes them.
        spread_eV
            From the lowest to the highest usable ordering of the state at the boundary.
        orderings, converged
            Of the state at the boundary: computed; usable.
        fewest_converged
            Usable orderings of whichever has the fewest among the others that the energies are
            differences of: the boundary as it is, and bulk with and without the change.
    """
    known = _Known.of(records)
    rows = [
        _row(key, known) for key, r in known.lowest.items() if r.state != State() and r.host.count
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["shell"] = table["shell"].astype("Int64")
    by = ["potential", "boundary", "lithium_content", "dopant", "shell", "exchanged"]
    return table.sort_values(by, ascending=[True, True, False, True, True, True], ignore_index=True)


# Potential, label of the host, state, lithium content.
_Key = tuple[str, str, State, float]


class _Known(NamedTuple):
    """What is known of each host in each state at each content."""

    lowest: dict[_Key, Record]
    tried: dict[_Key, int]
    """Orderings computed."""
    energies: dict[_Key, list[float]]
    """Of the usable orderings, eV."""

    @classmethod
    def of(cls, records: Iterable[Record]) -> _Known:
        known = cls({}, defaultdict(int), defaultdict(list))
        for record in filter(lambda r: r.comparable, records):
            key = record.potential, record.host.label, record.state, round(record.content, 9)
            known.tried[key] += 1
            if record.usable:
                known.energies[key].append(record.energy)
                if key not in known.lowest or record.energy < known.lowest[key].energy:
                    known.lowest[key] = record
        return known


def _row(key: _Key, known: _Known) -> dict[str, object]:
    potential, label, state, x = key
    decorated, plain = known.lowest[key], known.lowest.get((potential, label, State(), x))
    in_bulk = replace(state, shell=None, distance=None)
    at_boundary = decorated.energy - plain.energy if plain else float("nan")
    # where the two grains differ each counts half, as in the boundary energy
    grains = [g for g in (decorated.host.reference, decorated.host.other) if g]
    others = [(potential, g, which, x) for g in grains for which in (in_bulk, State())]
    in_crystal = float("nan")
    if all(other in known.lowest for other in others):
        pairs = zip(others[::2], others[1::2], strict=True)
        changes = [known.lowest[a].energy - known.lowest[b].energy for a, b in pairs]
        in_crystal = sum(changes) / len(grains)
    others.append((potential, label, State(), x))
    area, energies = decorated.area, known.energies[key]
    return {
        "boundary": label,
        "potential": potential,
        "lithium_content": x,
        "state": state.label,
        "dopant": state.dopant,
        "valence": _valence(decorated),
        "shell": state.shell,
        "exchanged": state.exchanged,
        "distance_A": state.distance,
        "coverage_per_nm2": (state.dopants or state.exchanged) / area * PER_NM2,
        "energy_eV": at_boundary,
        "bulk_energy_eV": in_crystal,
        "segregation_energy_eV": at_boundary - in_crystal,
        "delta_gamma_J_per_m2": (at_boundary - in_crystal) / area * EV_PER_A2,
        "valence_shift": _shift(plain, decorated) if plain else "",
        "spread_eV": max(energies) - min(energies),
        "orderings": known.tried[key],
        "converged": len(energies),
        "fewest_converged": min(len(known.energies[other]) for other in others),
    }


def _valence(record: Record) -> float:
    """Nominal valence of the dopant; NaN where there is none."""
    element = record.state.dopant.split(" on ")[0]
    return valences(record.atoms, record.mobile)[element] if element else float("nan")


def _shift(before: Record, after: Record) -> str:
    """Nominal valences that the decoration changes, such as ``Ni 2.00 → 2.33``."""
    was, now = (valences(r.atoms, r.mobile) for r in (before, after))
    shared = [e for e in was if e in now and abs(was[e] - now[e]) > 0.005]
    return ", ".join(f"{e} {was[e]:.2f} → {now[e]:.2f}" for e in shared)
