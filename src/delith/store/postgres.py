"""Records in PostgreSQL, for teams: many studies in one database, one driver to a study."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from ase.db import connect

from delith.errors import DelithError
from delith.records import Record
from delith.store import Store, schema
from delith.store.addresses import Address, driver

T = TypeVar("T")

#: How long (seconds) a run waits for a server that went away, and the longest pause between tries.
PATIENCE = 300.0
PAUSE = 10.0

#: Of the connection that holds a study: a driver whose machine is gone is noticed in a minute.
_ALIVE = "SET tcp_keepalives_idle=30; SET tcp_keepalives_interval=10; SET tcp_keepalives_count=3"

_HOLDER = """SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
WHERE locktype='advisory' AND granted AND objsubid=1
AND (classid::bigint << 32) | objid::bigint = %s"""


class HeldError(DelithError):
    """Another driver is at the study."""


def _text(said: str) -> str:
    """What PostgreSQL takes of it: no zeros, nothing that is no letter."""
    return said.replace("\0", "�").encode("utf-8", "replace").decode()


class SharedStore(Store):
    """The records of one study in a PostgreSQL database.

    Parameters
    ----------
    path : Path
        File in the results folder that says where they are.
    address : Address

    Notes
    -----
    Whoever writes has one connection, which holds an advisory lock on the study as long as it
    lasts. A run whose connection breaks makes another, waiting for the server and for the lock up
    to `PATIENCE`, and writes again what may not have arrived.
    """

    def __init__(self, path: Path, address: Address) -> None:
        super().__init__(path)
        self.address = address
        self._leading = False
        self._database: Any = None

    @property
    def place(self) -> str:
        """The URL, without a password."""
        return str(self.address)

    def part(self, name: str) -> str:
        """The URL for a folder within this one: a study beside its own, called after it."""
        return str(Address.of(f"{self.address}_{name}"))

    def exists(self) -> bool:
        """Whether the study has tables."""
        return self._patiently(lambda: self._there("to_regclass", "systems"))

    def claim(self, new: bool) -> None:
        """Make the study's place in the database.

        Parameters
        ----------
        new : bool
            Whether it must not be there yet.

        Raises
        ------
        DelithError
            If it is there already, or cannot be made.
        """
        with self._told(), self._opened() as database:
            try:
                # of a study that is there nobody needs to be allowed to make schemas
                if new or not self._there("to_regnamespace", self.address.schema):
                    database.connection.cursor().execute(f"CREATE SCHEMA {self.address.schema}")
            except driver().errors.DuplicateSchema as error:
                raise DelithError(
                    f"{self.address.url} has a study called {self.address.study} already: to go on "
                    f"with it from here, name it, --records '{self.address}'; for records of "
                    "their own put another name behind the #."
                ) from error

    def add(self, *records: Record) -> None:
        """Write records that are not there, in one transaction."""
        # without a character that JSON in PostgreSQL cannot hold
        clean = [replace(record, problem=_text(record.problem)) for record in records]

        def write() -> None:
            # a connection may break after records arrived, and before that was heard
            there = self.present([record.key for record in clean])
            super(SharedStore, self).add(*(record for record in clean if record.key not in there))

        self._patiently(write)

    def forget(self, keys: Collection[str]) -> None:
        """Delete records."""
        self._patiently(lambda: super(SharedStore, self).forget(keys))

    def found(self, keys: Iterable[str]) -> dict[str, Record]:
        """Those of some keys that are there."""
        wanted = list(keys)
        return self._patiently(lambda: super(SharedStore, self).found(wanted))

    def failed(self) -> list[Record]:
        """Those of which nothing came."""
        return self._patiently(super().failed)

    def each(self) -> Iterator[Record]:
        """One record after the other, in the order in which they were written."""
        with self._told():
            yield from super().each()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with super()._alone():
            try:
                self._leave()  # what was read by
                with self._told():
                    self._lead()
                self._leading = True
                yield
            finally:
                self._leading = False
                self._leave()

    def _create(self) -> None:
        def make() -> None:
            self.claim(new=False)
            with self._opened() as database:
                schema.migrate(database, self.place)

        self._patiently(make)

    def _lead(self) -> None:
        """Connect, and be the one who writes."""
        self._database = database = self._connected()
        cursor = database.connection.con.cursor()
        cursor.execute(_ALIVE)
        name = int.from_bytes(
            hashlib.sha256(self.address.schema.encode()).digest()[:8], signed=True
        )
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (name,))
        ((ours,),) = cursor.fetchall()
        if not ours:
            cursor.execute(_HOLDER, (name,))
            holder = next((who for (who,) in cursor.fetchall() if who), "elsewhere")
            self._leave()
            raise HeldError(
                f"another delith run ({holder}) is at {self.place}: wait for it, or give this run "
                "records of its own with another name behind the #."
            )
        database.connection.commit()

    def _leave(self) -> None:
        database, self._database = self._database, None
        if database is not None and database.connection is not None:
            with suppress(driver().Error):
                database.connection.close()

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do it; while this is the writer, on another connection where one breaks."""
        pg = driver()
        until, pause = time.monotonic() + PATIENCE, 0.2
        while True:
            try:
                with self._told():
                    if self._leading and self._database is None:
                        self._lead()
                    return work()
            except DelithError as error:
                lost = isinstance(error.__cause__, pg.OperationalError | pg.InterfaceError)
                # the server may not have noticed yet that our own last connection is no more
                if lost:
                    self._leave()
                if not self._leading or not (lost or isinstance(error, HeldError)):
                    raise
                if time.monotonic() + pause > until:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, PAUSE)

    def _there(self, what: str, name: str) -> bool:
        with self._opened() as database:
            cursor = database.connection.cursor()
            cursor.execute(f"SELECT {what}('{name}') IS NOT NULL")
            return bool(cursor.fetchone()[0])

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        if self._database is None:
            self._database = self._connected()
        database = self._database
        try:
            yield database
            database.connection.commit()  # nor leave a transaction open that only read
        except BaseException:
            with suppress(driver().Error):
                database.connection.con.rollback()
            raise

    def _connected(self) -> Any:
        database = connect(self.address.dsn(_client()), type="postgresql")
        # left by `_leave`: ASE would end what failed by an error of its own
        return database.__enter__()

    @contextmanager
    def _read(self) -> Iterator[Any]:
        with self._opened() as database:
            schema.check(database, self.place)
            yield database

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except driver().Error as error:
            what = " ".join(str(error).split()) or type(error).__name__
            raise DelithError(
                f"cannot write or read {self.place} ({what}): check that the server runs, and what "
                "it lets you do. Records already stored are safe: the same command goes on."
            ) from error


def _client() -> str:
    return f"delith on {platform.node()}, process {os.getpid()}"
