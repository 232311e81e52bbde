"""The records of a results folder as files for others: tables, and structures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ase.io import write as ase_write

from delith.errors import DelithError, written
from delith.records import Record
from delith.store import optimade, places, rows


def export(folder: Path, path: Path) -> int:
    """Write every record of a results folder to a file, as the ending of its name says.

    Parameters
    ----------
    folder : Path
    path : Path
        Of `FORMATS`. Tables (CSV, Parquet) have a row a record, with what failed. Files of
        structures (extended XYZ, JSON lines of OPTIMADE) have the relaxed ones with energies and
        forces, without what failed and what exploded; ``delith train`` takes extended XYZ.

    Returns
    -------
    int
        How many were written.

    Raises
    ------
    DelithError
        If the ending is none of these, the folder holds no records, the file cannot be written, or
        a package is missing.
    """
    if path.suffix.lower() not in FORMATS:
        raise DelithError(
            f"cannot tell the format of {path}: end the name in {', '.join(FORMATS)}."
        )
    store = places.existing(folder)
    fresh = path.with_name(f"{path.name}.new")
    try:
        with written(path):
            count = FORMATS[path.suffix.lower()](store.each(), fresh)
            fresh.replace(path)
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return count


def facts(record: Record) -> dict[str, Any]:
    """What a table says of a record; energies in eV, lengths in Å."""
    host, state, provenance = record.host, record.state, record.provenance
    cell = record.atoms.cell
    return {
        "record": record.key,
        "host": host.label,
        "kind": host.kind,
        "plane": host.plane,
        "separation_A": host.separation,
        "state": state.label,
        "dopant": state.dopant,
        "shell": state.shell,
        "exchanged": state.exchanged,
        "role": record.role,
        "formula": record.atoms.get_chemical_formula(),
        "atoms": len(record.atoms),
        "formula_units": host.formula_units,
        "mobile": record.mobile,
        "mobile_count": record.mobile_count,
        "lithium_content": record.content,
        "ordering": record.ordering,
        "potential": record.potential,
        "weights": record.weights,
        "energy_eV": record.energy,
        "energy_std_eV": record.energy_std,
        "largest_force_eV_per_A": _largest(record),
        "volume_A3": cell.volume,
        "area_A2": record.area,
        "steps": record.steps,
        "converged": record.converged,
        "usable": record.usable,
        "problem": record.problem,
        "seed": provenance.get("seed"),
        "core_seconds": provenance.get("core_seconds"),
        "delith": provenance.get("versions", {}).get("delith"),
    }


def _largest(record: Record) -> float | None:
    if record.forces is None:
        return None
    return float(np.linalg.norm(record.forces, axis=1).max(initial=0))


def _table(records: Iterable[Record]) -> pd.DataFrame:
    table = pd.DataFrame(map(facts, records))
    for name in ("shell", "seed"):
        if name in table:
            table[name] = table[name].astype("Int64")
    for name in ("energy_std_eV", "core_seconds", "largest_force_eV_per_A"):
        if name in table:
            table[name] = table[name].astype(float)
    return table


def _csv(records: Iterable[Record], path: Path) -> int:
    table = _table(records)
    table.to_csv(path, index=False)
    return len(table)


def _parquet(records: Iterable[Record], path: Path) -> int:
    table = _table(records)
    try:
        table.to_parquet(path, index=False, engine="pyarrow")
    except ImportError as error:
        raise DelithError("Parquet needs pyarrow: pip install 'delith[parquet]'.") from error
    return len(table)


def _extxyz(records: Iterable[Record], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for record in (r for r in records if r.intact):
            atoms = rows.computed(record)
            known = rows.columns(record)
            known |= {"level": record.potential, "parent": record.family}
            known |= {"problem": record.problem} if record.problem else {}
            # the name of the record is the same in all files
            atoms.info = {"record": known.pop("task"), **known}
            ase_write(file, atoms, format="extxyz")
            count += 1
    return count


def _optimade(records: Iterable[Record], path: Path) -> int:
    return optimade.write((r for r in records if r.intact), path)


#: Endings, and what writes each.
FORMATS: dict[str, Callable[[Iterable[Record], Path], int]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".xyz": _extxyz,
    ".extxyz": _extxyz,
    ".jsonl": _optimade,
}
