"""Boundary cells and scenes as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ase import Atoms
from ase.io import write as ase_write

from delith.boundaries import Boundary
from delith.errors import DelithError, written

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
    with written(path):
        ase_write(path, atoms, format=FORMATS[name], **_OPTIONS.get(FORMATS[name], {}))
