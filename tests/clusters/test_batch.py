"""A study sent as a batch job: what is written, what its user sees, how it ends."""

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest
from own_slurm import until

from delith import clusters, running, study
from delith.clusters import batch
from delith.clusters.schedulers import Job
from delith.commands import studies
from delith.errors import DelithError
from delith.store import Store

DELITH = Path(sysconfig.get_path("scripts")) / "delith"
SCRIPTS = Path(__file__).parents[2] / "workflows" / "hpc"


def told(*words: object, code: int = 0) -> str:
    """What the command says."""
    done = subprocess.run(
        [DELITH, *map(str, words)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if code else done.stdout


@pytest.fixture
def files(toyed, tmp_path):
    """A study file, a cluster file and a folder for the results."""
    study.write(toyed, tmp_path / "toyed.yaml")
    cluster = tmp_path / "cluster.yaml"
    cluster.write_text("{scheduler: slurm, partition: main, cores: 1, time: 00:10:00, jobs: 2}")
    return tmp_path / "toyed.yaml", cluster, tmp_path / "out"


@pytest.mark.parametrize(
    ("scheduler", "mark", "asked"),
    [
        (
            "slurm",
            "#SBATCH --",
            "nodes=2 cpus-per-task=8 gpus-per-node=4 mem=100G time=24:00:00 account=me",
        ),
        (
            "pbs",
            "#PBS -",
            "l_select=2:ncpus=8:mem=100gb:ngpus=4 l_walltime=24:00:00 q_fast A_me",
        ),
    ],
)
def test_scripts_say_what_the_cluster_file_says(tmp_path, scheduler, mark, asked):
    """In the words of each batch system, and in shell that is shell."""
    cluster = clusters.Cluster(
        scheduler=scheduler,
        partition="fast",
        account="me",
        time="24:00:00",
        nodes=2,
        cores=8,
        gpus=4,
        memory=100,
        environment=("module load vasp",),
        options=("#SOMETHING else",),
    )
    script = batch.script(cluster, tmp_path / "a folder")
    lines = {mark + words.replace("_", " ") for words in asked.split()}
    assert {*lines, "module load vasp", "#SOMETHING else"} <= set(script.splitlines())
    assert script.index("#SOMETHING else") < script.index("module load")
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_a_machine_alone_sends_no_jobs(tmp_path):
    with pytest.raises(DelithError, match="use delith run"):
        batch.submit(clusters.Cluster(scheduler="local", cores=1), tmp_path)


def test_a_machine_without_a_batch_system_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DelithError, match="there is no qsub here"):
        batch.submit(clusters.Cluster(scheduler="pbs", cores=1), tmp_path)


def test_the_folder_of_a_job_is_not_touched(files, monkeypatch):
    """Held for a moment by another submit, the job would find it so and end."""
    file, cluster, folder = files
    running.prepare(file, folder)
    monkeypatch.setattr(clusters.batch, "jobs", lambda folder: [Job("slurm", "7", "running")])
    monkeypatch.setattr(running, "prepare", None)
    with pytest.raises(DelithError, match=r"job 7 for .* is running: wait for it"):
        studies.submit(file, cluster, folder)


def test_jobs_of_a_folder_that_is_not_there_are_not_cancelled(tmp_path):
    assert batch.cancel(tmp_path) == []
    with pytest.raises(DelithError, match="no such folder"):
        batch.cancel(tmp_path / "mistyped")


@pytest.mark.parametrize("cut", ["slu", "slurm", "slslurm 8", "slurm 8 9"])
def test_a_list_of_jobs_that_was_cut_off_is_said_to_be_damaged(tmp_path, cut):
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "jobs").write_text(f"slurm 7\n{cut}\n")
    with pytest.raises(DelithError, match=f"jobs names a batch system .* not '{cut}': mend it"):
        batch.jobs(tmp_path)


