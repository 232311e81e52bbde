"""Barriers of ions that hop, from finished paths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from delith.decorations import Hop
from delith.paths import Path
from delith.records import Record

_HOP = (
    "boundary",
    "kind",
    "plane",
    "potential",
    "lithium_content",
    "state",
    "ordering",
    "hop",
)

COLUMNS = (
    *_HOP,
    "element",
    "place",
    "distance_A",
    "length_A",
    "image_A",
    "vacancies",
    "barrier_eV",
    "reverse_barrier_eV",
    "end_energy_eV",
    "resolved_barrier_eV",
    "minimum_eV",
    "images",
    "iterations",
    "converged",
    "problem",
    "start_record",
    "end_record",
)

PROFILE_COLUMNS = (*_HOP, "image", "path_A", "energy_eV", "slope_eV_per_A")


@dataclass(frozen=True, eq=False)
class Migration:
    """One hop in one ordering, as far as it was computed.

    Attributes
    ----------
    hop : Hop
    start, end : Record
        Its relaxed ends.
    path : Path or None
        Between them; None where the ends allow none.
    """

    hop: Hop
    start: Record
    end: Record
    path: Path | None

    @property
    def problem(self) -> str:
        """Why its barrier should not be used; empty where it may."""
        for name, record in (("start", self.start), ("end", self.end)):
            if record.problem:
                return f"{name}: {record.problem}"
        if missed := self.hop.missed(self.start.atoms, self.end.atoms):
            return missed
        return self.path.problem if self.path else "no path was computed"


def migration_barriers(migrations: Iterable[Migration]) -> pd.DataFrame:
    """Tabulate the barriers of hops at boundaries and in bulk.

    Parameters
    ----------
    migrations : iterable of Migration

    Returns
    -------
    pandas.DataFrame
        One row per hop; energies are left open where there is a problem:

        hop, element, place, distance_A, length_A, vacancies
            Which ion goes where, as built; see `delith.decorations.Hop`.
        image_A
            From the ion to its nearest image, as built. Where it is not much longer than the hop, a
            whole row of ions hops at once.
        barrier_eV, reverse_barrier_eV
            Highest energy on the path less that of the start, and less that of the end.
        end_energy_eV
            Energy of the end less that of the start.
        resolved_barrier_eV
            Mean of both barriers, the same in both directions: the kinetically resolved one (Van
            der Ven, Ceder, Asta and Tepesch, Phys. Rev. B 64, 184307, 2001).
        minimum_eV
            Lowest minimum between the ends less the start, such as lithium in a tetrahedron;
            empty where there is none. With one, only the highest of several saddles was climbed.
        images, iterations, converged, problem
            Of the path, ends included.
        start_record, end_record
            The records of the ends.
    """
    table = pd.DataFrame([_row(m) for m in migrations], columns=list(COLUMNS))
    by = ["potential", "boundary", "state", "lithium_content", "ordering", "hop"]
    ascending = [True, True, True, False, True, True]
    return table.sort_values(by, ascending=ascending, ignore_index=True)


def migration_profiles(migrations: Iterable[Migration]) -> pd.DataFrame:
    """Tabulate the energy along the paths of hops without a problem.

    Parameters
    ----------
    migrations : iterable of Migration

    Returns
    -------
    pandas.DataFrame
        One row per image: path_A, how far all atoms have gone together; energy_eV, less that of
        the start; slope_eV_per_A, of the energy along the path. The cubic through energies and
        slopes is the curve whose highest point is the barrier.
    """
    rows = [
        _named(m) | {"image": k, "path_A": s, "energy_eV": energy, "slope_eV_per_A": slope}
        for m in migrations
        if m.path and not m.problem
        for k, (s, energy, slope) in enumerate(
            zip(m.path.fit.path, m.path.fit.energies, m.path.slopes, strict=True)
        )
    ]
    return pd.DataFrame(rows, columns=list(PROFILE_COLUMNS))


def _named(migration: Migration) -> dict[str, object]:
    """What tells one hop from another in a table."""
    start = migration.start
    return {
        "boundary": start.host.label,
        "kind": start.host.kind,
        "plane": start.host.plane,
        "potential": start.potential,
        "lithium_content": start.content,
        "state": start.state.label,
        "ordering": start.ordering,
        "hop": migration.hop.label,
    }


def _row(migration: Migration) -> dict[str, object]:
    hop, path = migration.hop, migration.path
    row = _named(migration) | {
        "element": hop.element,
        "place": hop.place,
        "distance_A": hop.distance,
        "length_A": hop.length,
        "image_A": float(hop.start.cell.minkowski_reduce()[0].lengths().min()),
        "vacancies": hop.vacancies,
        "converged": path is not None and path.converged,
        "problem": migration.problem,
        "start_record": migration.start.key,
        "end_record": migration.end.key,
    }
    if path is None:
        return row
    row |= {"images": len(path.images), "iterations": path.iterations}
    if migration.problem:
        return row
    return row | {
        "barrier_eV": path.barrier,
        "reverse_barrier_eV": path.reverse_barrier,
        "end_energy_eV": path.end_energy,
        "resolved_barrier_eV": (path.barrier + path.reverse_barrier) / 2,
        "minimum_eV": min(path.minima, default=None),
    }
