"""A real Slurm of two nodes, both this machine."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

#: Daemons are not on the path of everyone.
SEARCHED = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])
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
