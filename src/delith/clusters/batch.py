"""A study as a batch job: its script, the jobs that a results folder has had, and their end."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import yaml

from delith.clusters import schedulers
from delith.clusters.schedulers import SCHEDULERS, Job
from delith.clusters.settings import Cluster
from delith.errors import DelithError, writable

#: Folder of a results folder for all that has to do with the cluster.
FOLDER = "cluster"
#: The file there that lists jobs: batch system and number.
JOBS = "jobs"

SCRIPT = """\
#!/bin/bash
{header}

# A study, by its own workers on the nodes of this job. What is left when the time of the job is
# over goes on in the next, which waits for the end of this one.
{setup}
cd {here}
# before the next, however late whoever sent it is to note it
echo "{scheduler} {own}" >> {list}
export DELITH_TURN=$((${{DELITH_TURN:-0}} + 1))
next=
if [ "$DELITH_TURN" -lt {jobs} ]; then
  next=$({again}) && echo "{scheduler} $next" >> {list}
fi

{command}
code=$?
# it ended by itself, and was not killed: there is nothing to go on with
if [ "$code" -lt 128 ] && [ -n "$next" ]; then {cancel} "$next"; fi
exit "$code"
"""


def submit(cluster: Cluster, folder: Path) -> Job:
    """Write the batch script of a study into its results folder, and send it.

    Parameters
    ----------
    cluster : Cluster
        Whose nodes the job is to have.
    folder : Path
        Where the results go; it holds the study, see `delith.running.prepare`.

    Raises
    ------
    DelithError
        If there is no batch system, it refuses the job, or a job for the folder goes on.
    """
    # again, where it was asked before the study was prepared: another may have been sent meanwhile
    check_free(cluster, folder)
    own = folder / FOLDER
    with writable(folder):
        own.mkdir(parents=True, exist_ok=True)
        here = cluster.model_copy(update={"scheduler": "local"}).model_dump(
            mode="json", exclude_defaults=True
        )
        (own / "here.yaml").write_text(yaml.safe_dump(here, sort_keys=False))
        (own / "job.sh").write_text(script(cluster, folder))
    number = SCHEDULERS[cluster.scheduler].submit("job.sh", str(own))
    note(own, cluster.scheduler, number)
    return Job(cluster.scheduler, number, "queued")


def check_free(cluster: Cluster, folder: Path) -> None:
    """Refuse to send a job for a folder that has one.

    Before the folder is touched: a job that begins in that moment would find it held, and end.

    Raises
    ------
    DelithError
        If there is no batch system, or a job for the folder goes on.
    """
    if cluster.scheduler == "local":
        raise DelithError("scheduler: local sends no jobs: say slurm or pbs, or use delith run.")
    if going := [job for job in jobs(folder) if job.state != "over"]:
        raise DelithError(
            f"job {going[0].number} for {folder} is {going[0].state}: wait for it, or end it with "
            f"delith cancel {folder}."
        )


def script(cluster: Cluster, folder: Path) -> str:
    """Return the batch script of a study; see `submit`."""
    scheduler, folder = SCHEDULERS[cluster.scheduler], folder.resolve()
    own = folder / FOLDER
    name = re.sub(r"[^\w.-]", "-", f"delith-{folder.name}")
    words = ["delith", "run", folder / "study.yaml", "-o", folder, "--cluster", own / "here.yaml"]
    return SCRIPT.format(
        header="\n".join([*scheduler.header(cluster, name), *cluster.options]),
        setup="\n".join(cluster.setup),
        here=shlex.quote(str(own)),
        jobs=cluster.jobs,
        own=scheduler.own,
        again=scheduler.again,
        scheduler=cluster.scheduler,
        list=JOBS,
        command=shlex.join(map(str, words)),
        cancel=scheduler.cancel,
    )


def note(own: Path, scheduler: str, number: str) -> None:
    """Add a job to those of a folder."""
    with (own / JOBS).open("a") as file:
        file.write(f"{scheduler} {number}\n")


def jobs(folder: Path) -> list[Job]:
    """Ask for the state of every job that a results folder has had.

    Raises
    ------
    DelithError
        If its batch system does not answer, or the list is damaged.
    """
    try:
        lines = (folder / FOLDER / JOBS).read_text().splitlines()
    except FileNotFoundError:
        return []
    noted = [line.split() for line in dict.fromkeys(lines)]
    if odd := [words for words in noted if len(words) != 2 or words[0] not in SCHEDULERS]:
        raise DelithError(
            f"{folder / FOLDER / JOBS} names a batch system and a job in each line, not "
            f"{' '.join(odd[0])!r}: mend it, or delete it if none of its jobs goes on."
        )
    return [SCHEDULERS[scheduler].job(number) for scheduler, number in noted]


def cancel(folder: Path) -> list[Job]:
    """End the jobs of a results folder that are queued or running; return these.

    Raises
    ------
    DelithError
        If there is no such folder, or their batch system does not answer or refuses.
    """
    if not folder.is_dir():
        raise DelithError(f"there is no such folder: {folder}.")
    going = [job for job in jobs(folder) if job.state != "over"]
    schedulers.cancel(going)
    return going
