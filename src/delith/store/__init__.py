"""Records in an ASE database (SQLite), one writer at a time, found again by content."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ase.db import connect
from filelock import FileLock, Timeout

from delith.errors import DelithError, writable
from delith.records import Record
from delith.store import rows, schema

#: Records looked for, or held in memory as they are read one after the other, at a time.
_BATCH = 1000


class Store:
    """The records of one study.

    Parameters
    ----------
    path : Path
        SQLite file; made on the first write.

    Notes
    -----
    Each record is one transaction, so a process killed at any moment leaves whole records only.
    ASE's own lock file would outlive a killed process; `writing` uses a lock of the operating
    system instead, which does not.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def place(self) -> str:
        """Where the records are, in messages."""
        return str(self.path)

    def part(self, name: str) -> str | None:
        """The URL for a folder within this one, where that does not hold its records itself."""
        return None

    def exists(self) -> bool:
        """Whether anything was ever written."""
        return self.path.exists()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder for one writer, and bring what is there up to date.

        Raises
        ------
        DelithError
            If another process holds it, the folder cannot be written, or what is there was written
            by a newer Delith.
        """
        with self._alone():
            self._create()
            yield

    def add(self, *records: Record) -> None:
        """Write records, in one transaction."""
        with self._opened() as database:
            for record in records:
                database.write(
                    rows.computed(record),
                    key_value_pairs=rows.columns(record),
                    data=rows.data(record),
                )

    def forget(self, keys: Collection[str]) -> None:
        """Delete records; what room they leave is for those that come."""
        if not keys:
            return
        with self._opened() as database:
            # ASE would write the whole file anew, a minute for a million records
            database.vacuum = lambda: None
            database.delete(_numbers(database, list(keys)))

    def found(self, keys: Iterable[str]) -> dict[str, Record]:
        """Those of some keys that are there; what others there are costs next to nothing."""
        wanted = list(dict.fromkeys(keys))
        if not wanted or not self.exists():
            return {}
        with self._read() as database:
            return {
                record.key: record
                for first, last in _runs(_numbers(database, wanted))
                for record in _selected(database, [("id", ">=", first), ("id", "<=", last)])
            }

    def present(self, keys: Iterable[str]) -> set[str]:
        """Which of some keys are there."""
        if not self.exists():
            return set()
        with self._read() as database:
            return {key for key, _ in _rows_of(database, list(keys))}

    def failed(self) -> list[Record]:
        """Those of which nothing came."""
        if not self.exists():
            return []
        with self._read() as database:
            unusable = _selected(database, [("usable", "=", False)])
            return [record for record in unusable if record.failed]

    def each(self) -> Iterator[Record]:
        """One record after the other, in the order in which they were written."""
        if not self.exists():
            return
        with self._read() as database:
            with database.managed_connection() as connection:
                cursor = connection.cursor()
                cursor.execute("SELECT max(id) FROM systems")
                (last,) = cursor.fetchone()
            # by ranges: ASE's own sort and limit would go through all rows for each batch
            for first in range(0, last or 0, _BATCH):
                some = database.select([("id", ">", first), ("id", "<=", first + _BATCH)])
                yield from map(rows.read, sorted(some, key=lambda row: row.id))

    def records(self) -> list[Record]:
        """Every record, sorted by host, content and ordering."""
        return sorted(self.each(), key=_order)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other writers away."""
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
            yield
        finally:
            lock.release()

    def _create(self) -> None:
        """Make an empty database that is there whole or not at all; migrate one that is older."""
        if self.path.exists():
            with self._read() as database:
                schema.migrate(database, self.place)
            return
        fresh = self.path.with_name(f"{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        with _opened(fresh) as database:
            schema.migrate(database, self.place)
        fresh.replace(self.path)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        with _opened(self.path) as database:
            yield database

    @contextmanager
    def _read(self) -> Iterator[Any]:
        """The database, if it is one that this version can read."""
        with self._opened() as database:
            # to the end: what is not fetched keeps all who write waiting for as long as this reads
            tables = database.connection.execute("SELECT name FROM sqlite_master").fetchall()
            if ("systems",) not in tables:  # ASE would add its own
                raise sqlite3.DatabaseError("it has no table of structures")
            schema.check(database, self.place)
            yield database


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with connect(path, type="db", use_lock_file=False) as database:
            yield database
    except DelithError:
        raise
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


def _rows_of(database: Any, keys: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each of some keys that is there, and the number of its row."""
    with database.managed_connection() as connection:
        cursor = connection.cursor()
        for first in range(0, len(keys), _BATCH):
            some = tuple(keys[first : first + _BATCH])
            marks = ", ".join("?" * len(some))
            cursor.execute(
                f"SELECT value, id FROM text_key_values WHERE key='task' AND value IN ({marks})",
                some,
            )
            yield from cursor.fetchall()


def _numbers(database: Any, keys: Sequence[str]) -> list[int]:
    return sorted(number for _, number in _rows_of(database, keys))


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of what follow each other: one query for all of them."""
    first = 0
    for k, number in enumerate(numbers):
        if k + 1 == len(numbers) or numbers[k + 1] != number + 1:
            yield numbers[first], number
            first = k + 1


def _selected(database: Any, what: list[tuple[str, str, object]]) -> Iterator[Record]:
    return map(rows.read, database.select(what))


def _order(record: Record) -> tuple[str, str, str, int, int]:
    state = record.state.label
    return record.host.label, record.potential, state, record.mobile_count, record.ordering
