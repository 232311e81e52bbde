"""A study whose records lie among a million: what it costs to look at it and to go on.

The records are generated, no potential runs: of a study of twin and antiphase boundary on (104),
and copies of these under other keys, as those of other orderings, other settings and earlier plans
in the same folder are. Looking at the same study alone is what it is compared with, and reading
every record, as whoever has no index must.

``python benchmarks/million_records.py FOLDER [RECORDS]`` makes the folder, or goes on where it
was stopped, and prints core seconds, which other work on the machine changes least;
``--records postgresql://me@server/database`` has the records in PostgreSQL, whose own core time is
not in what is printed.

What it gave stands in README.md beside this file.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from delith import running
from delith.records import Record, Task
from delith.store import Store, places
from delith.store.postgres import SharedStore
from delith.study import Study
from delith.study.planning import plan
from delith.study.walking import Walk

STUDY = {
    "crystal": "LiCoO2",
    "boundaries": [{"kind": kind, "plane": [1, 0, 4]} for kind in ("twin", "antiphase")],
    "separation": 12,
    "lithium": [1.0, 0.75, 0.5, 0.25, 0.0],
    "orderings": 100,
    "starts": 1,
}
T = TypeVar("T")

#: Copied in one transaction.
ROUNDS = 50
#: Records that are there to be forgotten.
FAILED = 100


class Nobody(Executor):
    """Computes nothing: all is there."""

    def submit(self, *call: object, **options: object) -> None:
        """Tell that something is missing."""
        raise AssertionError("a record was not found")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--records", metavar="URL")
    given = parser.parse_args()

    alone = given.folder / "alone"
    among = given.folder / f"among_{given.count}"
    for folder, count in ((alone, 0), (among, given.count)):
        start = time.perf_counter()
        made(folder, count, given.records)
        print(f"{folder} made in {time.perf_counter() - start:.0f} s", flush=True)
    few, many = measured(alone), measured(among)
    for name, seconds in many.items():
        print(f"{name}: {seconds:.2f} s; alone {few[name]:.2f} s")

    store = places.store_of(among)
    start = time.process_time()
    read = sum(1 for _, _ in zip(range(10_000), store.each(), strict=False))
    every = (time.process_time() - start) / read * given.count
    print(f"reading every record would take {every:.0f} s")
    print(f"ratio: {every / many['resume check']:.1f}")


def made(folder: Path, count: int, records: str | None) -> None:
    """A results folder with all the records of the study, and copies until there are so many.

    Goes on where it was stopped.
    """
    study = Study.model_validate(STUDY)
    if not (folder / "study.yaml").exists():
        running.prepare(study, folder, records and f"{records}#{folder.name}_{time.time_ns()}")
    store, walk = places.store_of(folder), Walk(plan(study))
    fresh, own = walk.start(), 0
    with store.writing():
        while fresh:
            ended = [generated(task) for task in fresh]
            own += len(ended)
            there = store.present([record.key for record in ended])
            store.add(*(record for record in ended if record.key not in there))
            fresh = [task for record in ended for task in walk.follow(record)]
        for first in range(rows(store) // own, count // own, ROUNDS):
            copied(store, own, range(first, min(first + ROUNDS, count // own)))


def rows(store: Store) -> int:
    """How many records there are."""
    with store._opened() as database:
        return database.count()


def generated(task: Task) -> Record:
    """What might have been relaxed; the energy is the number of atoms and a little noise."""
    atoms = task.start
    noise = int(task.key[1:7], 16) / 16**6
    return task.ended(
        energy=-6.0 * len(atoms) + noise,
        atoms=atoms,
        converged=True,
        problem="",
        steps=40,
        forces=0.01 * atoms.get_scaled_positions(),
        stress=0.001 * atoms.cell.array.ravel()[:6],
        magmoms=atoms.get_scaled_positions()[:, 0],
        provenance={"seed": 0, "settings": task.settings.model_dump()},
    )


def copied(store: Store, own: int, rounds: range) -> None:
    """Copy the first rows once for each round, under other keys."""
    shared = isinstance(store, SharedStore)
    pairs = 'REPLACE(CAST(key_value_pairs AS TEXT), \'"task": "t\', \'"task": "t{0:06}z\')'
    other = {
        "id": f"id + {own} * {{0}}",
        "unique_id": "'{0:06}-' || unique_id",
        "key_value_pairs": f"CAST({pairs} AS JSONB)" if shared else pairs,
        "value": "CASE key WHEN 'task' THEN 't{0:06}z' || substr(value, 2) ELSE value END",
    }
    with store._opened() as database, database.managed_connection() as connection:
        cursor = connection.cursor()
        if not shared:
            cursor.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000")
        tables = {
            "systems": database.columnnames,
            "species": ["Z", "n", "id"],
            "keys": ["key", "id"],
            "text_key_values": ["key", "value", "id"],
            "number_key_values": ["key", "value", "id"],
        }
        for table, columns in tables.items():
            changed = other if table != "number_key_values" else {"id": other["id"]}
            what = ", ".join(changed.get(name, name) for name in columns)
            # once: of all tables but the first, whoever looks for an id reads every row
            cursor.execute(
                f"CREATE TEMPORARY TABLE IF NOT EXISTS first_{table} AS "
                f"SELECT * FROM {table} WHERE id <= {own}"
            )
            for number in rounds:
                cursor.execute(
                    f"INSERT INTO {table} SELECT {what.format(number)} FROM first_{table}"
                )
        if shared:
            cursor.execute("SELECT setval('systems_id_seq', (SELECT max(id) FROM systems))")


def measured(folder: Path) -> dict[str, float]:
    """Core seconds for each thing that one does with a folder."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "delith", "status", folder], check=True, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{folder}: delith status took up to {after.ru_maxrss / 1e6:.2f} GB", flush=True)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    times = {"delith status, Python's start included": spent}

    def timed(name: str, work: Callable[[], T]) -> T:
        start = time.process_time()
        done = work()
        times[name] = time.process_time() - start
        return done

    results = timed("resume check", lambda: running.status(folder))
    table = timed("γ table", lambda: results.table)
    print(f"{len(results.records)} records, {len(table)} rows of γ", flush=True)
    timed(
        "delith run with nothing to do, every table and figure",
        lambda: running.run(Study.model_validate(STUDY), folder, Nobody()),
    )
    store, one = places.store_of(folder), results.records[0]
    failed = replace(one, energy=float("nan"), converged=False, problem="failed: to be forgotten")
    with store.writing():
        store.add(*(replace(failed, key=f"tfailed{number}") for number in range(FAILED)))
    timed(f"delith forget, of {FAILED}", lambda: places.forget_failed(folder))
    return times


if __name__ == "__main__":
    main()
