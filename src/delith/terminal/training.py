"""What came of training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table

from delith.engines.progress import console
from delith.terminal.numbers import rounded

if TYPE_CHECKING:
    from delith.training import Learnt, Trained  # brings scipy.stats, which is slow


def show_trained(trained: Trained) -> None:
    """Print the errors of a committee and where it is."""
    errors = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("part", "host", "frames", "meV/atom", "meV/Å", "GPa"):
        errors.add_column(name)
    for part, host, frames, energy, forces, stress in trained.errors.itertuples(index=False):
        numbers = rounded(energy, 1), rounded(forces, 0), rounded(stress, 2)
        errors.add_row(part, host, str(frames), *numbers)
    console.print(errors)
    if not trained.gammas.empty:
        gammas = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for name in ("boundary", "x", "state", "γ, J/m²", "of the data", "±", "ranks", ""):
            gammas.add_column(name)
        for row in trained.gammas.to_dict("records"):
            gammas.add_row(
                row["boundary"],
                rounded(row["lithium_content"], 2),
                row["state"],
                rounded(row["gamma_J_per_m2"], 3),
                rounded(row["reference_gamma_J_per_m2"], 3),
                rounded(row["gamma_std_J_per_m2"], 3),
                rounded(row["rank_correlation"], 2),
                "held out" if row["held_out"] else "",
            )
        console.print(gammas)
    console.print(f"Use it as potential: {trained.potential}")


def show_learnt(learnt: Learnt) -> None:
    """Print how the energies of a study went from round to round."""
    shown = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("round", "labelled", "largest change of γ, J/m²"):
        shown.add_column(name)
    for (number, frames), rows in learnt.rounds.groupby(["round", "frames"]):
        shown.add_row(str(number), str(frames), rounded(rows["change_J_per_m2"].abs().max(), 3))
    console.print(shown)
    console.print("γ has settled." if learnt.settled else "γ has NOT settled: more rounds.")
    show_trained(learnt.committee)
