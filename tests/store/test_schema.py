"""Databases of older versions are read and brought up to date, those of newer ones refused."""

import sqlite3
from pathlib import Path

import pytest
from ase.db import connect

from delith.errors import DelithError
from delith.store import Store, schema

#: What Delith 0.1.0 wrote before databases said their version: an ordering, one that did not
#: converge, and one that failed.
FIRST = Path(__file__).with_name("records_schema_1.sql")


@pytest.fixture
def old(tmp_path) -> Store:
    path = tmp_path / "records.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(FIRST.read_text())
    return Store(path)


def found(store: Store) -> dict[str, float]:
    return {r.key: r.energy for r in store.found(["tone", "ttwo", "nothing"]).values()}


def number(store: Store) -> int:
    with connect(store.path, use_lock_file=False) as database:
        return schema.check(database, "it")


def indices(store: Store) -> set[str]:
    with sqlite3.connect(store.path) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def test_the_first_schema_is_read_as_it_is(old):
    before = old.path.read_bytes()
    assert found(old) == {"tone": -9.5, "ttwo": -9.25}
    first, second, third = old.records()
    assert (first.usable, second.problem, third.failed) == (True, "not converged", True)
    assert first.atoms.arrays["sublattice"].tolist() == [0, 1]
    assert [r.key for r in old.failed()] == ["tthree"]
    assert old.path.read_bytes() == before
    assert number(old) == 1


def test_the_first_schema_is_brought_up_to_date_when_written_to(old):
    before = old.records()
    with old.writing():
        pass
    assert number(old) == schema.VERSION
    assert "delith_text_index" in indices(old)
    assert found(old) == {"tone": -9.5, "ttwo": -9.25}
    assert [r.key for r in old.records()] == [r.key for r in before]
    content = old.path.read_bytes()
    with old.writing():  # once
        pass
    assert old.path.read_bytes() == content


def test_keys_are_found_by_the_index(old):
    with old.writing():
        pass
    asked = "SELECT value, id FROM text_key_values WHERE key='task' AND value IN ('tone', 'ttwo')"
    with sqlite3.connect(old.path) as connection:
        (*_, how) = connection.execute(f"EXPLAIN QUERY PLAN {asked}").fetchone()
    assert "delith_text_index (key=? AND value=?)" in how


@pytest.mark.parametrize("table", ["species", "keys", "text_key_values", "number_key_values"])
@pytest.mark.parametrize("version", [1, 2])
def test_what_is_deleted_is_found_by_an_index(old, table, version):
    """Else each that failed costs a look at every row, and in PostgreSQL one for each table."""
    with connect(old.path, use_lock_file=False) as database:
        database.metadata = {"delith_schema": version}
    with old.writing():
        pass
    with sqlite3.connect(old.path) as connection:
        asked = f"EXPLAIN QUERY PLAN DELETE FROM {table} WHERE id IN (1, 2)"
        (*_, how) = connection.execute(asked).fetchone()
    assert f"delith_{table}_index (id=?)" in how


def test_a_new_database_is_of_this_version(tmp_path):
    store = Store(tmp_path / "records.db")
    with store.writing():
        pass
    assert number(store) == schema.VERSION
    assert "delith_text_index" in indices(store)


def test_a_newer_schema_is_refused_and_left_as_it_is(old):
    with connect(old.path, use_lock_file=False) as database:
        database.metadata = {"delith_schema": schema.VERSION + 1, "other": "kept"}
    before = old.path.read_bytes()
    with pytest.raises(DelithError, match=r"newer Delith \(schema 4; this one knows up to 3\)"):
        old.records()
    with pytest.raises(DelithError, match="pip install --upgrade"):
        found(old)
    with pytest.raises(DelithError, match="newer Delith"), old.writing():
        pass
    assert old.path.read_bytes() == before


def test_migration_keeps_what_others_noted(old):
    with connect(old.path, use_lock_file=False) as database:
        database.metadata = {"title": "ours"}
    with old.writing():
        pass
    with connect(old.path, use_lock_file=False) as database:
        assert database.metadata == {"title": "ours", "delith_schema": schema.VERSION}
