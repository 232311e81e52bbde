"""A cluster in Parsl's words: blocks of nodes that jobs hold, and the workers on them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from parsl.executors import HighThroughputExecutor
from parsl.jobs.states import JobState, JobStatus
from parsl.launchers import MpiExecLauncher, SimpleLauncher, SrunLauncher
from parsl.providers import LocalProvider, PBSProProvider, SlurmProvider

from delith.clusters.settings import Cluster
from delith.errors import DelithError, MachineError

if TYPE_CHECKING:
    from parsl.executors.status_handling import BlockProviderExecutor
    from parsl.launchers.base import Launcher
    from parsl.providers.base import ExecutionProvider

#: How often (seconds) driver and workers tell each other that they live, and how long either waits
#: for the other.
HEARTBEAT, PATIENCE = 10, 60
#: Jobs in a row that did not come to work, after which no more are asked for.
HOPELESS = 3


def workers(cluster: Cluster) -> HighThroughputExecutor:
    """Return the workers of a cluster, of which none is started yet."""
    interchange = Path(__file__).with_name("interchange.py")
    # of a job that is there already nobody knows how long it has gone on
    asked = cluster.scheduler != "local"
    gpus = [str(number) for number in range(cluster.workers)] if cluster.gpus else []
    return HighThroughputExecutor(
        label="workers",
        provider=_provider(cluster),
        address=cluster.address,
        # -P: what lies beside the file is no package of its own
        interchange_launch_cmd=[sys.executable, "-P", str(interchange)],
        max_workers_per_node=cluster.workers,
        # how many workers there are is said, and not found out
        cores_per_worker=1e-3,
        available_accelerators=gpus,
        heartbeat_period=HEARTBEAT,
        heartbeat_threshold=PATIENCE,
        # no task begins that the end of the job would cut off
        drain_period=cluster.beginnings if asked and cluster.task_time else None,
        block_error_handler=_give_up,
    )


def _provider(cluster: Cluster) -> ExecutionProvider:
    asked = {
        "nodes_per_block": cluster.nodes,
        "init_blocks": 0,
        "max_blocks": cluster.jobs,
        # tasks for each slot, of which Parsl counts one a node
        "parallelism": cluster.nodes_per_worker,
        "worker_init": "\n".join(cluster.setup),
        "launcher": _launcher(cluster),
    }
    if cluster.scheduler == "local":
        return LocalProvider(**asked | {"max_blocks": 1})
    asked |= {
        "account": cluster.account,
        "walltime": cluster.clock,
        "scheduler_options": "\n".join(cluster.options),
        "cmd_timeout": 60,
    }
    if cluster.scheduler == "slurm":
        return SlurmProvider(
            partition=cluster.partition,
            cores_per_node=cluster.cores,
            mem_per_node=cluster.memory,
            gpus_per_node=cluster.gpus or None,
            exclusive=False,
            **asked,
        )
    return PBSProProvider(
        queue=cluster.partition,
        cpus_per_node=cluster.cores,
        select_options=cluster.pbs_chunk,
        **asked,
    )


def _launcher(cluster: Cluster) -> Launcher:
    if cluster.nodes == 1 or cluster.nodes_per_worker > 1:
        return SimpleLauncher()  # on the first node alone
    if cluster.scheduler == "slurm" or "SLURM_JOB_ID" in os.environ:
        # Slurm does not hand this on to the steps of a job
        return SrunLauncher(overrides=f"--cpus-per-task={cluster.cores}")
    if cluster.scheduler == "pbs" or "PBS_NODEFILE" in os.environ:
        return MpiExecLauncher()
    raise DelithError(
        f"{cluster.nodes} nodes are asked for with scheduler: local, but this is no job of Slurm "
        "or PBS: say scheduler: slurm or pbs, or start from within a job (delith submit does)."
    )


def _give_up(executor: BlockProviderExecutor, status: dict[str, JobStatus]) -> None:
    """End the run where jobs fail one after the other: another would too."""
    latest = [status[block] for block in sorted(status, key=int)[-HOPELESS:]]
    bad = (JobState.FAILED, JobState.MISSING)
    if len(latest) == HOPELESS and all(job.state in bad for job in latest):
        told = (latest[-1].stderr_summary or latest[-1].message or "it said nothing").strip()
        executor.set_bad_state_and_fail_all(
            MachineError(
                f"{HOPELESS} jobs in a row did not come to work; the last: {told}\nMend the "
                "cluster file, and run the same command again. What was computed is safe."
            )
        )
