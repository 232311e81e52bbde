"""Many relaxations while workers are killed at random: the same records, and none twice.

    python benchmarks/soak.py [COUNT] [--seed N] [--cluster FILE] [--every N]

relaxes copper by EMT COUNT times (500), undisturbed in this process and then on two workers of this
machine, or of a cluster, of which one is killed after every few records. Which, and when, follows
from the seed. The exit code is 1 if the records differ.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import tempfile
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path

import numpy as np
from emt_tasks import relaxations

from delith import clusters, engines
from delith.engines import runlog
from delith.engines.computing import Progress, compute_all
from delith.records import Record

#: Seconds a force call takes, so that some are at work when their process is killed.
SLEEP = 0.02


class Killer:
    """Kills a process that has loaded the potential, after every few records."""

    def __init__(self, loads: Path, seed: int, every: int) -> None:
        self._loads, self._every = loads, every
        self._choose = random.Random(seed)
        self._next = every
        self.killed: list[int] = []

    def __call__(self, progress: Progress) -> None:
        """Kill one soon, where it is time."""
        if progress.done >= self._next:
            self._next = progress.done + self._choose.randint(1, 2 * self._every)
            threading.Timer(self._choose.uniform(0, 0.3), self._kill).start()

    def _kill(self) -> None:
        loaded = dict.fromkeys(map(int, self._loads.read_text().split()))
        alive = [number for number in loaded if Path("/proc", str(number), "exe").exists()]
        # the last two that came: before them are numbers that others may have by now
        if alive := alive[-2:]:
            victim = self._choose.choice(alive)
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                self.killed.append(victim)


def same(one: list[Record], other: list[Record]) -> bool:
    """To the last digit: energies, forces and structures, of the same tasks."""
    before, after = ({record.key: record for record in records} for records in (one, other))
    return before.keys() == after.keys() and all(
        before[key].energy == after[key].energy
        and np.array_equal(before[key].forces, after[key].forces)
        and np.array_equal(before[key].atoms.positions, after[key].atoms.positions)
        and not after[key].failed
        for key in before
    )


def rows(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "records.db")) as database:
        return int(database.execute("SELECT count(*) FROM systems").fetchone()[0])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("count", nargs="?", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=15)
    parser.add_argument("--cluster", type=Path)
    asked = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        tasks = relaxations(asked.count)
        with ThreadPoolExecutor(1) as executor:
            plain = compute_all(tasks, folder / "plain", executor)
        os.environ["SLEEP"], os.environ["LOADS"] = str(SLEEP), str(folder / "loads")
        killer = Killer(folder / "loads", asked.seed, asked.every)
        held: AbstractContextManager[Executor] = (
            engines.local_pool(2)
            if asked.cluster is None
            else clusters.pool(clusters.load(asked.cluster), folder / "cluster")
        )
        with held as pool:
            disturbed = compute_all(tasks, folder / "disturbed", pool, killer)
        agree, count = same(plain, disturbed), rows(folder / "disturbed")
        events = [told["event"] for told in runlog.read(folder / "disturbed")]
    lost = events.count("attempt lost")
    print(f"{asked.count} relaxations, {len(killer.killed)} workers killed, {lost} attempts lost")
    before = {record.key: record.energy for record in plain}
    gap = max(abs(before[record.key] - record.energy) for record in disturbed)
    print(f"{count} records stored; the same as undisturbed: {agree}; energies within {gap:.2g} eV")
    raise SystemExit(not (agree and count == asked.count and killer.killed))


if __name__ == "__main__":
    main()
