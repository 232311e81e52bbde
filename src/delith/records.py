"""What one relaxation was asked to do (`Task`) and what came of it (`Record`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from ase import Atoms

from delith.basins import EXPLODED
from delith.boundaries.cell import strained
from delith.crystals.lattice import Floats, area
from delith.facts import HostFacts, State
from delith.relaxation import GIVEN_UP, RelaxSettings

Role = Literal[
    "ordering",
    "screened",
    "judged",
    "settled",
    "displaced",
    "hopped",
    "image",
    "disturbed",
    "checked",
]


@dataclass(frozen=True, eq=False, kw_only=True)
class Calculation:
    """What is relaxed, and with which potential.

    Attributes
    ----------
    host : HostFacts
    mobile : str or None
    mobile_count : int
        Mobile ions in the cell.
    ordering : int
        Number of the arrangement within its host and content, by Ewald energy.
    start : ase.Atoms
        Where the relaxation begins, before the rattle.
    potential, weights : str
        Name, and SHA-256 of the weights.
    state : State
    role : str
        What it is for: an ``ordering`` to be compared with others, one that is ``screened`` to
        tell whether it is worth that and ``judged`` by a committee, one that is ``settled`` once
        more before it is looked at closely, ``displaced`` to learn its forces, one in which an ion
        has ``hopped``, an ``image`` on the path there, one that was ``disturbed`` to be learnt
        from, or one that is ``checked`` by another potential.
    """

    host: HostFacts
    mobile: str | None
    mobile_count: int
    ordering: int
    start: Atoms
    potential: str
    weights: str
    state: State = State()
    role: Role = "ordering"

    @property
    def content(self) -> float:
        """Li content x = N_mobile / n."""
        return self.mobile_count / self.host.formula_units

    @property
    def group(self) -> tuple[str, str, str, int]:
        """Potential, host, state and mobile ions: what the orderings of one content share."""
        return self.potential, self.host.label, self.state.label, self.mobile_count

    @property
    def built(self) -> Atoms:
        """The start as built, which no relaxed bulk has strained."""
        return strained(self.start, np.array(self.host.built_cell))

    @property
    def family(self) -> str:
        """What structures share that are no independent samples: the ordering they began as."""
        return "/".join(map(str, (*self.group[1:], self.ordering)))

    def asked(self, **changes: Any) -> Task:
        """A task of the same facts, given what else a `Task` holds and what is to change."""
        return Task(**self._facts | changes)

    @property
    def _facts(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(Calculation)}


@dataclass(frozen=True, eq=False, kw_only=True)
class Task(Calculation):
    """One relaxation to be done.

    Attributes
    ----------
    settings : RelaxSettings
    seed : int
        Of the rattle.
    guess : ase.Atoms, optional
        Where the optimizer begins instead, see `delith.relaxation.run`.
    ceiling : float, optional
        Energy (eV) above which a relaxation is given up.
    """

    settings: RelaxSettings
    seed: int
    guess: Atoms | None = None
    ceiling: float | None = None

    @cached_property
    def key(self) -> str:
        """Name of the task by its content: what would be computed, not when or where.

        Coordinates enter to 1e-4 Å, far below what a relaxation resolves.
        """
        facts = _coarse_places(self.start) | {
            "numbers": self.start.numbers.tolist(),
            "potential": [self.potential, self.weights],
            "settings": self.settings.model_dump(),
            "seed": self.seed,
            "mobile": self.mobile,
            # not what else the study holds, on which the label depends: its cell tells it apart
            "host": self.host.boundary or self.host.label,
        }
        if self.role != "ordering":
            facts["role"] = self.role
        if self.guess is not None:
            facts["guess"] = _coarse_places(self.guess)
        if self.ceiling is not None:
            facts["ceiling"] = round(self.ceiling, 4)
        text = json.dumps(facts, sort_keys=True)
        # a letter in front, because ASE's database refuses strings that read as numbers
        return "t" + hashlib.sha256(text.encode()).hexdigest()[:24]

    def another(self, start: Atoms, **changes: Any) -> Task:
        """The same for other atoms, from where they are."""
        return replace(self, start=start, guess=None, ceiling=None, **changes)

    def ended(self, **outcome: Any) -> Record:
        """The record of this task, given what else a `Record` holds."""
        return Record(key=self.key, **self._facts, **outcome)

    def answered(self, record: Record) -> Record:
        """A stored record of the same key, as that of this task.

        It may be from another plan, in which the ordering had another number.
        """
        return replace(record, **self._facts)


def places(atoms: Atoms) -> dict[str, Any]:
    """Where atoms are, to the last digit."""
    return {"cell": atoms.cell[:].tolist(), "positions": atoms.positions.tolist()}


def _coarse_places(atoms: Atoms) -> dict[str, Any]:
    fractions = atoms.get_scaled_positions(wrap=False)
    fractions -= np.floor(fractions + 1e-6)  # 0 and -1e-17 are the same place
    return {"cell": _rounded(atoms.cell[:]), "positions": _rounded(fractions @ atoms.cell[:])}


def _rounded(values: Floats) -> list[list[int]]:
    # not at halves: lattice parameters of few digits put atoms right there, where the last bit,
    # which differs between machines, would decide
    return np.floor(np.asarray(values) * 1e4 + 0.717).astype(int).tolist()


@dataclass(frozen=True, eq=False, kw_only=True)
class Record(Calculation):
    """A finished task.

    Attributes
    ----------
    key : str
        Of the task.
    energy : float
        eV; NaN where the potential failed.
    atoms : ase.Atoms
        Relaxed (the start, where the potential failed), with the host's arrays.
    converged : bool
    problem : str
        Why the record should not enter an energy; empty where it may.
    steps : int
    forces, stress, magmoms : ndarray, optional
        eV/Å, eV/Å³ (Voigt), μB, where the potential gives them.
    energy_std, forces_std : float, optional
        Of a committee, see `delith.relaxation.Relaxation`.
    provenance : dict
        ``settings``, ``seed``, ``guess`` (cell and positions, None where there was none),
        ``ceiling``, ``versions``, ``machine``, ``device``, ``began`` (s since 1970), ``seconds``
        and ``core_seconds`` (of wall and of cores).
    """

    key: str
    energy: float
    atoms: Atoms
    converged: bool
    problem: str
    steps: int
    forces: Floats | None = None
    stress: Floats | None = None
    magmoms: Floats | None = None
    energy_std: float | None = None
    forces_std: float | None = None
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def comparable(self) -> bool:
        """Whether it is an ordering of its host, not a step on the way to phonons or barriers."""
        return self.role in ("ordering", "settled")

    @property
    def usable(self) -> bool:
        """Whether the record may enter an energy by default."""
        return not self.problem

    @property
    def failed(self) -> bool:
        """Whether nothing came of it: the potential failed, or what it ran on was lost."""
        return self.problem.startswith("failed")

    @property
    def given_up(self) -> bool:
        """Whether it was left as soon as it was known to end too high."""
        return self.problem.startswith(GIVEN_UP)

    @property
    def exploded(self) -> bool:
        """Whether its cell came apart."""
        return self.problem.startswith(EXPLODED)

    @property
    def intact(self) -> bool:
        """Whether it has an energy and its cell did not come apart."""
        return bool(np.isfinite(self.energy)) and not self.exploded

    @property
    def energy_per_unit(self) -> float:
        """Energy per framework formula unit, eV."""
        return self.energy / self.host.formula_units

    @property
    def area(self) -> float:
        """Area of the boundary plane in the relaxed cell, Å²."""
        return area(self.atoms)


def lowest(records: Iterable[Record]) -> Record:
    """The lowest that is usable, or of none that is the lowest."""

    def rank(record: Record) -> tuple[bool, float, int]:
        # what failed has no energy, which compares with none
        energy = np.inf if np.isnan(record.energy) else record.energy
        return not record.usable, energy, record.ordering

    return min(records, key=rank)


def farthest(records: Iterable[Record]) -> list[Record]:
    """Of boundaries at several separations those of the largest; all else as it is."""
    known = list(records)
    largest: dict[str, float] = {}
    for host in (r.host for r in known if r.host.count):
        name = host.boundary or host.label
        largest[name] = max(largest.get(name, 0.0), host.separation)
    return [
        r
        for r in known
        if not r.host.count or r.host.separation == largest[r.host.boundary or r.host.label]
    ]
