"""What the command line shows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from ase import Atoms
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from delith import energetics, potentials
from delith.boundaries import Boundary
from delith.crystals import NONMETALS, Crystal
from delith.domains import Variant
from delith.notation import format_excess
from delith.parent import Kept
from delith.progress import console, describe
from delith.results import Results

if TYPE_CHECKING:
    from delith.checking import Checked
    from delith.clusters.schedulers import Job
    from delith.journal import Standing
    from delith.training import Learnt, Trained  # brings scipy.stats, which is slow


#: After how long (seconds) a run that says nothing may be none.
SILENCE = 60


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
    """Print γ(x)."""
    states = bool((table["state"] != "").any())
    angles = bool(table["basal_angle_deg"].notna().any())
    shown = Table(
        title="Boundary energy γ, J/m²", box=SIMPLE_HEAD, title_justify="left", padding=(0, 1, 0, 0)
    )
    for name in ("boundary", *["state"] * states):
        shown.add_column(name)
    for name in ("x", "γ, hull", "γ, same x", "spread", "used", *["angle"] * angles):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in table.to_dict("records"):
        summed = "" if row["boundaries_equivalent"] else " (sum of two)"
        excess = f" ({row['excess']})" if row["excess"] else ""
        shown.add_row(
            f"{row['boundary']}{summed}{excess}",
            *[row["state"]] * states,
            f"{row['lithium_content']:.3g}",
            _number(row["gamma_J_per_m2"], 3),
            _number(row["gamma_same_content_J_per_m2"], 3),
            _number(row["gamma_spread_J_per_m2"], 3),
            f"{row['converged']}/{row['orderings']}",
            *[_number(row["basal_angle_deg"], 1, "°")] * angles,
        )
    console.print(shown)
    for name in dict.fromkeys(table["potential"]):
        console.print(Text(f"{name}: {potentials.info(name).caveat}", "dim"))


def show_decorations(table: pd.DataFrame) -> None:
    """Print what dopants and exchanged metals cost at boundaries and in bulk."""
    if not len(table):
        return
    shown = Table(
        title="Energy at the boundary less energy in bulk, eV",
        box=SIMPLE_HEAD,
        title_justify="left",
    )
    shown.add_column("boundary", no_wrap=True)
    shown.add_column("state", no_wrap=True)
    for name in ("x", "E_seg", "Δγ, J/m²"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in table.to_dict("records"):
        shown.add_row(
            row["boundary"],
            row["state"],
            f"{row['lithium_content']:.3g}",
            _number(row["segregation_energy_eV"], 3),
            _number(row["delta_gamma_J_per_m2"], 3),
        )
    console.print(shown)


def show_formation(table: pd.DataFrame) -> None:
    """Print how low γ gets against voltage, and where boundaries would form by themselves."""
    if not len(table):
        return
    shown = Table(
        title="Open to lithium: lowest γ of one boundary", box=SIMPLE_HEAD, title_justify="left"
    )
    shown.add_column("boundary", no_wrap=True)
    shown.add_column("state")
    for name in ("γ, J/m²", "at V", "forms by itself"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in table.to_dict("records"):
        ends = (row["forms_from_V"], row["forms_to_V"])
        shown.add_row(
            row["boundary"],
            row["state"],
            _number(row["lowest_gamma_J_per_m2"], 3),
            _number(row["lowest_gamma_voltage_V"], 2),
            "nowhere" if pd.isna(ends[0]) else f"{ends[0]:.2f}–{ends[1]:.2f} V",
        )
    console.print(shown)


def show_status(status: Results) -> None:
    """Print what a results folder holds."""
    left = status.total - len(status.records)
    failed = sum(record.failed for record in status.records)
    console.print(
        f"{len(status.records)} of {status.total} relaxations done, {left} to do"
        + (f"; {failed} failed" if failed else "")
    )
    given_up = sum(record.given_up for record in status.records)
    if given_up:
        console.print(f"{given_up} given up on their way, which would have ended too high")
    for record in status.records:
        if record.problem and not record.given_up:
            console.print(Text(f"left out: {describe(record)}: {record.problem}", "yellow"))
    if len(status.table):
        show_energies(status.table)
    show_decorations(energetics.decoration_energies(status.orderings))
    show_formation(energetics.formation_voltages(status.rivals))


def show_standing(standing: Standing | None, jobs: Sequence[Job]) -> None:
    """Print what a run is doing and what its jobs are."""
    for job in jobs:
        reason = f" ({job.reason})" if job.reason else ""
        console.print(f"job {job.number}: {job.state}{reason}")
    if standing is None:
        return
    silent = time.time() - standing.told
    if silent > SILENCE:
        console.print(
            f"the run on {standing.host} (process {standing.process}) has said nothing for "
            f"{_span(silent)}: if it was stopped, the same command goes on from there"
        )
        return
    left = "" if standing.left is None else f", {_span(standing.left)} to go at most"
    console.print(
        f"on {standing.host}: {standing.running} running, {standing.waiting} queued; "
        f"{standing.rate * 3600:.3g} an hour{left}"
    )


def _span(seconds: float) -> str:
    """Such as ``2 h 5 min``; a time in words."""
    minutes, hours = round(seconds / 60) % 60, round(seconds / 60) // 60
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else "a moment"


def show_boundary(boundary: Boundary, path: Path) -> None:
    """Print what was built."""
    console.print(
        f"{boundary.label}, {boundary.operation}: {len(boundary.atoms)} atoms "
        f"({boundary.atoms.get_chemical_formula()}), two boundaries ({_traits(boundary)}) of "
        f"{boundary.area:.2f} Å², {boundary.separation:.2f} Å apart"
    )
    print(path)


def show_scene(atoms: Atoms, crystal: Crystal, path: Path) -> None:
    """Print what was built, and which atoms its walls hold too many or too few of."""
    edges = " × ".join(f"{length:.1f}" for length in atoms.cell.lengths())
    domains = len(set(atoms.arrays["domain"].tolist()))
    formula = atoms.get_chemical_formula()
    console.print(f"{len(atoms)} atoms ({formula}), {domains} variants, {edges} Å")
    if extra := crystal.excess(atoms, len(atoms) / len(crystal.primitive_atoms)):
        listed = format_excess(extra)
        console.print(f"not stoichiometric: {listed}, because of where the walls are")
    print(path)


def show_variants(crystal: Crystal, found: Sequence[Variant]) -> None:
    """Print the domain variants of a crystal."""
    shown = Table(
        title=f"{crystal.name} ({crystal.symbol}) on {found[0].parent.symbol} "
        f"({_idealised(crystal, found[0].kept)}): {len(found)} variants",
        box=SIMPLE_HEAD,
        title_justify="left",
    )
    for name in ("variant", "orientation", "relation"):
        shown.add_column(name, justify="right")
    for name in ("kind", "operation"):
        shown.add_column(name)
    for v in found:
        shown.add_row(str(v.number), str(v.orientation), str(v.relation), v.kind, v.operation)
    console.print(shown)
    console.print(
        Text("Variants of one relation meet the first in the same way, up to symmetry.", "dim")
    )


def _idealised(crystal: Crystal, kept: Kept) -> str:
    """What of a crystal its parent keeps, so that nobody wonders why a metalloid counts."""
    elements = dict.fromkeys(crystal.atoms.symbols)
    stays = "-".join(e for e in elements if e in NONMETALS)
    metals = "-".join(e for e in elements if e not in NONMETALS)
    if kept == "anions" or not metals:
        return f"of {stays}"
    return f"{metals} merged" + (f", {stays} as it is" if stays else "")


def show_catalogue(found: Sequence[Boundary]) -> None:
    """Print boundaries, what they are and how large their cells."""
    shown = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    shown.add_column("boundary", no_wrap=True)
    for name in ("atoms", "area, Å²", "apart, Å"):
        shown.add_column(name, justify="right")
    shown.add_column("remarks")
    for b in found:
        cell = str(len(b.atoms)), f"{b.area:.1f}", f"{b.separation:.1f}"
        shown.add_row(b.label, *cell, "" if _traits(b) == "equivalent" else _traits(b))
    console.print(shown)


def _traits(boundary: Boundary) -> str:
    alike = "equivalent" if boundary.equivalent else "not equivalent: only their sum is defined"
    polar = "head-to-head and tail-to-tail, " if boundary.polar else ""
    extra = format_excess(boundary.excess)
    excess = f"not stoichiometric: {extra} in the cell" if extra else ""
    if excess and boundary.equivalent:
        return excess
    return f"{polar}{alike}" + (f", {excess}" if excess else "")


def show_potentials() -> None:
    """Print the potentials, installed or not."""
    shown = Table(box=SIMPLE_HEAD)
    for name in ("name", "functional", "level", "installed", "reference"):
        shown.add_column(name, overflow="fold")
    for entry in potentials.available():
        installed = (
            f"{entry.package} {entry.version}" if entry.installed else f"no: {entry.missing}"
        )
        name = entry.name + (" (default)" if entry.name == potentials.DEFAULT else "")
        shown.add_row(name, entry.functional, entry.level, installed, entry.reference)
    console.print(shown)
    for caveat in dict.fromkeys(entry.caveat for entry in potentials.available()):
        console.print(Text(caveat, "dim"))


def show_anchors(table: pd.DataFrame) -> None:
    """Print anchors beside their references, potential by potential."""
    for name, rows in table.groupby("potential", sort=False):
        shown = Table(title=str(name), box=SIMPLE_HEAD, title_justify="left", padding=(0, 1, 0, 0))
        for heading in ("quantity", "computed", "reference", "deviation", "demand", "met"):
            shown.add_column(heading, no_wrap=True)
        for row in rows.to_dict("records"):
            shown.add_row(
                row["quantity"],
                _number(row["computed"], 3),
                _number(row["reference"], 3),
                _number(row["deviation"], 3),
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
        shown.add_row(
            *(row[name] for name in told),
            f"{row['lithium_content']:.3g}",
            *(_number(row[name], 3) for name in numbers),
        )
    console.print(shown)
    for row in structures.to_dict("records"):
        if row["problem"]:
            text = f"left out: {row['host']} x={row['lithium_content']:.3g}: {row['problem']}"
            console.print(Text(text, "yellow"))
    for name in ("check.csv", "structures.csv", "parity.png"):
        if (checked.folder / name).exists():
            print(checked.folder / name)


def show_trained(trained: Trained) -> None:
    """Print the errors of a committee and where it is."""
    errors = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("part", "host", "frames", "meV/atom", "meV/Å", "GPa"):
        errors.add_column(name)
    for part, host, frames, energy, forces, stress in trained.errors.itertuples(index=False):
        numbers = _number(energy, 1), _number(forces, 0), _number(stress, 2)
        errors.add_row(part, host, str(frames), *numbers)
    console.print(errors)
    if not trained.gammas.empty:
        gammas = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for name in ("boundary", "x", "state", "γ, J/m²", "of the data", "±", "ranks", ""):
            gammas.add_column(name)
        for row in trained.gammas.to_dict("records"):
            gammas.add_row(
                row["boundary"],
                _number(row["lithium_content"], 2),
                row["state"],
                _number(row["gamma_J_per_m2"], 3),
                _number(row["reference_gamma_J_per_m2"], 3),
                _number(row["gamma_std_J_per_m2"], 3),
                _number(row["rank_correlation"], 2),
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
        shown.add_row(str(number), str(frames), _number(rows["change_J_per_m2"].abs().max(), 3))
    console.print(shown)
    console.print("γ has settled." if learnt.settled else "γ has NOT settled: more rounds.")
    show_trained(learnt.committee)


def _number(value: Any, digits: int, unit: str = "") -> str:
    return "–" if pd.isna(value) else f"{value:.{digits}f}{unit}"
