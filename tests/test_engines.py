"""Where a task runs makes no difference, and what goes wrong there loses nothing."""

import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms

from delith import engines, performing, relaxation, running
from delith.errors import DelithError, MachineError
from delith.planning import plan
from delith.store import Store


def taken(queue: engines.Queue) -> list:
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
        queue = engines.Queue(pool)
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


def test_a_killed_worker_is_said_and_what_was_done_is_kept(quick, undisturbed, tmp_path):
    def kill(progress: running.Progress) -> None:
        if progress.ended:
            (worker,) = multiprocessing.active_children()
            os.kill(worker.pid, signal.SIGKILL)

    with (
        engines.local_pool(1) as pool,
        pytest.raises(DelithError, match=r"worker process was killed.*run the same command again"),
    ):
        running.run(quick, tmp_path, pool, kill)
    kept = Store(tmp_path / "records.db").records()
    assert 1 <= len(kept) < 6
    with ThreadPoolExecutor(1) as executor:
        records = running.run(quick, tmp_path, executor).records
    assert {r.key: r.energy for r in records} == pytest.approx(
        {r.key: r.energy for r in undisturbed.records}, abs=1e-6
    )
    assert len(Store(tmp_path / "records.db").records()) == 7


def test_processes_that_share_a_device_give_the_same_records(quick, undisturbed, tmp_path):
    with engines.pool("cpu:0", 3) as pool:
        records = running.run(quick, tmp_path, pool).records
    assert not multiprocessing.active_children()
    assert {r.key: r.energy for r in records} == pytest.approx(
        {r.key: r.energy for r in undisturbed.records},
        abs=1e-5,  # sums in another order
    )
    assert {r.provenance["device"] for r in records} == {"cpu:0"}


def test_a_device_that_is_not_there_is_said_before_anything_runs():
    with (
        pytest.raises(MachineError, match="cannot compute on 'nowhere' here"),
        engines.pool("nowhere"),
    ):
        raise AssertionError
    assert not multiprocessing.active_children()


def test_a_process_on_a_device_that_is_killed_is_said(quick, tmp_path):
    def kill(progress: running.Progress) -> None:
        if progress.ended:
            (worker,) = multiprocessing.active_children()
            os.kill(worker.pid, signal.SIGKILL)

    with (
        pytest.raises(DelithError, match="worker process was killed"),
        engines.pool("cpu:0", 1) as pool,
    ):
        running.run(quick, tmp_path, pool, kill)
    assert Store(tmp_path / "records.db").records()


def test_records_that_ended_are_given_before_an_error(quick):
    good = plan(quick).bulk_tasks()[0]
    broken = replace(good, potential="no such potential")
    with ThreadPoolExecutor(1) as executor:
        queue = engines.Queue(executor)
        queue.put(broken)
        queue.put(good)
        wait(queue._futures)
        given = queue.take(0.0)
        assert next(given).key == good.key
        with pytest.raises(DelithError, match="no such potential"):
            next(given)


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
