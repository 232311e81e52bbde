"""Whatever goes wrong on a cluster, a study ends, loses nothing, and says what went wrong."""

import os
import re
import signal
import subprocess
import sysconfig
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from own_slurm import NODES, until

from delith import clusters, running, study
from delith.clusters import worker
from delith.engines import computing
from delith.errors import DelithError, MachineError
from delith.store import Store
from idle import Idle

pytest.importorskip("parsl")
from parsl.providers import SlurmProvider

DELITH = Path(sysconfig.get_path("scripts")) / "delith"
LOCAL = clusters.Cluster(scheduler="local", cores=2, attempts=2)


def energies(records) -> dict[str, float]:
    return {record.key: record.energy for record in records}


def done(folder: Path) -> dict[str, float]:
    return energies(Store(folder / "records.db").records())


@pytest.fixture
def asked_often(monkeypatch):
    """Parsl asks Slurm for its jobs once a minute, which is polite and slow."""
    monkeypatch.setattr(SlurmProvider, "status_polling_interval", 5)


def run(toyed, tmp_path, cluster):
    with clusters.pool(cluster, tmp_path / "own") as pool:
        return running.run(toyed, tmp_path / "results", pool).records


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mischief", "calls", "reason"),
    [
        ("kill", 2, "failed: given up after 2 attempts: ChildProcessError: its process was killed"),
        ("hang", 2, "failed: given up after 2 attempts: TimeoutError: it took longer than 2 s"),
        ("want", 2, "failed: given up after 2 attempts: MemoryError: cannot allocate"),
        ("fill", 2, "failed: given up after 2 attempts: OSError: .*No space left on device"),
        ("refuse", 1, "failed: KeyError: 'no parameters for lithium metal'"),
        ("nan", 1, "failed: CalculationFailed: .* not finite"),
    ],
)
def test_a_poison_is_tried_and_recorded(
    toyed, plainly, toy_folder, tmp_path, monkeypatch, mischief, calls, reason
):
    """As failed, with the reason; nothing else is touched, and it is not done again."""
    monkeypatch.setenv("MISCHIEF", mischief)
    cluster = LOCAL.model_copy(update={"task_time": 2} if mischief == "hang" else {})
    records = run(toyed, tmp_path, cluster)
    (poison,) = [record for record in records if "Co" not in record.start.symbols]
    assert not poison.usable
    assert re.match(reason, poison.problem), poison.problem
    others = {key: energy for key, energy in energies(records).items() if key != poison.key}
    assert others.items() <= energies(plainly.records).items()
    assert len(records) == len(plainly.records)
    assert len((toy_folder / "calls").read_text().split()) == calls
    running.run(toyed, tmp_path / "results", Idle())


