"""Workers on a cluster give what any others give."""

import subprocess
import sysconfig
from pathlib import Path

import pytest

from delith import clusters, running, study
from delith.store import Store

pytest.importorskip("parsl")

DELITH = Path(sysconfig.get_path("scripts")) / "delith"
LOCAL = clusters.Cluster(scheduler="local", cores=2)


def assert_same(records, undisturbed):
    """To the last digit: what a worker computes is what any process does."""
    assert {r.key: r.energy for r in records} == {r.key: r.energy for r in undisturbed.records}


def test_workers_of_this_machine_give_the_same(quick, undisturbed, tmp_path):
    seen = []
    with clusters.pool(LOCAL, tmp_path / "own") as pool:
        records = running.run(quick, tmp_path / "results", pool, seen.append).records
    assert_same(records, undisturbed)
    assert max(len(progress.running) for progress in seen) in (1, 2)


def test_a_worker_loads_a_potential_once_and_keeps_it(toyed, plainly, tmp_path):
    """And its environment is what the cluster file says: that is where the potential notes it."""
    cluster = LOCAL.model_copy(update={"environment": (f"export TOY={tmp_path}",)})
    with clusters.pool(cluster, tmp_path / "own") as pool:
        results = running.run(toyed, tmp_path / "results", pool)
    assert_same(results.records, plainly)
    loads = (tmp_path / "loads").read_text().split()
    assert len(loads) == len(set(loads)) <= 2


@pytest.mark.slow
def test_slurm_gives_the_same_as_this_machine(slurm, quick, undisturbed, tmp_path):
    study.write(quick, tmp_path / "quick.yaml")
    (tmp_path / "cluster.yaml").write_text(
        "{scheduler: slurm, partition: main, cores: 1, time: 00:10:00, nodes: 2}"
    )
    subprocess.run(
        [DELITH, "run", "quick.yaml", "-o", "out", "--cluster", "cluster.yaml"],
        cwd=tmp_path,
        check=True,
    )
    assert_same(Store(tmp_path / "out" / "records.db").records(), undisturbed)
    name = "boundary_energy.csv"
    table = (undisturbed.folder / name).read_bytes()
    assert (tmp_path / "out" / name).read_bytes() == table
    (job,) = slurm.jobs()[-1:]
    assert job["NumNodes"] == "2"
    assert not slurm.alive()
