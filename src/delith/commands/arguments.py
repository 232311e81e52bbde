"""What is built from words, as a command line gives them."""

from __future__ import annotations

from fractions import Fraction

from ase import Atoms

from delith import boundaries, crystals, scenes
from delith.boundaries import Boundary
from delith.crystals import Crystal, Plane
from delith.crystals.parent import Kept
from delith.errors import DelithError
from delith.study.choices import choose


def build(
    kind: str,
    crystal: str,
    plane: str,
    separation: float,
    repeat: str,
    vector: str | None = None,
    elements: str | None = None,
    **keys: object,
) -> Boundary:
    """Build a boundary; ``keys`` are those of a study file that need no reading."""
    m, n = (int(i) for i in _numbers(repeat, "repeat", 2))
    chosen = choose(
        kind=kind,
        plane=[int(i) for i in _numbers(plane, "plane", 3)],
        vector=None if vector is None else _numbers(vector, "vector", 3),
        elements=None if elements is None else elements.replace(",", " ").split(),
        **keys,
    )
    return chosen.build(crystals.load(crystal), separation, (m, n))


def catalogue(
    crystal: str, planes: list[str] | None, separation: float, parent: str
) -> list[Boundary]:
    """List the boundaries on some planes."""
    chosen: list[Plane] = []
    for plane in planes or []:
        h, k, el = (int(i) for i in _numbers(plane, "plane", 3))
        chosen.append((h, k, el))
    return boundaries.catalogue(
        crystals.load(crystal), chosen or None, separation, parent=parent_of(parent)
    )


def parent_of(word: str) -> Kept | Crystal:
    """What of a crystal a parent keeps, or the parent itself by the name of a crystal."""
    known: dict[str, Kept] = {"sites": "sites", "anions": "anions"}
    if word in known:
        return known[word]
    try:
        return crystals.load(word)
    except DelithError as error:
        raise DelithError(f"parent is sites, anions or a crystal: {error}") from error


def scene(crystal: Crystal, size: str, columns: str, variants: str | None, seed: int) -> Atoms:
    """Build a scene: one number of columns puts them about random points, two make a board."""
    x, y, z = _numbers(size, "size", 3)
    first, *second = (int(n) for n in _numbers(columns, "columns", 1, 2))
    pattern = scenes.checkerboard((first, second[0])) if second else scenes.voronoi(first, seed)
    chosen = None if variants is None else [int(n) for n in _numbers(variants, "variants")]
    return scenes.build(crystal, (x, y, z), pattern, chosen)


def axis(text: str) -> tuple[int, int]:
    """Read an axis in the boundary plane."""
    u, v = (int(i) for i in _numbers(text, "along", 2))
    return u, v


def _numbers(text: str, what: str, *counts: int) -> list[float]:
    """Read as many numbers as one of ``counts`` says, any without: whole ones but for lengths."""
    try:
        values = [float(Fraction(part)) for part in text.replace(",", " ").split()]
    except (ValueError, ZeroDivisionError, OverflowError):
        values = []
    broken = what in ("vector", "size")
    whole = broken or all(v.is_integer() for v in values)
    if not values or not whole or (counts and len(values) not in counts):
        expected = [*([] if broken else ["whole"]), "numbers"]
        if counts:
            expected = [" or ".join(str(n) for n in counts), *expected]
        example = "1 1 4"[: 2 * max(counts, default=3) - 1]
        raise DelithError(f"{what} must be {' '.join(expected)} such as {example!r}, not {text!r}.")
    return values
