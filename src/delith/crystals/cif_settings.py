"""Operators of a CIF that names its space group without listing them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import spglib
from ase.geometry import cellpar_to_cell
from ase.io.cif import CIFBlock
from ase.spacegroup import Spacegroup
from ase.spacegroup.spacegroup import SpacegroupNotFoundError
from pymatgen.core import SymmOp

from delith.crystals.lattice import Floats
from delith.errors import DelithError

#: Where CIFs list their operators; the first is the name now in use.
OPERATORS = (
    "_space_group_symop_operation_xyz",
    "_space_group_symop.operation_xyz",
    "_symmetry_equiv_pos_as_xyz",
)
HALL = ("_space_group_name_hall", "_space_group.name_hall", "_symmetry_space_group_name_hall")
NAMES = (
    "_space_group_name_h-m_alt",
    "_space_group.name_h-m_alt",
    "_symmetry_space_group_name_h-m",
)
NUMBERS = ("_space_group_it_number", "_space_group.it_number", "_symmetry_int_tables_number")

#: Older names of groups with a double glide, which is now an e.
DOUBLE_GLIDES = {"abm2": "aem2", "aba2": "aea2", "cmca": "cmce", "cmma": "cmme", "ccca": "ccce"}

#: How much (relative) a cell may change under its own operators.
MISFIT = 0.02


def operators(tags: Mapping[str, Any]) -> list[str]:
    """Operators of a CIF, as in ``-y,x-y,z``: listed, or of the setting that it names.

    A Hall symbol goes before a Hermann-Mauguin symbol, and this before a number, which says
    nothing of the setting. Of several settings that are called the same it is the first, in the
    order of the International Tables, that fits the cell.

    Parameters
    ----------
    tags : mapping
        Tags of the CIF, in lower case.

    Raises
    ------
    DelithError
        If what is stated is no setting of a space group, or none that fits the cell.
    """
    listed = _stated(tags, OPERATORS)
    if listed:
        return [listed] if isinstance(listed, str) else list(listed)
    called = [str(part) for keys in (HALL, NAMES, NUMBERS) if (part := _stated(tags, keys))]
    if not called:
        return ["x,y,z"]
    cell = stated_cell(tags)
    for setting in _settings(tags):
        found = spglib.get_symmetry_from_database(setting)
        if _fits(found["rotations"], cell @ cell.T):
            group = _written(zip(found["rotations"], found["translations"], strict=True))
            return _as_listed(group, spglib.get_spacegroup_type(setting).number)
    raise DelithError(
        f"no setting of a space group is called {', '.join(called)} and fits the cell: write the "
        f"symmetry operators into the file (a loop of {OPERATORS[0]}), or all atoms in P 1."
    )


def _written(operations: Iterable[tuple[Any, Any]]) -> list[str]:
    return [
        SymmOp.from_rotation_and_translation(rotation, shift % 1).as_xyz_str()
        for rotation, shift in operations
    ]


def _as_listed(group: list[str], number: int) -> list[str]:
    """In the order in which ASE has them, by which atoms and variants are numbered.

    Settings that ASE does not have stay as they are.
    """
    for setting in (1, 2):
        with suppress(SpacegroupNotFoundError):
            listed = _written(Spacegroup(number, setting).get_symop())
            if set(listed) == set(group):
                return listed
    return group


def stated_cell(tags: Mapping[str, Any]) -> Floats:
    """Lattice vectors of a CIF, rows, Å; an error if it does not state them all."""
    try:
        cell = cellpar_to_cell([float(tags[tag]) for tag in CIFBlock.cell_tags])
    # ASE asserts that there are such angles
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise DelithError("a cell takes three lengths and three angles, as numbers.") from error
    return np.asarray(cell, dtype=float)


def _stated(tags: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    """Find what a file says under any of the keys; None for what it leaves open."""
    found = (tags.get(key) for key in keys)
    return next((value for value in found if value not in (None, "", "?", ".", [])), None)


def _settings(tags: Mapping[str, Any]) -> list[int]:
    """Settings, by the numbers that spglib gives them, of which a CIF may speak."""
    hall, name, number = (_stated(tags, keys) for keys in (HALL, NAMES, NUMBERS))
    choices = _choices()
    found = [*choices]
    if hall:
        found = _by_hall().get(_words(str(hall)), [])
    elif name:
        symbol, _, choice = _with_colon(_plain(str(name))).partition(":")
        found = _by_name().get(DOUBLE_GLIDES.get(symbol, symbol), [])
        found = [s for s in found if choices[s].startswith(choice)]
    if number:
        found = [s for s in found if str(spglib.get_spacegroup_type(s).number) == str(number)]
    # ASE writes the choice of the origin so
    origin = str(tags.get("_symmetry_space_group_setting", ""))
    return [s for s in found if choices[s].startswith(origin)] or found


def _words(symbol: str) -> str:
    """Spell a Hall symbol as spglib does; P 32 is a screw axis, P 3 2 are two axes."""
    return " ".join(symbol.replace("_", " ").replace("''", '"').lower().split())


def _plain(symbol: str) -> str:
    return re.sub(r"[\s_]", "", symbol).lower()


def _with_colon(name: str) -> str:
    """Set off the choice of origin or axes: ICSD's S, Z and O2, and H and R as many write them."""
    name = re.sub(r":?o([12])$", r":\1", name)
    name = re.sub(r":?([hrsz])$", r":\1", name)
    return name.replace(":s", ":1").replace(":z", ":2")


@cache
def _choices() -> dict[int, str]:
    """Choice of origin or axes of each setting that spglib knows."""
    return {s: spglib.get_spacegroup_type(s).choice.lower() for s in range(1, 531)}


@cache
def _by_hall() -> dict[str, list[int]]:
    return {_words(spglib.get_spacegroup_type(s).hall_symbol): [s] for s in _choices()}


@cache
def _by_name() -> dict[str, list[int]]:
    """Settings of each Hermann-Mauguin symbol, short or full."""
    table: dict[str, list[int]] = {}
    for setting in _choices():
        kind = spglib.get_spacegroup_type(setting)
        full, short = kind.international_full, kind.international_short
        if 3 <= kind.number <= 15:  # spglib calls all settings of a monoclinic group the same
            short = "".join(part for part in full.split() if part != "1")
        for name in {_plain(full), _plain(short)}:
            table.setdefault(name, []).append(setting)
    return table


def _fits(rotations: np.ndarray, metric: Floats) -> bool:
    turned = np.swapaxes(rotations, 1, 2) @ metric @ rotations
    scale = np.sqrt(np.outer(np.diag(metric), np.diag(metric)))
    return bool((np.abs(turned - metric) < MISFIT * scale).all())
