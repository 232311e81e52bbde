"""A real Slurm of two nodes, both this machine, for as long as the tests need it."""

import os
import platform
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from delith import running
from delith.running import Results
from delith.study import Study

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol")
NODES = ("node1", "node2")

CONFIGURATION = """\
ClusterName=delith
SlurmctldHost={host}
SlurmctldPort={ports[0]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmdLogFile={folder}/slurmd.%n.log
SlurmdSpoolDir={folder}/spool.%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SlurmdTimeout=10
ReturnToService=2
KillWait=2
MinJobAge=3600
NodeName={nodes[0]} NodeHostname={host} Port={ports[1]} CPUs=2
NodeName={nodes[1]} NodeHostname={host} Port={ports[2]} CPUs=2
PartitionName=main Nodes=ALL Default=YES State=UP
"""


@dataclass
class Slurm:
    """A controller and the daemons of its nodes."""

    folder: Path
    daemons: dict[str, subprocess.Popen] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.out").open("ab") as out:
            self.daemons[name] = subprocess.Popen(
                [shutil.which(command[0]) or command[0], *command[1:]], stdout=out, stderr=out
            )

    def start_node(self, name: str) -> None:
        self.start(name, "slurmd", "-D", "-N", name)

    def stop(self, name: str) -> None:
        daemon = self.daemons.pop(name)
        daemon.terminate()
        try:
            daemon.wait(10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def asked(self, *command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def jobs(self) -> list[dict[str, str]]:
        """All jobs, as the controller knows them."""
        told = self.asked("scontrol", "show", "job", "-o").splitlines()
        lines = [line for line in told if line.startswith("JobId=")]
        return [dict(w.split("=", 1) for w in line.split() if "=" in w) for line in lines]

    def alive(self, *states: str) -> list[dict[str, str]]:
        states = states or ("PENDING", "CONFIGURING", "RUNNING", "COMPLETING")
        return [job for job in self.jobs() if job["JobState"] in states]


@pytest.fixture(scope="session")
def toyed(quick: Study) -> Study:
    """`quick` by a potential that costs nothing, see there."""
    return quick.model_copy(
        update={"potentials": (f"{Path(__file__).with_name('toy_potential.py')}:make",)}
    )


@pytest.fixture
def toy_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the potential of `toyed` leaves its traces."""
    folder = tmp_path / "toy"
    folder.mkdir()
    monkeypatch.setenv("TOY", str(folder))
    return folder


@pytest.fixture(scope="session")
def plainly(toyed: Study, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What `toyed` gives on this machine when nothing happens to it."""
    folder = tmp_path_factory.mktemp("plainly")
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as executor:
        patch.setenv("TOY", str(folder))
        return running.run(toyed, folder, executor)


def free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for each in held:
        each.bind(("", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def until(condition: Callable[[], object], patience: float = 60.0) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)


def ready() -> bool:
    told = subprocess.run(["sinfo", "-hN", "-o%t"], capture_output=True, text=True, check=False)
    return told.stdout.split() == ["idle"] * len(NODES)


@pytest.fixture(scope="session")
def _slurm() -> Iterator[Slurm]:
    missing = [name for name in PROGRAMS if shutil.which(name, path=SEARCHED) is None]
    if missing or os.geteuid():
        pytest.skip(f"a Slurm of its own needs root and, of slurm-wlm and munge, {missing}")
    # paths of sockets are short
    with tempfile.TemporaryDirectory(prefix="slurm") as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.setenv("PATH", SEARCHED)
        patch.setenv("SLURM_CONF", str(folder / "slurm.conf"))
        (folder / "state").mkdir()
        (folder / "munge.key").write_bytes(os.urandom(128))
        (folder / "munge.key").chmod(0o600)
        text = CONFIGURATION.format(
            host=platform.node(), folder=folder, ports=free_ports(3), nodes=NODES
        )
        (folder / "slurm.conf").write_text(text)
        slurm = Slurm(folder)
        try:
            files = {"socket": "socket", "key-file": "key", "pid-file": "pid"}
            files |= {"log-file": "log", "seed-file": "seed"}
            options = [f"--{option}={folder}/munge.{end}" for option, end in files.items()]
            slurm.start("munged", "munged", "--foreground", "--force", *options)
            until((folder / "munge.socket").exists)
            slurm.start("slurmctld", "slurmctld", "-D")
            for node in NODES:
                slurm.start_node(node)
            until(ready)
            yield slurm
        finally:
            if (folder / "slurm.conf").exists() and "slurmctld" in slurm.daemons:
                subprocess.run(["scancel", "--user=root"], check=False)
            for daemon in reversed(list(slurm.daemons)):
                slurm.stop(daemon)


SEARCHED = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])


@pytest.fixture
def slurm(_slurm: Slurm) -> Iterator[Slurm]:
    """Slurm with nothing in its queue, before and after."""
    yield _slurm
    subprocess.run(["scancel", "--user=root"], check=False)
    for node in NODES:
        if node not in _slurm.daemons:
            _slurm.start_node(node)
    until(lambda: not _slurm.alive() and ready())
