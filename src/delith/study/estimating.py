"""What a study will cost, before it runs: its tasks, and core time between two bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
from ase import Atoms
from threadpoolctl import threadpool_limits

from delith import potentials
from delith.clusters.settings import Cluster
from delith.crystals import NONMETALS, Crystal
from delith.engines.performing import Clock
from delith.errors import DelithError
from delith.records import Record
from delith.standing import stored
from delith.study import Study
from delith.study.planning import Plan, plan
from delith.study.walking import Walk

#: Force calls that a relaxation takes: of those of oxides by CHGNet and by students, to forces of
#: 0.02 eV/Å, nine in ten were between these.
CALLS = (10, 50)
#: Share (%) of stored calculations that were cheaper than the bounds, an atom.
SHARES = (5, 95)


@dataclass(frozen=True)
class Part:
    """Tasks of one kind.

    Attributes
    ----------
    name : str
        ``bulk``, ``boundary`` or ``references``.
    tasks : int
        With every potential of the study.
    atoms : tuple of int
        In the smallest and in the largest cell.
    """

    name: str
    tasks: int
    atoms: tuple[int, int]


@dataclass(frozen=True)
class Cost:
    """What one potential takes.

    Attributes
    ----------
    potential : str
    told : str
        Where the rate is from.
    core_hours : tuple of float, or None
        Bounds, of all tasks known beforehand and of the most there can be; None where unknown.
    longest : float
        Upper bound for the largest cell, core hours.
    """

    potential: str
    told: str
    core_hours: tuple[float, float] | None
    longest: float = float("nan")


@dataclass(frozen=True)
class Estimate:
    """What a study will cost.

    Attributes
    ----------
    parts : tuple of Part
    known, most : int
        Tasks known beforehand, and the most there can be as far as is known: refinement,
        vibrations and hops depend on what is found.
    costs : tuple of Cost
    counted : str
        What the contents of the study count; empty where nothing moves.
    """

    parts: tuple[Part, ...]
    known: int
    most: int
    costs: tuple[Cost, ...]
    counted: str = ""

    @property
    def core_hours(self) -> tuple[float, float] | None:
        """Bounds of the whole study; None where a potential is unknown."""
        bounds = [cost.core_hours for cost in self.costs]
        known = [each for each in bounds if each is not None]
        if len(known) < len(bounds):
            return None
        return sum(each[0] for each in known), sum(each[1] for each in known)


@dataclass(frozen=True)
class Schedule:
    """What a study takes on a cluster.

    Attributes
    ----------
    workers : int
        At a time.
    hours : tuple of float
        Of the wall, once all jobs run; bounds.
    jobs : tuple of int
        In all.
    """

    workers: int
    hours: tuple[float, float]
    jobs: tuple[int, int]


def estimate(study: Study, like: Path | None = None) -> Estimate:
    """Estimate what a study will cost.

    Each potential is timed by a force call on one core, on the boundary cell of median size, and
    taken to need time in proportion to the atoms. DFT, whose calls take minutes, and grow faster,
    is not timed.

    Parameters
    ----------
    study : Study
    like : Path, optional
        Results folder of the same potentials: their rates are taken from its records instead, an
        atom and a relaxation; where it has single structures alone, as labels and checks have,
        from these.

    Raises
    ------
    DelithError
        If the study cannot be done, or the folder has no record of one of its potentials.
    """
    planned = plan(study)
    study = planned.study
    cells = _cells(planned)
    sizes = {name: [len(atoms) for atoms in some] for name, some in cells.items() if some}
    count = len(study.potentials)
    parts = tuple(
        Part(name, count * len(each), (min(each), max(each))) for name, each in sizes.items()
    )
    known, most = len(planned), max(Walk(planned).total, len(planned))
    every = [size for each in sizes.values() for size in each]
    typical = sorted(cells["boundary"] or cells["bulk"], key=len)
    records = [record for each in stored(like) for record in each.records] if like else []
    costs = []
    for potential in study.potentials:
        if like is None:
            rates, told = _timed_rates(potential, typical[len(typical) // 2])
        else:
            rates, told = _stored_rates(potential, records, like)
        if rates is None:
            costs.append(Cost(potential, told, None))
            continue
        low, high = (rate * sum(every) / 3600 for rate in rates)
        bounds = low, high * most / known
        costs.append(Cost(potential, told, bounds, rates[1] * max(every) / 3600))
    counted = _counted((planned.boundary or planned.bulk)[0].host.crystal)
    return Estimate(parts, known, most, tuple(costs), counted)


def schedule(estimated: Estimate, cluster: Cluster) -> Schedule:
    """Say how long a study takes on a cluster, and how many jobs.

    Raises
    ------
    DelithError
        If its core hours are not known.
    """
    if estimated.core_hours is None:
        raise DelithError("the core hours of DFT are not known: give a folder of such with --like.")
    nodes = 1 if cluster.nodes_per_worker > 1 else cluster.nodes
    workers = min(cluster.jobs * nodes * cluster.workers, estimated.most)
    cores = workers * cluster.cores_per_worker * cluster.nodes_per_worker
    # the last task begins when others have ended
    longest = max(cost.longest for cost in estimated.costs) / cluster.cores_per_worker
    low, high = estimated.core_hours
    hours = low / cores, high / cores + longest
    first, last = (cluster.jobs * ceil(3600 * each / cluster.time) for each in hours)
    return Schedule(workers, hours, (first, last))


def _counted(crystal: Crystal) -> str:
    if not crystal.mobile:
        return ""
    # anions last, as in names
    order = sorted(crystal.unit.items(), key=lambda each: each[0] in NONMETALS)
    unit = "".join(e if n == 1 else f"{e}{n:g}" for e, n in order)
    held = (crystal.atoms.symbols == crystal.mobile).sum() / crystal.formula_units(crystal.atoms)
    return f"x counts {crystal.mobile} per {unit}; the crystal holds {held:g}"


def _cells(planned: Plan) -> dict[str, list[Atoms]]:
    def of(groups: Sequence) -> list[Atoms]:
        return [atoms for group in groups for atoms in group.orderings]

    references = [crystal.primitive_atoms for crystal in planned.references]
    bulk, boundary = of(planned.bulk), of(planned.boundary)
    return {"bulk": bulk, "boundary": boundary, "references": references}


def _stored_rates(
    potential: str, records: Sequence[Record], like: Path
) -> tuple[tuple[float, float], str]:
    """Core seconds an atom and relaxation, low and high, and where they are from."""
    relaxed: list[float] = []
    single: list[float] = []
    for record in records:
        spent = record.provenance
        if record.potential == potential and "core_seconds" in spent:
            kind = relaxed if spent.get("settings", {}).get("steps", 1) else single
            kind.append(spent["core_seconds"] / len(record.atoms))
    if not relaxed and not single:
        raise DelithError(f"{like} has no record of {potential}: leave --like out.")
    low, high = (float(rate) for rate in np.percentile(relaxed or single, SHARES))
    if relaxed:
        return (low, high), f"{len(relaxed)} relaxations in {like}"
    told = f"{len(single)} single structures in {like}, {CALLS[0]} to {CALLS[1]} calls a relaxation"
    return (CALLS[0] * low, CALLS[1] * high), told


def _timed_rates(potential: str, atoms: Atoms) -> tuple[tuple[float, float] | None, str]:
    """As `_stored_rates`, by a force call here; None for DFT."""
    if potentials.info(potential).is_dft:
        return None, "DFT is not timed; --like DIR takes the rates of a folder"
    seconds = _timed(potential, atoms)
    low, high = (calls * seconds / len(atoms) for calls in CALLS)
    told = f"{seconds:.2g} core s a force call of {len(atoms)} atoms here, {CALLS[0]} to {CALLS[1]}"
    return (low, high), f"{told} calls a relaxation"


def _timed(potential: str, atoms: Atoms) -> float:
    """Core seconds of a force call, when all is loaded and compiled."""
    calculator = potentials.load(potential)
    with threadpool_limits(1):
        work = atoms.copy()
        work.calc = calculator
        for displaced in (0.01, 0.02, 0.03):
            work.positions[0] += displaced
            clock = Clock()
            work.get_forces()
        return max(float(clock.core_seconds), 1e-6)
