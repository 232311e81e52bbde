"""Records in a real PostgreSQL server, which is killed and started again."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest
from ase.db import connect

from alike import assert_same
from delith import checking, running, standing, study, training
from delith.errors import DelithError
from delith.records import Record
from delith.store import addresses, places, postgres
from delith.training import learning

HOLD = (
    "import sys, time, pathlib; from delith.store import places\n"
    "with places.make(pathlib.Path(sys.argv[1]), sys.argv[2]).writing():\n"
    "    print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def url(pg) -> str:
    """A study in the database that no other test has."""
    return f"{pg.url}#s{time.monotonic_ns()}"


@pytest.fixture
def shared(url, tmp_path):
    return places.make(tmp_path / "shared", url)


@pytest.fixture
def kept(shared, undisturbed):
    with shared.writing():
        for record in undisturbed.records:
            shared.add(record)
    return shared


def assert_all(records, expected) -> None:
    back = {r.key: r for r in records}
    assert len(records) == len(back) == len(expected)
    for record in expected:
        assert_same(back[record.key], record)


def assert_energies(records, expected) -> None:
    assert len(records) == len(expected)
    assert {r.key: r.energy for r in records} == {r.key: r.energy for r in expected}


def test_records_come_back_from_the_server_whole(kept, undisturbed):
    failed = replace(
        undisturbed.records[0],
        key="tfailed",
        energy=float("nan"),
        problem="failed: no\0thing \udcff",
        converged=False,
        forces=None,
        stress=None,
        magmoms=None,
    )
    with kept.writing():
        kept.add(failed)
        kept.add(failed)  # as after a connection that broke before it heard of the first
    cleaned = replace(failed, problem="failed: no�thing ?")
    assert_all(kept.records(), [*undisturbed.records, cleaned])
    assert_all(list(kept.found(["tfailed", "nothing"]).values()), [cleaned])
    with kept.writing():
        assert_all(kept.failed(), [cleaned])
        kept.forget({"tfailed"})
    assert_all(kept.records(), undisturbed.records)


def test_ase_reads_the_tables_of_a_study(kept, undisturbed):
    where = kept.address.dsn("a test")
    rows = list(connect(where, type="postgresql").select(kind="twin"))
    twins = [r for r in undisturbed.records if r.host.kind == "twin"]
    assert {row.task: row.energy for row in rows} == {r.key: r.energy for r in twins}


def test_studies_share_a_database_and_nothing_else(kept, pg, undisturbed, tmp_path):
    other = places.make(tmp_path / "other", f"{pg.url}#o{time.monotonic_ns()}")
    with other.writing():
        other.add(undisturbed.records[0])
    assert len(other.records()) == 1
    assert_all(kept.records(), undisturbed.records)


@pytest.mark.slow
def test_a_whole_study_in_a_database_is_that_in_a_file(quick, undisturbed, url, tmp_path):
    with ThreadPoolExecutor(1) as executor:
        done = running.run(quick, tmp_path / "out", executor, records=url)
    energies = {r.key: r.energy for r in undisturbed.records}
    assert {r.key: r.energy for r in done.records} == energies
    assert not (tmp_path / "out" / "records.db").exists()
    # the folder knows where its records are; none is computed again
    assert {r.key: r.energy for r in running.status(tmp_path / "out").records} == energies
    again = running.run(quick, tmp_path / "out", NoExecutor())
    assert again.table.equals(undisturbed.table)


@pytest.mark.slow
def test_labels_and_checks_go_to_a_database_too(undisturbed, url, tmp_path):
    settings = training.LabelSettings(structures=2)
    with ThreadPoolExecutor(1) as executor:
        labels = training.label(
            undisturbed.folder, tmp_path / "labels", "mace-lco", settings, executor, records=url
        )
        checked = checking.check(
            undisturbed.folder,
            "mace-lco",
            tmp_path / "checked",
            contents=[1.0],
            executor=executor,
            records=f"{url}check",
        )
    assert not list(tmp_path.rglob("records.db"))
    assert_energies(places.existing(tmp_path / "labels").records(), labels)
    assert len(places.existing(checked.folder).records()) == 2 * len(checked.structures)


@pytest.fixture
def lesson(quick, undisturbed, tmp_path, monkeypatch):
    """What to learn, by a committee that need not be trained."""
    committee = SimpleNamespace(potential="mace-lco")
    monkeypatch.setattr(learning, "train", lambda settings, folder: committee)
    study.write(quick.model_copy(update={"lithium": [0.5]}), tmp_path / "study.yaml")
    (tmp_path / "train.yaml").write_text(f"data: ['{undisturbed.folder}']")
    (tmp_path / "learn.yaml").write_text("{study: study.yaml, training: train.yaml, frames: 2}")
    return learning.load(tmp_path / "learn.yaml")


@pytest.mark.slow
def test_each_round_of_learning_has_tables_of_its_own(lesson, url, tmp_path):
    folder = tmp_path / "learnt"
    with ThreadPoolExecutor(1) as executor:
        learning.learn(lesson, folder, executor, records=url)
    assert not list(tmp_path.rglob("records.db"))
    first, labels, second = standing.stored(folder)
    assert [each.folder for each in (first, labels, second)] == [
        folder / name for name in ("round_0/study", "round_0/labels", "round_1/study")
    ]
    assert len(labels.records) == 2
    assert_energies(second.records, first.records)
    # the folder knows where its records are; none is computed again
    learning.learn(lesson, folder, NoExecutor())
    with pytest.raises(DelithError, match="has its records in"):
        learning.learn(lesson, folder, NoExecutor(), records=f"{url}other")


def test_rounds_that_a_database_cannot_have_are_refused_before_any(
    lesson, pg, tmp_path, monkeypatch
):
    monkeypatch.setattr(learning, "train", None)
    with pytest.raises(DelithError, match="48 at most"):
        learning.learn(lesson, tmp_path / "long", records=f"{pg.url}#{40 * 'x'}")
    folder = tmp_path / "learnt"
    with places.make(folder / "round_0" / "study").writing():
        pass
    with pytest.raises(DelithError, match="has records in files"):
        learning.learn(lesson, folder, records=pg.url)
    assert not (folder / "records.url").exists()


class NoExecutor(ThreadPoolExecutor):
    def submit(self, *call, **options):
        raise AssertionError("nothing is missing")


@pytest.mark.slow
def test_the_server_dies_in_a_run_and_nothing_is_lost(quick, undisturbed, pg, url, tmp_path):
    ended: list[Record] = []

    def observer(progress) -> None:
        if progress.ended is None:
            return
        ended.append(progress.ended)
        if len(ended) == 2:
            pg.kill()
            threading.Timer(2.0, pg.start).start()

    with ThreadPoolExecutor(1) as executor:
        running.run(quick, tmp_path / "out", executor, observer, url)
    assert_energies(places.store_of(tmp_path / "out").records(), undisturbed.records)


@pytest.mark.slow
def test_a_server_that_stays_away_ends_a_run_and_the_next_goes_on(
    quick, undisturbed, pg, url, tmp_path, monkeypatch
):
    monkeypatch.setattr(postgres, "PATIENCE", 1.0)
    ended: list[Record] = []

    def observer(progress) -> None:
        ended.extend([progress.ended] if progress.ended else [])
        if len(ended) == 3:
            pg.kill()

    try:
        with (
            ThreadPoolExecutor(1) as executor,
            pytest.raises(DelithError, match=r"check that the server runs.*goes on"),
        ):
            running.run(quick, tmp_path / "out", executor, observer, url)
        with pytest.raises(DelithError, match="check that the server runs"):
            running.status(tmp_path / "out")
    finally:
        pg.start()
    assert_energies(running.status(tmp_path / "out").records, ended[:3])
    computed = []
    with ThreadPoolExecutor(1) as executor:
        running.run(quick, tmp_path / "out", executor, lambda p: computed.append(p.computed))
    assert computed[-1] == len(undisturbed.records) - 3


@pytest.mark.slow
def test_a_second_driver_at_a_study_is_refused_until_the_first_is_gone(kept, url, tmp_path):
    copy = places.make(tmp_path / "copy", url)  # of the folder, on another machine
    with (
        subprocess.Popen(
            [sys.executable, "-c", HOLD, tmp_path / "shared", url], stdout=subprocess.PIPE
        ) as holder,
        holder.stdout,
    ):
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(DelithError, match=f"another delith run .*process {holder.pid}"):
            copy.writing().__enter__()
        with pytest.raises(DelithError, match="another delith run is working in"):
            kept.writing().__enter__()
        assert len(copy.records()) == 7  # reading is free
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    until = time.monotonic() + 30  # the server notices by itself
    while True:
        try:
            with copy.writing():
                break
        except DelithError:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_driver_that_lost_its_study_to_another_writes_no_more(
    kept, url, undisturbed, tmp_path, monkeypatch
):
    monkeypatch.setattr(postgres, "PATIENCE", 1.0)
    late = replace(undisturbed.records[0], key="tlate")
    copy = places.make(tmp_path / "copy", url)
    with kept.writing():
        kept._database.connection.con.close()  # the network, say
        with copy.writing(), pytest.raises(DelithError, match="another delith run"):
            kept.add(late)
        kept.add(late)
    assert len(kept.records()) == 8


def test_wrong_passwords_and_servers_are_one_message(kept, url, tmp_path, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "wrong")
    with pytest.raises(DelithError, match="password authentication failed") as told:
        places.store_of(tmp_path / "shared").records()
    assert "wrong" not in str(told.value)
    with pytest.raises(DelithError, match="check that the server runs"):
        places.make(tmp_path / "nowhere", "postgresql://127.0.0.1:1/delith")
    assert not (tmp_path / "nowhere" / "records.url").exists()


def test_a_variable_of_the_environment_holds_the_password(kept, pg, tmp_path, monkeypatch):
    secret = os.environ["PGPASSWORD"]
    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.setenv("TEAM_PASSWORD", secret)
    url = pg.url.replace("delith@", "delith:${TEAM_PASSWORD}@") + f"#{kept.address.study}"
    folder = tmp_path / "variable"
    assert len(places.make(folder, url).records()) == 7
    assert secret not in "".join(p.read_text() for p in folder.iterdir())
    monkeypatch.delenv("TEAM_PASSWORD")
    with pytest.raises(DelithError, match="TEAM_PASSWORD"):
        places.store_of(folder).records()


def test_a_name_that_is_taken_must_be_said(pg, tmp_path):
    study = f"t{time.monotonic_ns()}"
    first = places.make(tmp_path / "one" / study, pg.url)
    assert first.address == addresses.Address(pg.url, study)
    assert places.make(tmp_path / "one" / study, pg.url).address == first.address
    with pytest.raises(DelithError, match=f"already.*--records '{pg.url}#{study}'"):
        places.make(tmp_path / "two" / study, pg.url)
    joined = places.make(tmp_path / "two" / study, f"{pg.url}#{study}")
    assert joined.address == first.address
    with pytest.raises(DelithError, match="has its records in"):
        places.make(tmp_path / "two" / study, f"{pg.url}#other")


def test_tables_of_a_newer_version_are_left_alone(kept, monkeypatch):
    with kept.writing(), kept._opened() as database:
        database.metadata = {"delith_schema": 99}
    again = places.store_of(kept.path.parent)
    with pytest.raises(DelithError, match="newer Delith"):
        again.records()
    with pytest.raises(DelithError, match="newer Delith"):
        again.writing().__enter__()
