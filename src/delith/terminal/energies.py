"""What a finished run has found: tables of energies."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from delith import potentials
from delith.energetics.states import SUMMED
from delith.engines.progress import console
from delith.results import Results
from delith.terminal.numbers import rounded


def show_results(results: Results) -> None:
    """Print the table of a finished run and where it lies."""
    show_energies(results.table)
    show_decorations(results.tables["decorations"])
    show_formation(results.tables["formation"])
    # the main table last, where it is read first
    for name, table in reversed(results.tables.items()):
        if len(table):
            print(results.folder / f"{name}.csv")
    if len(results.table):
        print(results.folder / "boundary_energy.png")


def show_energies(table: pd.DataFrame) -> None:
    """Print γ(x), of each potential by itself."""
    for title, rows in _by_potential(table, "Boundary energy γ, J/m²"):
        _show_energies(rows, title)
    for name in dict.fromkeys(table["potential"]):
        console.print(Text(f"{name}: {potentials.info(name).caveat}", "dim"))


def _by_potential(table: pd.DataFrame, title: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows of each potential, and a title that names it where there are several."""
    if table.empty:  # it may have no columns either, where it could not be made
        return
    several = table["potential"].nunique() > 1
    for name, rows in table.groupby("potential", sort=False):
        yield f"{title}, by {name}" if several else title, rows


def _show_energies(table: pd.DataFrame, title: str) -> None:
    states = bool((table["state"] != "").any())
    angles = bool(table["basal_angle_deg"].notna().any())
    shown = Table(title=title, box=SIMPLE_HEAD, title_justify="left", padding=(0, 1, 0, 0))
    for name in ("boundary", *["state"] * states):
        shown.add_column(name)
    for name in ("x", "γ, hull", "γ, same x", "spread", "used", *["angle"] * angles):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in table.to_dict("records"):
        summed = "" if row["boundaries_equivalent"] else SUMMED
        excess = f" ({row['excess']})" if row["excess"] else ""
        shown.add_row(
            f"{row['boundary']}{summed}{excess}",
            *[row["state"]] * states,
            f"{row['lithium_content']:.3g}",
            rounded(row["gamma_J_per_m2"], 3),
            rounded(row["gamma_same_content_J_per_m2"], 3),
            rounded(row["gamma_spread_J_per_m2"], 3),
            f"{row['converged']}/{row['orderings']}",
            *[rounded(row["basal_angle_deg"], 1, "°")] * angles,
        )
    console.print(shown)


def show_decorations(table: pd.DataFrame) -> None:
    """Print what dopants and exchanged metals cost at boundaries and in bulk."""
    for title, rows in _by_potential(table, "Energy at the boundary less energy in bulk, eV"):
        _show_decorations(rows, title)


def _show_decorations(table: pd.DataFrame, title: str) -> None:
    shown = Table(title=title, box=SIMPLE_HEAD, title_justify="left")
    shown.add_column("boundary", no_wrap=True)
    shown.add_column("state", no_wrap=True)
    for name in ("x", "E_seg", "Δγ, J/m²"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in table.to_dict("records"):
        shown.add_row(
            row["boundary"],
            row["state"],
            f"{row['lithium_content']:.3g}",
            rounded(row["segregation_energy_eV"], 3),
            rounded(row["delta_gamma_J_per_m2"], 3),
        )
    console.print(shown)


def show_formation(table: pd.DataFrame) -> None:
    """Print how low γ gets against voltage, and where boundaries would form by themselves."""
    for title, rows in _by_potential(table, "Open to lithium: lowest γ of one boundary"):
        _show_formation(rows, title)


def _show_formation(table: pd.DataFrame, title: str) -> None:
    shown = Table(title=title, box=SIMPLE_HEAD, title_justify="left")
    shown.add_column("boundary", no_wrap=True)
    shown.add_column("state")
    for name in ("γ, J/m²", "at V", "forms by itself"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in table.to_dict("records"):
        ends = (row["forms_from_V"], row["forms_to_V"])
        shown.add_row(
            row["boundary"],
            row["state"],
            rounded(row["lowest_gamma_J_per_m2"], 3),
            rounded(row["lowest_gamma_voltage_V"], 2),
            "nowhere" if pd.isna(ends[0]) else f"{ends[0]:.2f}–{ends[1]:.2f} V",
        )
    console.print(shown)
