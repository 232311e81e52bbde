"""The log of a run: what happened, in order, and nothing lost of it by a kill."""

import json
import os
import platform
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from delith import engines, running
from delith.engines import losses, queueing, runlog
from delith.engines.computing import compute_all
from delith.engines.runlog import RunLog
from delith.study.planning import plan

pytestmark = pytest.mark.usefixtures("undrawn")


def events(folder, name: str) -> list[dict]:
    return [told for told in runlog.read(folder) if told["event"] == name]


def test_every_task_begins_and_ends_once(quick, tmp_path):
    with ThreadPoolExecutor(1) as executor:
        records = running.run(quick, tmp_path, executor).records
    told = runlog.read(tmp_path)
    assert told[0]["event"] == "run begins"
    assert (told[0]["machine"], told[0]["process"]) == (platform.node(), os.getpid())
    assert {"python", "delith", "ase", "numpy", "torch"} <= told[0]["versions"].keys()
    assert told[-1] | {"time": 0} == {
        "time": 0,
        "event": "run ends",
        "how": "done",
        "done": 7,
        "total": 7,
    }
    for record in records:
        begun, ended = (each for each in told if each.get("task") == record.key)
        assert (begun["event"], ended["event"]) == ("task begins", "task ends")
        assert begun["time"] <= ended["time"]
        assert ended["seconds"] == record.provenance["seconds"]
        assert ended["machine"] == platform.node()
        assert (ended["steps"], ended["problem"]) == (record.steps, record.problem)
    assert len(told) == 2 + 2 * len(records)


def test_what_was_there_is_not_logged_again(quick, undisturbed, tmp_path):
    task = plan(quick).bulk_tasks()[0]
    for _ in range(2):
        with ThreadPoolExecutor(1) as executor:
            compute_all([task], tmp_path, executor)
    assert len(events(tmp_path, "task ends")) == 1
    assert [told["how"] for told in events(tmp_path, "run ends")] == ["done", "done"]


def deadly(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_attempts_that_were_lost_are_logged(quick, tmp_path, monkeypatch):
    task = plan(quick).bulk_tasks()[0]
    monkeypatch.setattr(queueing, "perform", deadly)
    with engines.local_pool(1) as pool:
        compute_all([task], tmp_path, pool)
    lost = events(tmp_path, "attempt lost")
    assert [told["attempt"] for told in lost] == [1, 2, 3]
    assert all(told["tasks"] == [task.key] for told in lost)
    assert lost[0]["loss"] == losses.KILLED
    assert events(tmp_path, "task ends")[0]["problem"].startswith("failed: given up after 3")


def test_how_a_run_ended_is_logged(quick, tmp_path):
    def stop(progress) -> None:
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as executor, pytest.raises(KeyboardInterrupt):
        compute_all(plan(quick).bulk_tasks()[:1], tmp_path, executor, stop)
    assert runlog.read(tmp_path)[-1]["how"].startswith("KeyboardInterrupt")
    losses.tell((), 1, "nobody listens any more")
    assert not events(tmp_path, "attempt lost")


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path):
    (tmp_path / runlog.NAME).write_text('{"event": "run begins", "ti')
    with RunLog(tmp_path):
        pass
    assert [told["event"] for told in runlog.read(tmp_path)] == ["run begins", "run ends"]


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / runlog.NAME).mkdir()
    with RunLog(tmp_path):
        pass
    assert runlog.read(tmp_path) == []


@pytest.mark.parametrize("content", ["", "[1]\n", "\n\n", "nothing\n", json.dumps({"event": 1})])
def test_any_file_can_be_read(tmp_path, content):
    (tmp_path / runlog.NAME).write_text(content)
    assert len(runlog.read(tmp_path)) == content.count("event")
