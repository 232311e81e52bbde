"""A record as a row of an ASE database, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from delith.facts import HostFacts, State
from delith.records import Record

#: Per-atom arrays that ASE's database does not keep of itself, where there are such.
_ARRAYS = ("sublattice", "grain", "distance", "moved")


def computed(record: Record) -> Atoms:
    """The atoms of a record, with a calculator that holds what is known of them."""
    atoms = record.atoms.copy()
    results = {
        "energy": record.energy,
        "forces": record.forces,
        "stress": record.stress,
        "magmoms": record.magmoms,
    }
    if np.isfinite(record.energy):
        known = {name: value for name, value in results.items() if value is not None}
        atoms.calc = SinglePointCalculator(atoms, **known)
    return atoms


def columns(record: Record) -> dict[str, Any]:
    """What can be searched for with ASE's own tools (``ase db records.db host=...``)."""
    return {
        "task": record.key,
        "host": record.host.label,
        "kind": record.host.kind,
        "state": record.state.label or "as it is",
        "role": record.role,
        "lithium_content": record.content,
        "ordering": record.ordering,
        "potential": record.potential,
        "converged": record.converged,
        "usable": record.usable,
        "steps": record.steps,
    }


def data(record: Record) -> dict[str, Any]:
    """All else."""
    present = record.atoms.arrays
    arrays = {name: present[name].tolist() for name in _ARRAYS if name in present}
    return {
        "host_facts": asdict(record.host),
        "weights": record.weights,
        "mobile": record.mobile,
        "mobile_count": record.mobile_count,
        "state": asdict(record.state),
        "problem": record.problem,
        "start": {"cell": record.start.cell[:], "positions": record.start.positions},
        "arrays": arrays,
        "energy_std": record.energy_std,
        "forces_std": record.forces_std,
        "provenance": record.provenance,
    }


def read(row: Any) -> Record:
    """The record of a row of `ase.db`."""
    data = row.data
    atoms: Atoms = row.toatoms()
    atoms.calc = None
    for name, values in data["arrays"].items():
        atoms.set_array(name, np.array(values))
    start = atoms.copy()
    start.set_cell(data["start"]["cell"])
    start.set_positions(data["start"]["positions"])
    return Record(
        key=row.task,
        host=_facts(data["host_facts"]),
        potential=row.potential,
        weights=data["weights"],
        mobile=data["mobile"],
        mobile_count=data["mobile_count"],
        state=State(**data.get("state", {})),
        role=row.get("role", "ordering"),
        ordering=row.ordering,
        energy=row.get("energy", float("nan")),
        atoms=atoms,
        start=start,
        converged=bool(row.converged),
        problem=data["problem"],
        steps=row.steps,
        forces=row.get("forces"),
        stress=row.get("stress"),
        magmoms=row.get("magmoms"),
        energy_std=data.get("energy_std"),
        forces_std=data.get("forces_std"),
        provenance=dict(data["provenance"]),
    )


def _facts(stored: dict[str, Any]) -> HostFacts:
    def rows(value: Any) -> tuple[tuple[float, ...], ...] | None:
        return None if value is None else tuple(tuple(float(x) for x in row) for row in value)

    facts = dict(stored)
    facts["basal"], facts["built_cell"] = rows(facts["basal"]), rows(facts["built_cell"])
    return HostFacts(**facts)
