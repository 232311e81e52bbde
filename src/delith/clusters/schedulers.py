"""The words of batch systems: how a job is described, sent, ended, and asked about."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from delith.clusters.settings import Cluster
from delith.errors import DelithError

#: How long (seconds) a batch system may take to answer.
PATIENCE = 120


@dataclass(frozen=True)
class Job:
    """A job, as its batch system knows it.

    Attributes
    ----------
    scheduler, number : str
    state : str
        ``queued``, ``running`` or ``over``.
    reason : str
        Why it waits or how it ended, in the words of the batch system.
    """

    scheduler: str
    number: str
    state: Literal["queued", "running", "over"]
    reason: str = ""


class Scheduler(Protocol):
    """What a batch system understands."""

    #: Variable of the shell that holds the number of the job.
    own: str
    #: Shell that sends the script ``job.sh`` of this folder, to begin when this job is over.
    again: str
    #: Program that ends jobs.
    cancel: str

    def header(self, cluster: Cluster, name: str) -> list[str]:
        """First lines of a batch script: what the job asks for."""

    def submit(self, script: str, folder: str) -> str:
        """Send a script that lies in a folder; return the number of the job."""

    def job(self, number: str) -> Job:
        """Ask for the state of a job."""


def _asked(command: Sequence[str], folder: str | None = None) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=True, timeout=PATIENCE
        )
    except FileNotFoundError as error:
        raise DelithError(
            f"there is no {command[0]} here: this is no machine that jobs are sent from."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise DelithError(f"{command[0]} has not answered for {PATIENCE} s: try later.") from error
    except subprocess.CalledProcessError as error:
        told = (error.stderr or error.stdout).strip()
        raise DelithError(f"{command[0]} refused: {told}") from error
    return done.stdout


class Slurm:
    """Slurm."""

    own = "$SLURM_JOB_ID"
    again = "sbatch --parsable --dependency=afterany:$SLURM_JOB_ID job.sh"
    cancel = "scancel"

    def header(self, cluster: Cluster, name: str) -> list[str]:
        """As in the protocol."""
        asked = {
            "job-name": name,
            "output": "job-%j.out",
            "time": cluster.clock,
            "nodes": cluster.nodes,
            "ntasks-per-node": 1,
            "cpus-per-task": cluster.cores,
            "partition": cluster.partition,
            "account": cluster.account,
            "mem": cluster.memory and f"{cluster.memory}G",
            "gpus-per-node": cluster.gpus,
        }
        # a job whose node is lost is followed by the next, not by itself
        lines = ["#SBATCH --no-requeue"]
        return lines + [f"#SBATCH --{key}={value}" for key, value in asked.items() if value]

    def submit(self, script: str, folder: str) -> str:
        """As in the protocol."""
        return _asked(["sbatch", "--parsable", script], folder).strip().partition(";")[0]

    def job(self, number: str) -> Job:
        """As in the protocol."""
        try:
            told = _asked(["scontrol", "show", "job", "-o", number])
        except DelithError as error:
            if "Invalid job id" not in str(error):
                raise
            return Job("slurm", number, "over", "forgotten by Slurm")
        known = dict(word.partition("=")[::2] for word in told.split())
        state, reason = known["JobState"], known["Reason"]
        if state in ("PENDING", "CONFIGURING", "REQUEUED", "SUSPENDED"):
            return Job("slurm", number, "queued", reason)
        if state in ("RUNNING", "COMPLETING"):
            return Job("slurm", number, "running", known["NodeList"])
        return Job("slurm", number, "over", state.lower().replace("_", " "))


class PBS:
    """PBS Pro and OpenPBS."""

    own = "$PBS_JOBID"
    again = "qsub -W depend=afterany:$PBS_JOBID -v DELITH_TURN=$DELITH_TURN job.sh"
    cancel = "qdel"

    def header(self, cluster: Cluster, name: str) -> list[str]:
        """As in the protocol."""
        asked = {
            "-N": name,
            "-j": "oe",
            "-r": "n",
            "-l walltime": cluster.clock,
            "-l select": f"{cluster.nodes}:ncpus={cluster.cores}{cluster.pbs_chunk}",
            "-q": cluster.partition,
            "-A": cluster.account,
        }
        return [
            f"#PBS {key}{'=' if key.startswith('-l') else ' '}{value}"
            for key, value in asked.items()
            if value
        ]

    def submit(self, script: str, folder: str) -> str:
        """As in the protocol."""
        return _asked(["qsub", script], folder).strip()

    def job(self, number: str) -> Job:
        """As in the protocol."""
        try:
            told = json.loads(_asked(["qstat", "-x", "-f", "-F", "json", number]))
        except DelithError as error:
            if "Unknown Job" not in str(error):
                raise
            return Job("pbs", number, "over", "forgotten by PBS")
        (known,) = told["Jobs"].values()
        state, comment = known["job_state"], known.get("comment", "")
        if state in "QHWTS":
            return Job("pbs", number, "queued", comment)
        if state in "RBE":
            return Job("pbs", number, "running", known.get("exec_host", ""))
        return Job("pbs", number, "over", f"exit status {known.get('Exit_status', 'unknown')}")


SCHEDULERS: dict[str, Scheduler] = {"slurm": Slurm(), "pbs": PBS()}


def cancel(jobs: Sequence[Job]) -> None:
    """End jobs.

    Raises
    ------
    DelithError
        If their batch system refuses.
    """
    for name, scheduler in SCHEDULERS.items():
        if numbers := [job.number for job in jobs if job.scheduler == name]:
            _asked([scheduler.cancel, *numbers])
