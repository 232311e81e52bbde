"""What Parsl is told of a cluster."""

import pytest

pytest.importorskip("parsl")
from parsl.launchers import MpiExecLauncher, SimpleLauncher, SrunLauncher

from delith.clusters import Cluster, blocks


def test_pbs_is_told_what_the_cluster_file_says():
    cluster = Cluster(
        scheduler="pbs",
        partition="fast",
        account="me",
        time="24:00:00",
        nodes=2,
        jobs=3,
        cores=64,
        memory=100,
        environment=["module load vasp"],
        options=["#PBS -l place=excl"],
    )
    workers = blocks.workers(cluster)
    provider = workers.provider
    assert (provider.queue, provider.account, provider.walltime) == ("fast", "me", "24:00:00")
    assert (provider.nodes_per_block, provider.max_blocks, provider.cpus_per_node) == (2, 3, 64)
    assert provider.select_options == ":mem=100gb"
    assert "#PBS -l place=excl" in provider.scheduler_options
    assert provider.worker_init.endswith("module load vasp")
    assert isinstance(provider.launcher, MpiExecLauncher)
    assert workers.workers_per_node == 64


@pytest.mark.parametrize(
    ("more", "launcher"),
    [
        ({}, SimpleLauncher),
        ({"nodes": 2}, SrunLauncher),
        ({"nodes": 2, "nodes_per_worker": 2}, SimpleLauncher),
    ],
)
def test_workers_start_where_there_are_to_be_any(monkeypatch, more, launcher):
    """On the nodes of a job of Slurm that it is in: each, or only the first."""
    monkeypatch.setenv("SLURM_JOB_ID", "1")
    cluster = Cluster(scheduler="local", cores=2, **more)
    assert isinstance(blocks.workers(cluster).provider.launcher, launcher)


def test_no_task_begins_that_the_end_of_a_job_would_cut_off():
    plain = Cluster(scheduler="pbs", cores=1, time=3600)
    assert blocks.workers(plain).drain_period is None
    bounded = plain.model_copy(update={"task_time": 600})
    assert blocks.workers(bounded).drain_period == 2940
    # nothing of it when the job is another's
    here = bounded.model_copy(update={"scheduler": "local"})
    assert blocks.workers(here).drain_period is None
