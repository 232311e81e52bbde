"""The cluster file: what to ask a batch system for, checked before anything is asked."""

from __future__ import annotations

import re
import shlex
import sysconfig
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from delith import documents

#: What a worker needs (seconds) to start, and a task that takes too long to be stopped.
MARGIN = 60

_CLOCK = re.compile(r"(?:(\d+)-)?(\d+):([0-5]\d):([0-5]\d)")


def _seconds(given: object) -> object:
    """Seconds of ``24:00:00`` or ``2-12:00:00``; YAML itself reads some of these as seconds."""
    if not isinstance(given, str):
        return given
    if not (found := _CLOCK.fullmatch(given.strip())):
        raise ValueError("a time is hours:minutes:seconds, such as 24:00:00")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


Seconds = Annotated[int, BeforeValidator(_seconds), Field(ge=1)]
Line = Annotated[str, Field(pattern=r"^[^\n]*$")]


class Cluster(BaseModel):
    """Workers on a cluster: in jobs that a batch system starts, or on nodes that are there.

    Attributes
    ----------
    scheduler : str
        ``slurm`` or ``pbs``, which is asked for jobs; ``local`` for the machine, or the nodes of
        the job, that Delith itself runs on.
    partition : str, optional
        Of Slurm; the queue of PBS.
    account : str, optional
        Who pays.
    time : int
        Longest time of a job, in a cluster file such as ``24:00:00``; s. Work that is left when a
        job ends goes on in the next.
    nodes : int
        Of one job.
    jobs : int
        Most jobs at a time; with `delith submit`, most jobs one after the other.
    cores : int
        Asked for on each node.
    memory : int, optional
        Asked for on each node, GB.
    gpus : int
        Asked for on each node. Potentials run on them, each worker with one of its own.
    cores_per_worker : int
        1 for potentials; for DFT as many as the MPI processes that the code is started with.
    workers_per_gpu : int
        Workers that share a GPU.
    nodes_per_worker : int
        More than 1 for calculations across nodes: the job then has one worker, on its first node,
        and codes that it starts find all nodes of the job.
    environment : tuple of str
        Lines of shell before a worker starts, such as ``module load vasp``.
    options : tuple of str
        Lines for the batch system, such as ``#SBATCH --qos=long``.
    task_time : int, optional
        Longest time of one task, as `time`; s. What takes longer is stopped. Jobs begin no task
        that might outlive them.
    attempts : int
        How often a task is begun, where what it ran on was lost or it took too long, before it is
        recorded as failed.
    address : str, optional
        Of the machine that Delith runs on, as the nodes know it; by default whichever of its
        addresses answers them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheduler: Literal["slurm", "pbs", "local"]
    partition: Annotated[str, Field(pattern=r"^\S+$")] | None = None
    account: Annotated[str, Field(pattern=r"^\S+$")] | None = None
    time: Seconds = 3600
    nodes: int = Field(1, ge=1)
    jobs: int = Field(1, ge=1)
    cores: int = Field(ge=1)
    memory: int | None = Field(None, ge=1)
    gpus: int = Field(0, ge=0)
    cores_per_worker: int = Field(1, ge=1)
    workers_per_gpu: int = Field(1, ge=1)
    nodes_per_worker: int = Field(1, ge=1)
    environment: tuple[Line, ...] = ()
    options: tuple[Line, ...] = ()
    task_time: Seconds | None = None
    attempts: int = Field(3, ge=1)
    address: Annotated[str, Field(pattern=r"^\S+$")] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.workers < 1:
            raise ValueError(
                f"a node of {self.cores} cores has no room for a worker of "
                f"{self.cores_per_worker}: raise cores or lower cores_per_worker"
            )
        if self.nodes_per_worker > 1 and self.nodes_per_worker != self.nodes:
            raise ValueError(
                f"nodes_per_worker is {self.nodes_per_worker} but a job has {self.nodes} nodes: "
                "give both the same number, and more jobs for more workers"
            )
        if self.task_time and self.beginnings <= 0:
            raise ValueError(
                f"a job of {self.time} s ends before a task of {self.task_time} s, and {MARGIN} s "
                "for a worker to start and end, would: raise time or lower task_time"
            )
        return self

    @property
    def workers(self) -> int:
        """On each node that has any."""
        if self.nodes_per_worker > 1:
            return 1
        fitting = self.cores // self.cores_per_worker
        if fitting <= self.gpus or not self.gpus:
            return fitting
        # as many on each GPU: Parsl gives those beyond to devices that there are not
        return self.gpus * min(fitting // self.gpus, self.workers_per_gpu)

    @property
    def beginnings(self) -> int:
        """For how long a job begins tasks of which it sees the end, s."""
        return self.time - (self.task_time or 0) - MARGIN

    @property
    def device(self) -> str:
        """Where potentials run, in torch's words."""
        return "cuda" if self.gpus else "cpu"

    @property
    def setup(self) -> tuple[str, ...]:
        """Lines of shell before anything of Delith starts on a node."""
        scripts = shlex.quote(sysconfig.get_path("scripts"))
        return f"export PATH={scripts}:$PATH", *self.environment

    @property
    def pbs_chunk(self) -> str:
        """What PBS is asked for on each node, besides cores."""
        memory = f":mem={self.memory}gb" if self.memory else ""
        return memory + (f":ngpus={self.gpus}" if self.gpus else "")

    @property
    def clock(self) -> str:
        """Longest time of a job, as batch systems write it."""
        minutes, seconds = divmod(self.time, 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def load(path: str | Path) -> Cluster:
    """Read a cluster file.

    Raises
    ------
    DelithError
        If the file cannot be read, is no YAML, or has a key or value that a cluster does not take;
        the message names each.
    """
    return documents.read(Path(path), Cluster, "cluster")
