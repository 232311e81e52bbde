"""A calculation done again, beside what is stored of it."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from delith.engines.progress import console, describe
from delith.reproducing import Reproduction


def show_reproduction(reproduction: Reproduction) -> None:
    """Print what agrees, within which tolerance, and what was not the same."""
    stored = reproduction.stored
    console.print(f"{stored.key}: {describe(stored)}, {stored.potential}")
    shown = Table(box=SIMPLE_HEAD)
    for name in ("quantity", "difference", "tolerance", "agrees"):
        shown.add_column(name)
    for each in reproduction.comparisons:
        numbers = (f"{value:.2g} {each.unit}" for value in (each.difference, each.tolerance))
        shown.add_row(each.quantity, *numbers, "yes" if each.agrees else "NO")
    console.print(shown)
    for name, (then, now) in reproduction.changes.items():
        console.print(f"{name}: then {then}, now {now}")
    console.print("It agrees." if reproduction.agreed else "It does NOT agree.")
