"""Boundary cells as files for other programs."""

from __future__ import annotations

from pathlib import Path

from ase.io import write as ase_write

from delith import boundaries, crystals
from delith.boundaries import Boundary
from delith.errors import DelithError

#: Endings and the format each stands for.
FORMATS = {".cif": "cif", ".vasp": "vasp", ".poscar": "vasp", ".xyz": "extxyz", ".extxyz": "extxyz"}


def build(
    kind: str,
    crystal: str,
    plane: str,
    separation: float,
    vector: str | None,
    repeat: str,
) -> Boundary:
    """Build a boundary from words, as a command line gives them."""
    loaded = crystals.load(crystal)
    h, k, el = _numbers(plane, "plane", 3)
    m, n = _numbers(repeat, "repeat", 2)
    hkl, times = (int(h), int(k), int(el)), (int(m), int(n))
    if kind == "twin" and vector is None:
        return boundaries.twin(loaded, hkl, separation, times)
    if kind == "antiphase":
        displacement = None
        if vector is not None:
            u, v, w = _numbers(vector, "vector", 3)
            displacement = (u, v, w)
        return boundaries.antiphase(loaded, hkl, displacement, separation, times)
    raise DelithError(
        "a twin takes no vector."
        if kind == "twin"
        else f"no boundary kind {kind!r}: twin or antiphase."
    )


def write(boundary: Boundary, path: Path) -> None:
    """Write the cell; extended XYZ also holds sublattice, grain and distance of each atom."""
    name = path.suffix.lower() or f".{path.name.lower()}"
    if name not in FORMATS:
        raise DelithError(
            f"cannot tell the format of {path}: end the name in {', '.join(FORMATS)}, or call it "
            "POSCAR."
        )
    options = {"sort": True} if FORMATS[name] == "vasp" else {}
    try:
        ase_write(path, boundary.atoms, format=FORMATS[name], **options)
    except OSError as error:
        raise DelithError(f"cannot write {path}: {error.strerror}.") from error


def _numbers(text: str, what: str, count: int) -> list[float]:
    try:
        values = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        values = []
    if len(values) != count or (what != "vector" and not all(v.is_integer() for v in values)):
        raise DelithError(
            f"{what} must be {count} numbers such as {'1 0 4'[: 2 * count - 1]!r}, not {text!r}."
        )
    return values
