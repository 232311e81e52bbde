"""A cluster file is checked before anything is asked of a batch system."""

import sys
from pathlib import Path

import pytest

from delith import clusters
from delith.errors import DelithError

SMALL = "scheduler: slurm\ncores: 4\n"


@pytest.fixture
def written(tmp_path):
    def write(content: str) -> Path:
        path = tmp_path / "cluster.yaml"
        path.write_text(content)
        return path

    return write


@pytest.mark.parametrize(
    ("given", "seconds", "clock"),
    [
        ("24:00:00", 86400, "24:00:00"),  # which YAML itself reads as a number of base 60
        ("01:30:00", 5400, "01:30:00"),
        ("'2-12:00:00'", 216000, "60:00:00"),
        ("600", 600, "00:10:00"),
    ],
)
def test_times_are_those_of_batch_systems(written, given, seconds, clock):
    cluster = clusters.load(written(f"{SMALL}time: {given}\n"))
    assert cluster.time == seconds
    assert cluster.clock == clock


@pytest.mark.parametrize(
    ("more", "workers", "device"),
    [
        ("", 4, "cpu"),
        ("cores_per_worker: 2\n", 2, "cpu"),
        ("gpus: 2\n", 2, "cuda"),
        ("gpus: 1\nworkers_per_gpu: 3\n", 3, "cuda"),
        # four cores for six workers: as many on each GPU, or Parsl takes a third that is not there
        ("gpus: 3\nworkers_per_gpu: 2\n", 3, "cuda"),
        ("gpus: 8\n", 4, "cuda"),
        ("nodes: 2\n", 4, "cpu"),
        ("nodes: 2\nnodes_per_worker: 2\n", 1, "cpu"),
    ],
)
def test_workers_of_a_node(written, more, workers, device):
    cluster = clusters.load(written(SMALL + more))
    assert (cluster.workers, cluster.device) == (workers, device)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("cores: 4\n", "scheduler: Field required"),
        ("scheduler: lsf\ncores: 4\n", "'slurm', 'pbs' or 'local'"),
        (f"{SMALL}colour: blue\n", "colour: no such key"),
        (f"{SMALL}time: a day\n", "hours:minutes:seconds, such as 24:00:00"),
        (f"{SMALL}cores_per_worker: 8\n", "no room for a worker of 8"),
        (f"{SMALL}nodes: 3\nnodes_per_worker: 2\n", "give both the same number"),
        (f"{SMALL}time: 01:00:00\ntask_time: 02:00:00\n", "raise time or lower task_time"),
        (f'{SMALL}environment: ["a\\nb"]\n', "environment.0"),
        ("- slurm\n", "must hold keys such as scheduler:"),
    ],
)
def test_what_is_wrong_is_named(written, content, named):
    path = written(content)
    with pytest.raises(DelithError, match=r"cluster\.yaml") as error:
        clusters.load(path)
    assert named in str(error.value)


def test_parsl_that_is_not_there_is_said(written, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "parsl", None)
    monkeypatch.setitem(sys.modules, "parsl.config", None)
    cluster = clusters.load(written(SMALL))
    with (
        pytest.raises(DelithError, match=r"pip install 'delith\[cluster\]'"),
        clusters.pool(cluster, tmp_path / "own"),
    ):
        raise AssertionError
    assert not (tmp_path / "own").exists()


def test_nodes_that_are_not_there_are_said(written, tmp_path, monkeypatch):
    for name in ("SLURM_JOB_ID", "PBS_NODEFILE"):
        monkeypatch.delenv(name, raising=False)
    cluster = clusters.load(written("scheduler: local\ncores: 1\nnodes: 3\n"))
    with (
        pytest.raises(DelithError, match="this is no job of Slurm or PBS"),
        clusters.pool(cluster, tmp_path / "own"),
    ):
        raise AssertionError
