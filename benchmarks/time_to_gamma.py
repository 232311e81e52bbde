"""From a study to γ: core time of the loop one would write oneself, and of Delith with its levers.

The plain loop relaxes every ordering to the end from its built sites with chgnet's own ASE
calculator and the same optimiser and limits. Each other way does the same study, on the same
machine. Prints core time, its ratio to that of the plain loop, relaxations and force calls by
potential, and the largest difference of a γ from that of the plain loop; writes them as CSV.
Everything computed is kept in the folder, so a run that was stopped goes on.

    python benchmarks/time_to_gamma.py runs/time_to_gamma
"""

import contextlib
import io
import sys
from collections import defaultdict
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from delith import engines, running, study
from delith.choices import ScreenChoice
from delith.records import Record, Task

STUDY = Path(__file__).with_suffix(".yaml")
STUDENT = "mace-lco"
WINDOW = 0.3
ALL = ScreenChoice(potential=STUDENT, duplicates=True)
ONCE = ScreenChoice(potential=STUDENT)
WAYS: dict[str, dict[str, Any]] = {
    "plain loop": {},
    "one-pass CHGNet": {},
    "screen": {"screen": ALL},
    "screen, duplicates once": {"screen": ONCE},
    "screen, warm starts": {"screen": ALL, "warm": True},
    "screen, giving up": {"screen": ALL, "window": WINDOW},
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


def plainly(task: Task) -> Record:
    """What `delith.engines.perform` does, by chgnet's own calculator."""
    engines._HELD.calculators.setdefault(task.potential, stock())
    return engines.perform(task)


class PlainPool(ProcessPoolExecutor):
    """Workers that know nothing of Delith's calculator."""

    def submit(self, call: Any, *given: Any, **options: Any) -> Future[Any]:
        """Submit `plainly` instead."""
        return super().submit(plainly, *given, **options)


def done(way: str, folder: Path, asked: study.Study) -> tuple[pd.DataFrame, list[Record]]:
    pool = PlainPool if way == "plain loop" else ProcessPoolExecutor
    with pool(engines.available_cores()) as executor:
        found = running.run(asked, folder, executor)
    return found.table.set_index(["boundary", "lithium_content"]), found.records


def main(folder: Path, ways: list[str]) -> None:
    plain = study.load(STUDY)
    rows, reference = [], None
    for way in ways:
        asked = plain.model_copy(update=WAYS[way])
        table, records = done(way, folder / way.replace(" ", "_").replace(",", ""), asked)
        reference = table if reference is None else reference
        calls: dict[str, int] = defaultdict(int)
        for record in records:
            teacher = record.potential in plain.potentials
            calls["teacher" if teacher else "student"] += record.steps + 1
        gap = (table["gamma_J_per_m2"] - reference["gamma_J_per_m2"]).abs().max()
        core = sum(record.provenance["core_seconds"] for record in records)
        rows.append(
            {
                "way": way,
                "core_s": round(core),
                "times_faster": round(rows[0]["core_s"] / core, 1) if rows else 1.0,
                "relaxations": len(records),
                "teacher_calls": calls["teacher"],
                "student_calls": calls["student"],
                "largest_gamma_difference_mJ_per_m2": round(1e3 * gap, 1),
            }
        )
        print(pd.DataFrame(rows).to_string(index=False), flush=True)
    pd.DataFrame(rows).to_csv(folder / "time_to_gamma.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(WAYS))