def test_jobs_are_noted_in_the_order_of_their_turns(tmp_path):
    """Each by itself before the next, even where whoever sent it is late."""
    cluster = clusters.Cluster(scheduler="slurm", cores=1, jobs=2)
    script = batch.script(cluster, tmp_path)
    own = tmp_path / "cluster"
    own.mkdir()
    for name, told in (("sbatch", "8"), ("scancel", ""), ("delith", "")):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\necho {told}\n")
        program.chmod(0o755)
    script = script.replace("export PATH=", f"export PATH={tmp_path}/bin:")
    known = os.environ | {"SLURM_JOB_ID": "7"}
    subprocess.run(["bash"], input=script, text=True, check=True, env=known)
    batch.note(own, "slurm", "7")
    assert (own / "jobs").read_text().split("\n")[:2] == ["slurm 7", "slurm 8"]


@pytest.mark.slow
def test_a_study_sent_ends_as_one_run_here(slurm, files, plainly, toy_folder):
    file, cluster, folder = files
    said = told("submit", file, "--cluster", cluster, "-o", folder)
    # one that has begun has asked for the next
    job, *_ = clusters.jobs(folder)
    assert f"job {job.number};" in said
    assert f"for {folder} is" in told("submit", file, "--cluster", cluster, "-o", folder, code=2)
    until(lambda: not slurm.alive())
    assert {r.key: r.energy for r in Store(folder / "records.db").records()} == {
        r.key: r.energy for r in plainly.records
    }
    name = "boundary_energy.csv"
    assert (folder / name).read_bytes() == (plainly.folder / name).read_bytes()
    first, second = clusters.jobs(folder)
    assert first.reason == "completed"
    assert second.reason == "cancelled"  # what would have gone on
    said = told("status", folder)
    assert f"job {first.number}: over (completed)" in said
    assert "7 of 7 relaxations done, 0 to do" in said


@pytest.mark.slow
def test_a_study_is_cancelled_and_sent_again(slurm, files, plainly, toy_folder, monkeypatch):
    file, cluster, folder = files
    with monkeypatch.context() as slowly:
        slowly.setenv("WAIT", "3")  # the commands below take their time too
        told("submit", file, "--cluster", cluster, "-o", folder)
    until(lambda: (folder / "records.db").exists() and Store(folder / "records.db").records())
    until(lambda: "1 running" in told("status", folder))
    said = told("status", folder)
    assert "an hour" in said
    assert "queued (Dependency)" in said
    assert "was running" in told("cancel", folder)
    until(lambda: not slurm.alive())
    kept = {r.key: r.energy for r in Store(folder / "records.db").records()}
    assert 1 <= len(kept) < 7
    assert told("cancel", folder) == "no job goes on\n"
    told("submit", file, "--cluster", cluster, "-o", folder)
    until(lambda: not slurm.alive())
    records = running.status(folder).records
    assert kept.items() <= {r.key: r.energy for r in records}.items()
    assert {r.key: r.energy for r in records} == {r.key: r.energy for r in plainly.records}


@pytest.mark.slow
def test_the_script_for_slurm_runs_a_study_on_two_nodes(
    slurm, toyed, plainly, toy_folder, tmp_path, monkeypatch
):
    """As its user would send it, but for how much it asks for."""
    monkeypatch.setenv("PATH", str(DELITH.parent), prepend=os.pathsep)
    study.write(toyed, tmp_path / "toyed.yaml")
    less = ["--cpus-per-task=1", "--time=10"]
    subprocess.run(
        ["sbatch", "--wait", *less, SCRIPTS / "slurm.sh", "toyed.yaml", "out"],
        cwd=tmp_path,
        check=True,
        timeout=300,
    )
    assert {r.key: r.energy for r in Store(tmp_path / "out" / "records.db").records()} == {
        r.key: r.energy for r in plainly.records
    }
    # one worker on each of the nodes
    assert len(set((toy_folder / "loads").read_text().split())) == 2


@pytest.mark.parametrize("name", ["slurm.sh", "pbs.sh"])
def test_scripts_are_shell(name):
    subprocess.run(["bash", "-n", SCRIPTS / name], check=True)


@pytest.mark.slow
def test_what_slurm_refuses_is_one_message(slurm, files):
    file, cluster, folder = files
    cluster.write_text(cluster.read_text().replace("main", "nowhere"))
    said = told("submit", file, "--cluster", cluster, "-o", folder, code=2)
    assert "sbatch refused" in said
    assert "nvalid partition" in said
