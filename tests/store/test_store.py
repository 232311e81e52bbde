"""Records come back as they were written, and a file that cannot be used is said to be so."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ase.build import molecule
from ase.db import connect
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alike import assert_same
from delith.errors import DelithError
from delith.records import Record
from delith.store import Store

HOLD = (
    "import sys, time, pathlib; from delith.store import Store\n"
    "with Store(pathlib.Path(sys.argv[1])).writing(): print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "records.db")


@pytest.fixture
def filled(store, undisturbed) -> Store:
    with store.writing():
        for record in undisturbed.records:
            store.add(record)
    return store


def through(store: Store, record: Record) -> Record:
    store.path.unlink(missing_ok=True)
    with store.writing():
        store.add(record)
    (back,) = store.records()
    return back


def test_the_mark_on_ions_that_moved_is_kept(store, undisturbed):
    marked = undisturbed.records[0].atoms.copy()
    marked.set_array("moved", np.arange(len(marked)) % 2)
    assert "moved" not in undisturbed.records[0].atoms.arrays
    record = replace(undisturbed.records[0], atoms=marked, start=marked)
    assert_same(record, through(store, record))


def test_records_come_back_whole(filled, undisturbed):
    back = {r.key: r for r in filled.records()}
    assert len(back) == len(undisturbed.records)
    for record in undisturbed.records:
        assert record.magmoms is not None
        assert_same(back[record.key], record)


def test_a_failed_record_comes_back_whole(store, undisturbed):
    failed = replace(
        undisturbed.records[0],
        energy=float("nan"),
        problem="failed: RuntimeError: no",
        converged=False,
        forces=None,
        stress=None,
        magmoms=None,
    )
    assert_same(through(store, failed), failed)


def test_a_record_without_moments_comes_back_whole(store, undisturbed):
    plain = replace(undisturbed.records[0], magmoms=None)
    assert_same(through(store, plain), plain)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    energy=st.floats(-1e6, 1e6).map(lambda x: x + 0.0),  # SQLite has no -0
    count=st.integers(0, 4),
    steps=st.integers(0, 10**6),
    problem=st.text(st.characters(codec="utf-8"), max_size=50),
    shift=st.floats(-50, 50),
    basal=st.none() | st.just(((0.0, 0.0, 1.0), (0.1, -0.2, 1e-300))),
)
def test_any_content_comes_back_whole(
    store, undisturbed, energy, count, steps, problem, shift, basal
):
    base = undisturbed.records[0]
    atoms = base.atoms.copy()
    atoms.positions += shift
    record = replace(
        base,
        energy=energy,
        mobile_count=count,
        steps=steps,
        problem=problem,
        atoms=atoms,
        host=replace(base.host, basal=basal),
    )
    assert_same(through(store, record), record)


def test_ase_reads_and_searches_the_file(filled, undisturbed):
    told = subprocess.run(
        [sys.executable, "-m", "ase", "db", filled.path, "kind=twin,lithium_content<0.75", "-n"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.startswith("2 rows")
    rows = list(connect(filled.path).select(host="twin (104)", lithium_content=0.5))
    expected = [r for r in undisturbed.records if r.host.kind == "twin" and r.content == 0.5]
    assert {row.task: row.energy for row in rows} == {r.key: r.energy for r in expected}


def test_forgetting_does_not_write_the_whole_file_anew(filled):
    """Pages that held the record are free, and still in the file."""
    forgotten, *others = filled.records()
    with filled.writing():
        filled.forget({forgotten.key})
    assert [record.key for record in filled.records()] == [record.key for record in others]
    with closing(sqlite3.connect(filled.path)) as file:
        assert file.execute("PRAGMA freelist_count").fetchone()[0] > 0


def test_who_reads_keeps_nobody_from_writing(filled):
    """An export reads record by record, and takes longer than a writer waits."""
    known = filled.each()
    first = next(known)
    filled.add(replace(first, key="another"))
    assert len([first, *known]) >= 7
    assert len(filled.records()) == 8


def test_ase_can_write_to_the_file(filled):
    assert not Path(f"{filled.path}.lock").exists()  # for which ASE would wait for ever
    with connect(filled.path) as database:
        database.update(1, note="seen")
    assert len(filled.records()) == 7


@pytest.mark.slow
def test_a_second_writer_is_refused_until_the_first_is_gone(filled):
    with (
        subprocess.Popen(
            [sys.executable, "-c", HOLD, filled.path], stdout=subprocess.PIPE
        ) as holder,
        holder.stdout,
    ):
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(DelithError, match="another delith run"), filled.writing():
            pass
        assert len(filled.records()) == 7  # reading is free
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        with filled.writing():  # a lock dies with its process
            pass


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")


def other_rows(path: Path) -> None:
    with connect(path) as database:
        database.write(molecule("H2O"), name="water")


def shortened(path: Path) -> None:
    os.truncate(path, path.stat().st_size * 2 // 3)


def overwritten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096] + b"\x5a" * 8192)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"not a database at all" * 100),
        lambda path: path.write_bytes(b""),
        foreign,
        other_rows,
        shortened,
        overwritten,
    ],
    ids=["garbage", "empty", "foreign", "other rows", "shortened", "overwritten"],
)
def test_a_damaged_file_is_named_and_left_as_it_is(filled, damage):
    if damage in (foreign, other_rows):
        filled.path.unlink()
    damage(filled.path)
    before = filled.path.read_bytes()
    with pytest.raises(DelithError, match=r"records\.db is damaged"):
        filled.records()
    assert filled.path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "records.db")
    with pytest.raises(DelithError, match=r"cannot write to .*choose a folder"), store.writing():
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_read_only_folder_can_be_read(filled):
    folder = filled.path.parent
    folder.chmod(0o500)
    try:
        assert len(filled.records()) == 7
    finally:
        folder.chmod(0o700)


def test_what_a_killed_writer_left_behind_does_not_matter(store, undisturbed):
    # killed while it made the file
    store.path.with_name("records.db.new").write_bytes(b"half a database")
    assert store.records() == []
    with store.writing():
        store.add(undisturbed.records[0])
    assert len(store.records()) == 1
