"""Workers on a cluster give what any others give."""

import os
import shutil
import signal
import subprocess
import sysconfig
import time
from pathlib import Path

import pytest
from own_slurm import until

from delith import clusters, crystals, potentials, running, study
from delith.engines import computing
from delith.engines.performing import HELD
from delith.errors import MachineError
from delith.store import Store

pytest.importorskip("parsl")

DELITH = Path(sysconfig.get_path("scripts")) / "delith"
LOCAL = clusters.Cluster(scheduler="local", cores=2)


def assert_same(records, undisturbed):
    """To the last digit: what a worker computes is what any process does."""
    assert {r.key: r.energy for r in records} == {r.key: r.energy for r in undisturbed.records}


@pytest.mark.slow
def test_workers_of_this_machine_give_the_same(quick, undisturbed, tmp_path):
    seen = []
    with clusters.pool(LOCAL, tmp_path / "own") as pool:
        records = running.run(quick, tmp_path / "results", pool, seen.append).records
    assert_same(records, undisturbed)
    assert max(len(progress.running) for progress in seen) in (1, 2)


@pytest.mark.slow
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
    # while a job completes, Slurm counts the nodes that are still to
    until(lambda: not slurm.alive("COMPLETING"))
    (job,) = slurm.jobs()[-1:]
    assert job["NumNodes"] == "2"
    assert not slurm.alive()


@pytest.mark.slow
def test_workers_are_pinned_to_gpus(tmp_path):
    """Each to one of its own, where it loads potentials."""
    here = f"export PYTHONPATH={Path(__file__).parent}"
    cluster = clusters.Cluster(scheduler="local", cores=2, gpus=2, environment=(here,))
    with clusters.pool(cluster, tmp_path / "own") as pool:
        answers = [pool.submit(pinned, 0.5) for _ in range(6)]
        assert {answer.result() for answer in answers} == {("0", "cuda"), ("1", "cuda")}


def pinned(seconds: float) -> tuple[str, str]:
    time.sleep(seconds)  # so that one worker does not do them all
    return os.environ["CUDA_VISIBLE_DEVICES"], HELD.device


@pytest.mark.slow
def test_codes_under_mpi_have_all_nodes_of_a_job(slurm, tmp_path):
    cluster = clusters.Cluster(scheduler="slurm", cores=1, nodes=2, nodes_per_worker=2, time=600)
    command = ["srun", "--overlap", "-N2", "-n2", "printenv", "SLURMD_NODENAME"]
    with clusters.pool(cluster, tmp_path / "own") as pool:
        told = pool.submit(subprocess.check_output, command, text=True).result(120)
    assert sorted(told.split()) == ["node1", "node2"]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("cp2k_shell.psmp"), reason="needs CP2K")
def test_dft_under_mpi_gives_what_one_process_gives(slurm, tmp_path, short_path, monkeypatch):
    """CP2K in two processes, as a task of a worker that has two cores."""
    level, program, sizes = (tmp_path / name for name in ("level.yaml", "cp2k.sh", "sizes"))
    level.write_text("{code: cp2k, xc: PBE, cutoff: 4000, spacing: 1.5}")
    noted = f"echo $OMPI_COMM_WORLD_SIZE >> {sizes}; exec cp2k_shell.psmp"
    program.write_text(
        f"#!/bin/sh\nexec mpirun --allow-run-as-root --oversubscribe -n 2 sh -c '{noted}'\n"
    )
    program.chmod(0o755)
    settings = {
        "ASE_CP2K_COMMAND": program,
        "OMP_NUM_THREADS": 1,
        "PYTHONPATH": Path(__file__).parent,
        "XDG_CACHE_HOME": short_path / "there",
    }
    environment = tuple(f"export {name}={value}" for name, value in settings.items())
    cluster = clusters.Cluster(
        scheduler="slurm", cores=2, cores_per_worker=2, time=600, environment=environment
    )
    with clusters.pool(cluster, tmp_path / "own") as pool:
        energy = pool.submit(at_level, str(level)).result(300)
    assert sizes.read_text().split() == ["2", "2"]
    monkeypatch.setenv("ASE_CP2K_COMMAND", "cp2k_shell")
    monkeypatch.setenv("XDG_CACHE_HOME", str(short_path / "here"))
    assert energy == pytest.approx(at_level(str(level)), abs=1e-5)


def at_level(level: str) -> float:
    atoms = crystals.load("MgO").primitive_atoms.copy()
    atoms.calc = potentials.load(level)
    return atoms.get_potential_energy()


@pytest.mark.slow
def test_ctrl_c_says_what_is_safe_and_ends_the_workers(toyed, tmp_path):
    study.write(toyed, tmp_path / "toyed.yaml")
    (tmp_path / "cluster.yaml").write_text("{scheduler: local, cores: 1}")
    words = [DELITH, "run", "toyed.yaml", "-o", "out", "--cluster", "cluster.yaml"]
    slow = os.environ | {"WAIT": "1", "TOY": str(tmp_path)}
    driver = subprocess.Popen(
        words,
        cwd=tmp_path,
        env=slow,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # who started the tests may have it ignored, as shells do for what they run in background
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until(lambda: (tmp_path / "loads").exists())
    os.killpg(driver.pid, signal.SIGINT)
    _, told = driver.communicate(timeout=60)
    assert driver.returncode == 130
    assert "safe in the results folder" in told
    assert "Traceback" not in told
    (worker,) = (tmp_path / "loads").read_text().split()
    until(lambda: not Path("/proc", worker).exists())


@pytest.mark.slow
def test_a_go_between_that_is_killed_ends_the_run(toyed, toy_folder, tmp_path, monkeypatch):
    """Rather than that the run waits for ever."""
    monkeypatch.setenv("WAIT", "1")

    def kill(progress: computing.Progress) -> None:
        if progress.running:
            pool._workers.interchange_proc.kill()

    with (
        clusters.pool(LOCAL, tmp_path / "own") as pool,
        pytest.raises(MachineError, match="go-between of driver and workers was killed"),
    ):
        running.run(toyed, tmp_path / "results", pool, kill)


@pytest.mark.slow
def test_a_cluster_file_says_where_potentials_run(toyed, tmp_path):
    """And no option says it a second time."""
    study.write(toyed, tmp_path / "toyed.yaml")
    (tmp_path / "cluster.yaml").write_text("{scheduler: local, cores: 1}")
    words = [DELITH, "run", "toyed.yaml", "--cluster", "cluster.yaml", "-j", "2"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "its file says where potentials run: no -j, no --device" in done.stderr
