"""Records in an ASE database (SQLite), one writer at a time, found again by content."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.db import connect
from filelock import FileLock, Timeout

from delith.errors import DelithError, writable
from delith.records import HostFacts, Record, State

#: Per-atom arrays that ASE's database does not keep of itself, where there are such.
_ARRAYS = ("sublattice", "grain", "distance", "moved")


class Store:
    """The records of one study.

    Parameters
    ----------
    path : Path
        SQLite file; made on the first write.

    Notes
    -----
    Each record is one SQLite transaction, so a process killed at any moment leaves whole records
    only. ASE's own lock file would outlive a killed process; `writing` uses a lock of the operating
    system instead, which does not.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder for one writer.

        Raises
        ------
        DelithError
            If another process holds it, or the folder cannot be written.
        """
        lock = FileLock(self.path.with_suffix(".lock"))  # records.db.lock would stop ASE's tools
        with writable(self.path.parent):
            try:
                lock.acquire(timeout=0)
            except Timeout as error:
                raise DelithError(
                    f"another delith run is working in {self.path.parent}: wait for it, or give "
                    "this run a folder of its own with -o."
                ) from error
        try:
            self._create()
            yield
        finally:
            lock.release()

    def add(self, record: Record) -> None:
        """Write one record."""
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
        columns, data = _columns(record), _data(record)
        with _opened(self.path) as database:
            database.write(atoms, key_value_pairs=columns, data=data)

    def forget(self, keys: Collection[str]) -> None:
        """Delete records."""
        with _opened(self.path) as database:
            database.delete([row.id for row in database.select() if row.task in keys])

    def records(self) -> list[Record]:
        """Every record, sorted by host, content and ordering."""
        if not self.path.exists():
            return []
        with _opened(self.path) as database:
            tables = database.connection.execute("SELECT name FROM sqlite_master")
            if ("systems",) not in tables:  # ASE would add its own
                raise sqlite3.DatabaseError("it has no table of structures")
            found = [_record(row) for row in database.select()]
        return sorted(found, key=_order)

    def _create(self) -> None:
        """Make an empty database that is there whole or not at all."""
        if self.path.exists():
            return
        fresh = self.path.with_name(f"{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        with _opened(fresh) as database, database.managed_connection():
            pass  # entering makes the tables
        fresh.replace(self.path)


def _order(record: Record) -> tuple[str, str, str, int, int]:
    state = record.state.label
    return record.host.label, record.potential, state, record.mobile_count, record.ordering


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with connect(path, type="db", use_lock_file=False) as database:
            yield database
    except sqlite3.OperationalError as error:
        raise DelithError(
            f"cannot write or read {path} ({error}): check the disk space and the "
            "permissions of the folder. Records already stored are safe."
        ) from error
    except (sqlite3.DatabaseError, LookupError, AttributeError, TypeError, ValueError) as error:
        raise DelithError(
            f"{path} is damaged or no record database ({error}). Nothing was overwritten: "
            "move the file away to start afresh, or restore a copy of it."
        ) from error


def _columns(record: Record) -> dict[str, Any]:
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


def _data(record: Record) -> dict[str, Any]:
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


def _record(row: Any) -> Record:
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
