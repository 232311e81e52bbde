"""What was built, and what could be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ase import Atoms
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from delith.boundaries import Boundary
from delith.crystals import NONMETALS, Crystal
from delith.crystals.notation import format_excess
from delith.crystals.parent import Kept
from delith.domains import Variant
from delith.engines.progress import console


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
