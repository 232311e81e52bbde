"""Potentials, and how they do beside what is measured or computed better."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from delith import potentials
from delith.energetics.states import SUMMED
from delith.engines.progress import console
from delith.potentials import PotentialInfo
from delith.terminal.numbers import rounded

if TYPE_CHECKING:
    from delith.checking import Checked


def show_potentials() -> None:
    """Print the potentials, installed or not."""
    shown = Table(box=SIMPLE_HEAD)
    for name in ("name", "functional", "level", "installed", "reference"):
        shown.add_column(name, overflow="fold")
    wrong = defaultdict(list)
    for entry in potentials.available():
        installed = (
            f"{entry.package} {entry.version}" if entry.installed else f"no: {entry.missing}"
        )
        name = entry.name + _where_default(entry)
        shown.add_row(name, entry.functional, entry.level, installed, entry.reference)
        wrong[entry.caveat].append(entry.name)
    console.print(shown)
    for caveat, names in wrong.items():
        console.print(Text.assemble(", ".join(names), (f": {caveat}", "dim")))


def _where_default(entry: PotentialInfo) -> str:
    if entry.name == potentials.DEFAULT:
        return " (default)"
    if entry.elements and potentials.suited(entry.elements) == entry.name:
        return f" (default for {', '.join(entry.elements)})"
    return ""


def show_anchors(table: pd.DataFrame) -> None:
    """Print anchors beside their references, potential by potential."""
    for name, rows in table.groupby("potential", sort=False):
        shown = Table(title=str(name), box=SIMPLE_HEAD, title_justify="left", padding=(0, 1, 0, 0))
        for heading in ("quantity", "computed", "reference", "deviation", "demand", "met"):
            shown.add_column(heading, no_wrap=True)
        for row in rows.to_dict("records"):
            shown.add_row(
                row["quantity"],
                rounded(row["computed"], 3),
                rounded(row["reference"], 3),
                rounded(row["deviation"], 3),
                row["demand"],
                "yes" if row["met"] else "NO",
            )
        console.print(shown)


def show_checked(checked: Checked) -> None:
    """Print γ of a study beside that of what checks it."""
    table, structures = checked.energies, checked.structures
    names = list(dict.fromkeys(structures["potential"]))
    shown = Table(
        title=f"γ, J/m², of {', '.join(names)}, checked by {structures['by'].iloc[0]}",
        box=SIMPLE_HEAD,
        title_justify="left",
    )
    told = ["boundary", *["state"] * bool((table["state"] != "").any())]
    told += ["potential"] * (len(names) > 1)
    for name in told:
        shown.add_column(name)
    for name in ("x", "γ", "checked", "difference"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in table.to_dict("records"):
        numbers = ("gamma_J_per_m2", "checked_gamma_J_per_m2", "difference_J_per_m2")
        row["boundary"] += SUMMED * (not row["boundaries_equivalent"])
        shown.add_row(
            *(row[name] for name in told),
            f"{row['lithium_content']:.3g}",
            *(rounded(row[name], 3) for name in numbers),
        )
    console.print(shown)
    for row in structures.to_dict("records"):
        if row["problem"]:
            text = f"left out: {row['host']} x={row['lithium_content']:.3g}: {row['problem']}"
            console.print(Text(text, "yellow"))
    for name in ("check.csv", "structures.csv", "boundary_energy.png", "parity.png"):
        if (checked.folder / name).exists():
            print(checked.folder / name)
