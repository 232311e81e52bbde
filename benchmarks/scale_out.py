"""What a task costs besides its work, against ProcessPoolExecutor and Parsl alone, in one run.

    python benchmarks/scale_out.py [OUTPUT.csv]

Each way does the same tasks (EMT of four atoms of copper) with two workers that have loaded
everything before the clock starts: many that take no time, for the overhead of one, and some that
sleep for a second, for the parallel efficiency. They sleep, so that other work on the machine, of
which there may be much, changes little; overhead is told in core time of the driver as well. What
Delith does beyond the others: it stores each record in a transaction of its own, logs it, and says
where it stands. Prints how often Parsl's wall time is that of Delith on the same workers, for tasks
of a second.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
from emt_tasks import single_points

from delith import clusters, engines
from delith.engines.computing import compute_all
from delith.engines.performing import perform
from delith.records import Task

WORKERS, MANY, FEW, SECONDS = 2, 400, 40, 1.0
Do = Callable[[list[Task]], object]


@contextmanager
def bare(folder: Path) -> Iterator[Do]:
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        yield lambda tasks: list(pool.map(perform, tasks))


@contextmanager
def parsl_alone(folder: Path) -> Iterator[Do]:
    from parsl.concurrent import ParslPoolExecutor
    from parsl.config import Config
    from parsl.executors import HighThroughputExecutor
    from parsl.providers import LocalProvider

    workers = HighThroughputExecutor(
        max_workers_per_node=WORKERS,
        cores_per_worker=1e-3,
        provider=LocalProvider(init_blocks=1, max_blocks=1),
    )
    config = Config([workers], run_dir=str(folder / "parsl"), initialize_logging=False)
    with ParslPoolExecutor(config) as pool:
        yield lambda tasks: list(pool.map(perform, tasks))


def stored(pool: Executor, folder: Path) -> Do:
    return lambda tasks: compute_all(tasks, folder, pool)


@contextmanager
def delith_here(folder: Path) -> Iterator[Do]:
    with engines.local_pool(WORKERS) as pool:
        yield stored(pool, folder / "here")


@contextmanager
def delith_on_parsl(folder: Path) -> Iterator[Do]:
    cluster = clusters.Cluster(scheduler="local", cores=WORKERS)
    with clusters.pool(cluster, folder / "cluster") as pool:
        yield stored(pool, folder / "there")


WAYS = {
    "ProcessPoolExecutor": bare,
    "Parsl": parsl_alone,
    "Delith on this machine": delith_here,
    "Delith on Parsl": delith_on_parsl,
}


def measured(way: str, seconds: float, count: int, folder: Path) -> tuple[float, float]:
    """Seconds of the wall, and of a core of the driver, for so many tasks."""
    os.environ["SLEEP"] = str(seconds)
    with WAYS[way](folder) as do:
        # until both workers have loaded everything: a few that one alone would not do
        for first in (10_000, 20_000):
            do(single_points(6, first))
        wall, core = time.perf_counter(), time.process_time()
        do(single_points(count))
        return time.perf_counter() - wall, time.process_time() - core


def main() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    rows = []
    for way in WAYS:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
            wall, core = measured(way, 0.0, MANY, Path(name) / "many")
            long, _ = measured(way, SECONDS, FEW, Path(name) / "few")
        row = {
            "way": way,
            "overhead_ms": 1000 * wall / MANY,
            "driver_core_ms": 1000 * core / MANY,
            "efficiency": FEW * SECONDS / (WORKERS * long),
            "wall_s": long,
        }
        rows.append(row)
        print(" ".join(f"{k}={v:.3g}" if k != "way" else v for k, v in row.items()), flush=True)
    table = pd.DataFrame(rows).set_index("way")
    if len(sys.argv) > 1:
        table.to_csv(sys.argv[1], float_format="%.3g")
    print(f"ratio: {table.wall_s['Parsl'] / table.wall_s['Delith on Parsl']:.3g}")


if __name__ == "__main__":
    main()