@pytest.mark.slow
def test_what_is_lost_once_is_done_again(toyed, plainly, toy_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("MISCHIEF", "kill")
    monkeypatch.setenv("TIMES", "1")
    assert energies(run(toyed, tmp_path, LOCAL)) == energies(plainly.records)
    assert len((toy_folder / "loads").read_text().split()) <= 3


@pytest.mark.slow
def test_code_that_hears_nothing_is_ended_too(tmp_path):
    """Compiled code that never comes back to Python: with its process."""
    script = tmp_path / "deaf.py"
    script.write_text(
        "import toy_potential\nfrom delith.clusters import worker\n"
        "worker.GRACE = 1\nworker.timed('cpu', 1, toy_potential.deaf)\n"
    )
    began = time.monotonic()
    ended = subprocess.run(
        [sysconfig.get_path("scripts") + "/python", script],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "in deaf" in ended.stderr  # where it was
    assert time.monotonic() - began < 50


def test_time_over_is_told_from_other_errors():
    """Even where code catches every exception; and in time the alarm is off again."""

    def stubborn():
        try:
            time.sleep(60)
        except Exception:
            return "caught"

    with pytest.raises(TimeoutError, match="it took longer than 1 s"):
        worker.timed("cpu", 1, stubborn)
    assert worker.timed("cpu", 60, lambda: "done") == "done"
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 400 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk]
    if subprocess.run(words, check=False).returncode:
        pytest.skip("a disk of its own needs the right to mount one")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.slow
def test_a_disk_that_is_full_loses_nothing(small_disk, toyed, plainly, toy_folder):
    """The run ends with what to do; when there is room again, it goes on."""
    folder = small_disk / "out"
    running.prepare(toyed, folder)
    ballast = small_disk / "ballast"

    def fill(progress: computing.Progress) -> None:
        if progress.done == 2 and not ballast.exists():
            with suppress(OSError):
                ballast.write_bytes(b"0" * 400_000)

    with ThreadPoolExecutor(1) as executor:
        with pytest.raises(DelithError, match=r"check the disk space.*already stored are safe"):
            running.run(toyed, folder, executor, fill)
        kept = done(folder)
        assert kept
        ballast.unlink()
        subprocess.run(["mount", "-o", "remount,size=40m", small_disk], check=True)
        running.run(toyed, folder, executor)
    assert kept.items() <= done(folder).items()
    assert done(folder) == energies(plainly.records)


@pytest.mark.slow
def test_jobs_that_never_come_to_work_end_the_run(slurm, asked_often, toyed, toy_folder, tmp_path):
    """Rather than that job after job is sent for nothing."""
    cluster = clusters.Cluster(
        scheduler="slurm", cores=1, environment=("echo no such module >&2; exit 1",)
    )
    with pytest.raises(MachineError, match=r"3 jobs in a row did not come to work.*no such module"):
        run(toyed, tmp_path, cluster)
    assert not slurm.alive()


@pytest.mark.slow
def test_a_driver_killed_takes_its_jobs_along(slurm, toyed, plainly, toy_folder, tmp_path):
    """And what it did is not done again."""
    study.write(toyed, tmp_path / "toyed.yaml")
    (tmp_path / "cluster.yaml").write_text("{scheduler: slurm, cores: 1, time: 00:10:00}")
    words = [DELITH, "run", "toyed.yaml", "-o", "out", "--cluster", "cluster.yaml"]
    slow = os.environ | {"WAIT": "1"}
    driver = subprocess.Popen(words, cwd=tmp_path, env=slow, start_new_session=True)
    until(lambda: (tmp_path / "out" / "records.db").exists() and done(tmp_path / "out"))
    driver.kill()
    driver.wait()
    kept = done(tmp_path / "out")
    until(lambda: not slurm.alive(), patience=120)
    subprocess.run(words, cwd=tmp_path, check=True)
    assert kept.items() <= done(tmp_path / "out").items()
    assert done(tmp_path / "out") == energies(plainly.records)


def processes_of(job: str) -> list[int]:
    """What runs in a job of this Slurm."""
    found = []
    marks = {f"SLURM_JOB_ID={job}".encode(), f"SLURM_CONF={os.environ['SLURM_CONF']}".encode()}
    for each in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if marks <= set(each.read_bytes().split(b"\0")):
                found.append(int(each.parent.name))
    return found


@pytest.mark.slow
def test_a_node_lost_in_the_middle(
    slurm, asked_often, toyed, plainly, toy_folder, tmp_path, monkeypatch
):
    """Its tasks are done by others."""
    monkeypatch.setenv("WAIT", "2")
    cluster = clusters.Cluster(scheduler="slurm", cores=2, jobs=2, time=600)
    cluster = cluster.model_copy(update={"cores_per_worker": 2})
    lost = []

    def lose(progress: computing.Progress) -> None:
        working = [job for job in slurm.jobs() if job["JobState"] == "RUNNING"]
        if not lost and len(working) == 2 and len(progress.running) == 2:
            node, number = working[0]["NodeList"], working[0]["JobId"]
            assert node in NODES
            slurm.stop(node)
            for process in processes_of(number):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            lost.append(node)

    with clusters.pool(cluster, tmp_path / "own") as pool:
        records = running.run(toyed, tmp_path / "results", pool, lose).records
    assert lost
    assert energies(records) == energies(plainly.records)


@pytest.mark.slow
def test_a_job_whose_time_is_over_is_followed_by_another(
    slurm, asked_often, toyed, plainly, toy_folder, tmp_path, monkeypatch
):
    """And what it was at is done again there."""
    monkeypatch.setenv("WAIT", "4")
    cluster = clusters.Cluster(scheduler="slurm", cores=1, time=60)
    assert energies(run(toyed, tmp_path, cluster)) == energies(plainly.records)
    mine = [job["JobState"] for job in slurm.jobs() if job["JobName"].startswith("parsl")]
    assert "TIMEOUT" in mine[-2:]


@pytest.mark.slow
def test_jobs_end_by_themselves_where_the_time_of_a_task_is_known(
    slurm, asked_often, toyed, plainly, toy_folder, tmp_path, monkeypatch
):
    """They begin none that they would not see the end of: nothing is cut off and done twice."""
    monkeypatch.setenv("WAIT", "0.5")
    cluster = clusters.Cluster(scheduler="slurm", cores=1, time=180, task_time=110)
    before = len(slurm.jobs())
    assert energies(run(toyed, tmp_path, cluster)) == energies(plainly.records)
    *drained, _ = [job["JobState"] for job in slurm.jobs()[before:]]
    assert drained
    assert set(drained) == {"COMPLETED"}


@pytest.mark.slow
def test_work_goes_on_in_the_next_job(slurm, toyed, plainly, toy_folder, tmp_path, monkeypatch):
    """When the time of one is over, with the driver in it: the batch job has sent the next."""
    monkeypatch.setenv("WAIT", "4")
    cluster = clusters.Cluster(scheduler="slurm", cores=1, jobs=5, time=60)
    folder = running.prepare(toyed, tmp_path / "out")
    first = clusters.submit(cluster, folder)
    until(lambda: not slurm.alive(), patience=400)
    states = [job.reason for job in clusters.jobs(folder)]
    assert states[0] == "timeout"
    assert "completed" in states
    assert first.number == clusters.jobs(folder)[0].number
    assert done(folder) == energies(plainly.records)
