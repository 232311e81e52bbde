"""From a study to γ: core time of the loop one would write oneself, and of Delith with its levers.

The plain loop relaxes every ordering to the end, from its built sites, with chgnet's own ASE
calculator, ASE's LBFGS and a cell that weighs as in ASE's filters. It takes hours; a share of its
relaxations, drawn at random, tells its time by that of the same relaxations with Delith's one-pass
calculator, and their largest difference in energy. Each other way does the whole study. Prints core
time, its ratio to the plain loop's, relaxations and force calls, and the largest difference of a γ
from that of the one-pass calculator with ASE's steps; writes them as CSV. Ratio and agreement at
the end are those of what Delith does by default. A run that was stopped goes on.

    python benchmarks/time_to_gamma.py runs/time_to_gamma [RELAXATIONS]
"""

import contextlib
import io
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ase.optimize import FIRE, LBFGS

from delith import engines, filters, relaxation, running, study
from delith.engines import computing, performing
from delith.records import Record, Task
from delith.study.choices import ScreenChoice
from delith.study.planning import plan
from delith.study.walking import Walk

STUDY = study.load(Path(__file__).with_suffix(".yaml"))
STUDENT = "mace-lco"
WINDOW = 0.3
EVERY = ScreenChoice(potential=STUDENT, duplicates=True)
ONCE = ScreenChoice(potential=STUDENT)
ONE_PASS = "one-pass CHGNet"
DEFAULT = "scaled steps"
WAYS: dict[str, dict[str, Any]] = {
    ONE_PASS: {},
    DEFAULT: {},
    "warm starts": {"warm": True},
    "giving up": {"window": WINDOW},
    "screen": {"screen": EVERY},
    "screen, duplicates once": {"screen": ONCE},
    "all of these": {"screen": ONCE, "warm": True, "window": WINDOW},
}


@cache
def stock() -> Any:
    import torch
    from chgnet.model import CHGNet
    from chgnet.model.dynamics import CHGNetCalculator

    torch.set_num_threads(1)
    with contextlib.redirect_stdout(io.StringIO()):
        model = CHGNet.load(model_name="r2scan", use_device="cpu", verbose=False)
        return CHGNetCalculator(model, use_device="cpu")


def by_steps_of_ase(task: Task) -> Record:
    """What `delith.engines.performing.perform` does, with optimiser and cell as ASE has them."""
    relaxation.OPTIMIZERS = (partial(LBFGS, logfile=None), partial(FIRE, logfile=None))
    relaxation.cell_weight = filters.cell_weight = len
    return performing.perform(task)


def plainly(task: Task) -> Record:
    """The same by chgnet's own calculator."""
    performing.HELD.calculators.setdefault(task.potential, stock())
    return by_steps_of_ase(task)


class Pool(ProcessPoolExecutor):
    """Workers that do a task in a way of their own."""

    def __init__(self, perform: Callable[[Task], Record]) -> None:
        super().__init__(engines.available_cores())
        self.perform = perform

    def submit(self, call: Any, *given: Any, **options: Any) -> Future[Any]:
        """Submit that instead."""
        return super().submit(self.perform, *given, **options)


def core_seconds(records: list[Record]) -> float:
    return float(sum(record.provenance["core_seconds"] for record in records))


def way(name: str, folder: Path) -> tuple[pd.DataFrame, list[Record]]:
    asked = STUDY.model_copy(update=WAYS[name])
    with Pool(by_steps_of_ase if name == ONE_PASS else performing.perform) as executor:
        found = running.run(asked, folder / name.replace(" ", "_").replace(",", ""), executor)
    return found.table.set_index(["boundary", "lithium_content"]), found.records


def plain_loop(folder: Path, full: list[Record], count: int | None) -> tuple[float, float, int]:
    """Times that the plain loop takes of the one-pass calculator's, energy difference, share."""
    known = {record.key: record for record in full}
    walk = Walk(plan(STUDY))
    tasks, fresh = {}, walk.start()
    while fresh:
        tasks |= {task.key: task for task in fresh}
        fresh = [more for task in fresh for more in walk.follow(known[task.key])]
    order = np.random.default_rng(0).permutation(sorted(tasks))
    with Pool(plainly) as executor:
        drawn = [tasks[key] for key in order[:count]]
        done = computing.compute_all(drawn, folder / "plain_loop", executor)
    same = [known[record.key] for record in done]
    gap = max(abs(a.energy - b.energy) for a, b in zip(done, same, strict=True))
    return core_seconds(done) / core_seconds(same), gap, len(done)


def main(folder: Path, count: int | None) -> None:
    reference, full = way(ONE_PASS, folder)
    times, gap, share = plain_loop(folder, full, count)
    plain = times * core_seconds(full)
    print(
        f"plain loop: {share} of {len(full)} relaxations; energies differ by {gap:.4f} eV at most"
    )
    rows = [{"way": "plain loop", "core_s": round(plain), "times_faster": 1.0}]
    for name in WAYS:
        table, records = way(name, folder)
        steps = Counter[str]()
        for record in records:
            who = "teacher" if record.potential in STUDY.potentials else "student"
            steps[who] += record.steps + 1
        gaps = (table["gamma_J_per_m2"] - reference["gamma_J_per_m2"]).abs()
        rows.append(
            {
                "way": name,
                "core_s": round(core_seconds(records)),
                "times_faster": round(plain / core_seconds(records), 1),
                "teacher_relaxations": sum(r.potential in STUDY.potentials for r in records),
                "teacher_calls": steps["teacher"],
                "student_calls": steps["student"],
                "largest_gamma_difference_mJ_per_m2": round(1e3 * gaps.max(), 1),
            }
        )
    result = pd.DataFrame(rows)
    print(result.to_string(index=False))
    result.to_csv(folder / "time_to_gamma.csv", index=False)
    # of what Delith does where nothing is asked of it
    default = result.set_index("way").loc[DEFAULT]
    print(f"ratio: {default['times_faster']}")
    print(f"agreement_J_per_m2: {default['largest_gamma_difference_mJ_per_m2'] / 1e3:.4f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
