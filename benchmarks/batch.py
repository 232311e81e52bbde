"""Force calls a second on one GPU, alone and many at a time, against all cores of the same machine.

Orderings of LiCoO2 in cells of the (104) twin (48 sites, half of the lithium gone) are relaxed for
a fixed number of steps. Every way has its potentials loaded before the clock starts. Writes CSV,
and prints how many times faster most at a time are than one at a time, of the first potential.

    python benchmarks/batch.py cuda OUTPUT.csv POTENTIAL ...
"""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, wait
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TypeAlias

import pandas as pd

from delith import engines
from delith.engines import performing
from delith.records import Record, Task
from delith.relaxation import SINGLE_POINT
from delith.study import Study
from delith.study.planning import plan

STEPS = 10
#: Each optimizer computes where it begins, too, and the lowest structure is computed at the end.
CALLS = 2 * (STEPS + 1) + 1
CROWDS = (1, 16, 128)
COLUMNS = ["potential", "where", "workers", "calls_per_s", "ratio", "energy_gap_eV_per_atom"]
Way: TypeAlias = tuple[str, str, int, float, float, float]


def tasks(potential: str) -> list[Task]:
    study = Study(
        crystal="LiCoO2",
        boundaries=[{"kind": "twin", "plane": (1, 0, 4)}],
        separation=12.0,
        lithium=[0.5],
        orderings=max(CROWDS),
        potential=potential,
    )
    how = {"fmax": 1e-6, "steps": STEPS}
    return [
        replace(task, settings=task.settings.model_copy(update=how))
        for task in plan(study).bulk_tasks()
    ]


def rate(
    held: AbstractContextManager[Executor], workers: int, some: list[Task]
) -> tuple[float, list[Record]]:
    with held as pool:
        ready = [replace(task, settings=SINGLE_POINT) for task in some[:workers]]
        wait([pool.submit(performing.perform, task) for task in ready * 2])
        start = time.perf_counter()
        running = [pool.submit(performing.perform, task) for task in some]
        records = [each.result() for each in running]
        return len(some) * CALLS / (time.perf_counter() - start), records


def ways(potential: str, device: str) -> Iterator[Way]:
    every = tasks(potential)
    cores = engines.available_cores()
    base, known = rate(engines.local_pool(cores), cores, every[: 2 * cores])
    yield potential, "cores", cores, base, 1.0, 0.0
    for crowd in CROWDS:
        some = (every * 2)[: max(4, 2 * crowd)]
        found, records = rate(engines.device_pool(device, crowd), crowd, some)
        pairs = zip(known, records, strict=False)
        gap = max(abs(a.energy - b.energy) / len(a.atoms) for a, b in pairs)
        yield potential, device, crowd, found, found / base, gap


def main(device: str, output: str, *potentials: str) -> None:
    rows = []
    for potential in potentials:
        for row in ways(potential, device):
            print(*row, flush=True)
            rows.append(row)
    table = pd.DataFrame(rows, columns=COLUMNS)
    table.to_csv(output, index=False, float_format="%.3g")
    first = table[table["potential"] == potentials[0]].set_index("workers")["calls_per_s"]
    print(f"ratio: {first[CROWDS[-1]] / first[CROWDS[0]]:.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
