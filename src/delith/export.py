"""Boundary cells and scenes as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ase import Atoms
from ase.io import write as ase_write

from delith import boundaries, crystals, scenes
from delith.boundaries import Boundary
from delith.crystals import Plane
from delith.errors import DelithError
from delith.study import choose

#: Endings and the format each stands for.
FORMATS = {
    ".cif": "cif",
    ".vasp": "vasp",
    ".poscar": "vasp",
    ".xyz": "extxyz",
    ".extxyz": "extxyz",
    ".data": "lammps-data",
    ".lmp": "lammps-data",
}

#: What each format needs to be told. LAMMPS numbers elements in alphabetical order; each type
#: bears its mass and its symbol.
_OPTIONS: dict[str, dict[str, Any]] = {
    "vasp": {"sort": True},
    "lammps-data": {"masses": True, "units": "metal", "atom_style": "atomic"},
}


def build(
    kind: str,
    crystal: str,
    plane: str,
    separation: float,
    vector: str | None,
    repeat: str,
    variant: int | None = None,
    position: int = 0,
) -> Boundary:
    """Build a boundary from words, as a command line gives them."""
    loaded = crystals.load(crystal)
    hkl = [int(i) for i in _numbers(plane, "plane", 3)]
    m, n = (int(i) for i in _numbers(repeat, "repeat", 2))
    displacement = None if vector is None else _numbers(vector, "vector", 3)
    chosen = choose(kind=kind, plane=hkl, vector=displacement, variant=variant, position=position)
    return chosen.build(loaded, separation, (m, n))


def catalogue(crystal: str, planes: list[str] | None, separation: float) -> list[Boundary]:
    """List the boundaries on planes given in words, as a command line gives them."""
    chosen: list[Plane] = []
    for plane in planes or []:
        h, k, el = (int(i) for i in _numbers(plane, "plane", 3))
        chosen.append((h, k, el))
    return boundaries.catalogue(crystals.load(crystal), chosen or None, separation)


def build_scene(crystal: str, size: str, columns: str, variants: str | None, seed: int) -> Atoms:
    """Build a scene from words, as a command line gives them.

    One number of columns puts them about random points, two make a checkerboard.
    """
    x, y, z = _numbers(size, "size", 3)
    first, *second = (int(n) for n in _numbers(columns, "columns", 1, 2))
    pattern = scenes.checkerboard((first, second[0])) if second else scenes.voronoi(first, seed)
    chosen = None if variants is None else [int(n) for n in _numbers(variants, "variants")]
    return scenes.build(crystals.load(crystal), (x, y, z), pattern, chosen)


def write(built: Boundary | Atoms, path: Path) -> None:
    """Write a cell.

    Parameters
    ----------
    built : Boundary or ase.Atoms
    path : Path
        CIF, POSCAR, extended XYZ or LAMMPS data, by its ending. Extended XYZ keeps what else is
        known of each atom: sublattice, grain or domain, distance from the boundary.

    Raises
    ------
    DelithError
        If the ending is none of `FORMATS`, or the file cannot be written.
    """
    name = path.suffix.lower() or f".{path.name.lower()}"
    if name not in FORMATS:
        raise DelithError(
            f"cannot tell the format of {path}: end the name in {', '.join(FORMATS)}, or call it "
            "POSCAR."
        )
    atoms = built.atoms if isinstance(built, Boundary) else built
    try:
        ase_write(path, atoms, format=FORMATS[name], **_OPTIONS.get(FORMATS[name], {}))
    except OSError as error:
        raise DelithError(f"cannot write {path}: {error.strerror}.") from error


def _numbers(text: str, what: str, *counts: int) -> list[float]:
    """Read as many numbers as one of ``counts`` says, any without: whole ones but for lengths."""
    try:
        values = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        values = []
    whole = what in ("vector", "size") or all(v.is_integer() for v in values)
    if not values or not whole or (counts and len(values) not in counts):
        expected = " or ".join(str(n) for n in counts) or "whole"
        example = "1 1 4"[: 2 * max(counts, default=3) - 1]
        raise DelithError(f"{what} must be {expected} numbers such as {example!r}, not {text!r}.")
    return values
