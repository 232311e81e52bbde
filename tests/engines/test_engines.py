"""Where a task runs makes no difference, and what goes wrong there loses nothing."""

import errno
import multiprocessing
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms

from delith import engines, relaxation, running, study
from delith.engines import computing, performing, queueing
from delith.engines.queueing import Queue
from delith.errors import DelithError, MachineError
from delith.store import Store
from delith.study.planning import plan

pytestmark = pytest.mark.usefixtures("undrawn")


def taken(queue: Queue) -> list:
    records = []
    while queue:
        records += queue.take(1.0)
    return records


def test_a_worker_process_gives_the_same_and_outlives_failures(quick, undisturbed):
    known = {r.key: r for r in undisturbed.records}
    (good, *_) = tasks = plan(quick).bulk_tasks()
    lonely = replace(good, start=Atoms("Li", cell=[30, 30, 30], pbc=True))
    close = good.start.copy()
    close.positions[0] = close.positions[1]
    coincident = replace(
        good, start=close, settings=good.settings.model_copy(update={"rattle": 0.0})
    )
    with engines.local_pool(1) as pool:
        queue = Queue(pool)
        for task in (lonely, coincident, good):
            queue.put(task)
        records = {r.key: r for r in taken(queue)}
        (worker,) = multiprocessing.active_children()
    assert known.keys() >= {t.key for t in tasks}
    same, known_same = records[good.key], known[good.key]
    assert same.energy == pytest.approx(known_same.energy, abs=1e-6)
    np.testing.assert_allclose(same.atoms.positions, known_same.atoms.positions, atol=1e-6)
    assert records[lonely.key].problem.startswith("failed: DelithError")
    assert records[coincident.key].problem.startswith("failed: ")
    assert all(not r.usable and np.isnan(r.energy) for k, r in records.items() if k != good.key)
    worker.join(10)
    assert not worker.is_alive()
    assert worker not in multiprocessing.active_children()


def test_threads_give_the_same_records(quick, undisturbed, tmp_path):
    with ThreadPoolExecutor(3) as executor:
        records = running.run(quick, tmp_path, executor).records
    assert {r.key: r.energy for r in records} == pytest.approx(
        {r.key: r.energy for r in undisturbed.records}, abs=1e-6
    )


@pytest.mark.slow
def test_a_killed_worker_changes_nothing(quick, undisturbed, tmp_path):
    """Its task is done again by another."""
    killed = []

    def kill(progress: computing.Progress) -> None:
        if progress.ended and len(killed) < 2:
            (worker,) = multiprocessing.active_children()
            os.kill(worker.pid, signal.SIGKILL)
            killed.append(worker)

    with engines.local_pool(1) as pool:
        records = running.run(quick, tmp_path, pool, kill).records
    assert len(killed) == 2
    assert {r.key: r.energy for r in records} == pytest.approx(
        {r.key: r.energy for r in undisturbed.records}, abs=1e-6
    )
    assert len(Store(tmp_path / "records.db").records()) == 7


def end_process(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("deadly", "reason"),
    [
        (end_process, "failed: given up after 3 attempts: its process was killed"),
        (fill_disk, "failed: given up after 3 attempts: OSError: .* No space left on device"),
    ],
)
def test_a_task_that_is_deadly_is_a_record_that_says_so(quick, monkeypatch, deadly, reason):
    """And others go on."""
    (task, other, *_) = plan(quick).bulk_tasks()
    with engines.local_pool(1) as pool:
        queue = Queue(pool)
        with monkeypatch.context() as patch:
            patch.setattr(queueing, "perform", deadly)
            queue.put(task)
        queue.put(other)
        records = {record.key: record for record in taken(queue)}
    assert re.match(reason, records[task.key].problem)
    assert np.isnan(records[task.key].energy)
    assert records[task.key].provenance["seed"] == task.seed
    assert records[other.key].usable


@pytest.mark.slow
def test_processes_that_cannot_even_start_end_the_run(quick, tmp_path):
    """As in a script that calls Delith outside of if __name__ == "__main__":, again and again."""
    script = tmp_path / "script.py"
    script.write_text("import delith\n\ndelith.run('quick.yaml', 'out')\n")
    study.write(quick, tmp_path / "quick.yaml")
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert "outside of if __name__ == '__main__':" in done.stderr
    assert not Store(tmp_path / "out" / "records.db").records()


@pytest.mark.slow
def test_processes_that_share_a_device_give_the_same_records(quick, undisturbed, tmp_path):
    with engines.pool("cpu:0", 3) as pool:
        records = running.run(quick, tmp_path, pool).records
    assert not multiprocessing.active_children()
    assert {r.key: r.energy for r in records} == pytest.approx(
        {r.key: r.energy for r in undisturbed.records},
        abs=1e-5,  # sums in another order
    )
    assert {r.provenance["device"] for r in records} == {"cpu:0"}


@pytest.mark.slow
def test_a_device_that_is_not_there_is_said_before_anything_runs():
    with (
        pytest.raises(MachineError, match="cannot compute on 'nowhere' here"),
        engines.pool("nowhere"),
    ):
        raise AssertionError
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_a_process_on_a_device_that_is_killed_is_said(quick, tmp_path):
    def kill(progress: computing.Progress) -> None:
        if progress.ended:
            (worker,) = multiprocessing.active_children()
            os.kill(worker.pid, signal.SIGKILL)

    with (
        pytest.raises(DelithError, match="worker process was killed"),
        engines.pool("cpu:0", 1) as pool,
    ):
        running.run(quick, tmp_path, pool, kill)
    assert Store(tmp_path / "records.db").records()


def test_weights_that_changed_since_the_plan_stop_the_run(quick):
    (task, *_) = plan(quick).bulk_tasks()
    with pytest.raises(MachineError, match="weights of chgnet-r2scan have changed"):
        performing.perform(replace(task, weights="0" * 64))


def test_memory_that_ran_out_is_no_result(quick, monkeypatch):
    (task, *_) = plan(quick).bulk_tasks()

    def full(*_):
        raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB.")

    monkeypatch.setattr(relaxation, "run", full)
    with pytest.raises(MachineError, match=r"out of memory.* -j"):
        performing.perform(task)
