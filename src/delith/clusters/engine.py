"""The workers of a cluster behind the face of `concurrent.futures.Executor`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from delith.clusters import batch, worker
from delith.clusters.settings import Cluster
from delith.engines.losses import LOSSES, LostError, tell
from delith.errors import DelithError, MachineError, writable

if TYPE_CHECKING:
    from parsl.dataflow.dflow import DataFlowKernel

#: How often (seconds) it is asked what workers are busy with.
GLANCE = 2.0


@contextmanager
def pool(cluster: Cluster, folder: str | Path) -> Iterator[Executor]:
    """Hold the workers of a cluster; jobs for them are asked for as there is work.

    Parameters
    ----------
    cluster : Cluster
    folder : path
        For Parsl's logs, scripts and keys; made if it is not there. The nodes must see it too.

    Raises
    ------
    DelithError
        If Parsl is not installed or the folder cannot be written.
    """
    try:
        from parsl.config import Config
        from parsl.dataflow.dflow import DataFlowKernel
    except ImportError as error:
        raise DelithError(
            "workers on a cluster are started by Parsl, which is not installed: "
            "pip install 'delith[cluster]'."
        ) from error
    from delith.clusters import blocks

    with _logged(Path(folder).resolve()) as own:
        kernel = DataFlowKernel(
            Config(
                executors=[blocks.workers(cluster)],
                run_dir=str(own),
                strategy="htex_auto_scale",
                retries=cluster.attempts - 1,
                retry_handler=partial(_cost, cluster.attempts),
                initialize_logging=False,
            )
        )
        pilots = Pilots(kernel, cluster, own)
        try:
            yield pilots
        finally:
            pilots.close()


@contextmanager
def _logged(folder: Path) -> Iterator[Path]:
    """Keep what Parsl says out of the terminal, in a file of the folder."""
    with writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(folder / "parsl.log", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.setLevel(logging.WARNING)
    logger = logging.getLogger("parsl")
    logger.addHandler(handler)
    before, logger.propagate = logger.propagate, False
    try:
        yield folder
    finally:
        logger.removeHandler(handler)
        logger.propagate = before
        handler.close()


def _losses() -> tuple[type[BaseException], ...]:
    """As `delith.engines.losses.LOSSES`, and what Parsl says of workers and nodes."""
    from parsl.executors.high_throughput.errors import ManagerLost, WorkerLost

    return WorkerLost, ManagerLost, *LOSSES


def _cost(attempts: int, error: Exception, record: dict[str, Any]) -> int:
    """Of the attempts that a task has, how many an error takes."""
    if not isinstance(error, _losses()):
        return attempts
    tell(record["args"], record["fail_count"], f"{type(error).__name__}: {error}")
    return 1


class Pilots(Executor):
    """Workers that Parsl starts, each of which does one task after the other."""

    def __init__(self, kernel: DataFlowKernel, cluster: Cluster, folder: Path) -> None:
        import zmq
        from parsl.concurrent import ParslPoolExecutor

        from delith.clusters import blocks

        self._kernel, self._cluster, self._folder = kernel, cluster, folder
        self._workers: Any = kernel.executors["workers"]
        # Parsl itself would wait for ever for a go-between that is gone
        for side in (zmq.SNDTIMEO, zmq.RCVTIMEO):
            self._workers.command_client.zmq_socket.setsockopt(side, 1000 * blocks.PATIENCE)
        self._parsl = ParslPoolExecutor(dfk=kernel, executors=["workers"])
        #: Of tasks that have not ended, in the order in which they were submitted and begin.
        self._open: dict[Future[Any], None] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._glancing = threading.Thread(target=self._glance, daemon=True)
        self._glancing.start()

    def submit(self, function: Callable[..., Any], /, *given: Any, **more: Any) -> Future[Any]:
        """Hand a call to the workers."""
        future: Future[Any] = Future()
        with self._lock:
            self._open[future] = None
        task = partial(function, **more) if more else function
        inner = self._parsl.submit(
            worker.call, self._cluster.device, self._cluster.task_time, task, *given
        )
        inner.add_done_callback(partial(self._settle, future))
        return future

    def _settle(self, future: Future[Any], inner: Future[Any]) -> None:
        error = inner.exception()
        if error is not None and self._workers.bad_state_is_set:
            error = self._workers.executor_exception
        elif isinstance(error, _losses()):
            loss = f"{type(error).__name__}: {error}"
            error = LostError.after(self._cluster.attempts, loss)
        with self._lock:
            self._open.pop(future, None)
            if error is None:
                future.set_result(inner.result())
            else:
                future.set_exception(error)

    def _glance(self) -> None:
        """Mark as running what workers have, and note jobs: Parsl itself does not say."""
        import zmq

        noted = 0
        while not self._closing.wait(GLANCE):
            if self._workers.interchange_proc.poll() is not None:
                self._workers.set_bad_state_and_fail_all(
                    MachineError(
                        "the go-between of driver and workers was killed (out of memory, perhaps). "
                        "What was computed is safe: run the same command again to go on."
                    )
                )
                return
            if self._cluster.scheduler != "local":
                jobs = list(self._workers.blocks_to_job_id.values())
                for number in jobs[noted:]:
                    batch.note(self._folder, self._cluster.scheduler, number)
                noted = len(jobs)
            with suppress(zmq.ZMQError):  # no answer: is it there?
                held = sum(each["tasks"] for each in self._workers.connected_managers())
                self._begun(held)

    def _begun(self, held: int) -> None:
        with self._lock:
            for future in list(self._open)[:held]:
                if not future.running():
                    future.set_running_or_notify_cancel()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for what was submitted; the workers go with the end of `pool`."""
        if wait:
            self._kernel.wait_for_current_tasks()

    def close(self) -> None:
        """End the workers, whatever they do."""
        self._closing.set()
        self._glancing.join()
        self._kernel.cleanup()
