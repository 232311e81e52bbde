"""Structures from files, one atom a site or an error that says why not."""

from __future__ import annotations

import warnings
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.data import chemical_symbols
from ase.io import read
from ase.io.cif import CIFBlock, parse_cif
from pymatgen.core import Composition, Structure

from delith.crystals.cif_settings import NUMBERS, OPERATORS, operators, stated_cell
from delith.crystals.lattice import Floats
from delith.crystals.special_positions import ROUNDING, settled
from delith.errors import DelithError

#: What a CIF says of its sites, as far as it is read.
FRACTIONS = ("_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z")
SITES = ("_atom_site_label", "_atom_site_type_symbol", *FRACTIONS, "_atom_site_occupancy")
ELEMENTS = {*chemical_symbols[1:], "D", "T"}


def read_structure(path: Path) -> Atoms:
    """Read a crystal from a CIF, or any other file that ASE reads: of several images the last.

    Raises
    ------
    DelithError
        If it cannot be read, a CIF holds several structures, sites that are partly occupied, or
        other atoms than it states.
    """
    if path.suffix.lower() == ".cif":
        return _of_cif(path)
    try:
        images = read(path, index=":")
    except Exception as error:  # ASE's readers raise whatever their parsers raise
        # of some errors all that they say is an ending
        reason = f"{type(error).__name__} {error}".strip()
        raise DelithError(
            f"cannot read a structure from {path} ({reason}): give a CIF, a POSCAR (called so, or "
            ".vasp), extended XYZ, or whatever else ASE knows by its name."
        ) from error
    if not images or not len(images[-1]):
        raise DelithError(f"{path} holds no atoms.")
    return images[-1]  # where a relaxation ended


def _of_cif(path: Path) -> Atoms:
    """Read a CIF by ASE, and by pymatgen what ASE does not take for whole atoms."""
    try:
        blocks = [block for block in parse_cif(str(path)) if block.has_structure()]
    except Exception as error:  # as above
        return _by_pymatgen(path, path.read_text(errors="replace"), str(error))
    if not blocks:
        raise DelithError(f"{path} holds no atoms.")
    if len(blocks) > 1:
        raise DelithError(
            f"{path} holds {len(blocks)} structures: give a file with the one that is meant."
        )
    try:
        block = _explicit(blocks[0])
    except DelithError as error:
        raise DelithError(f"{path}: {error}") from error
    except Exception as error:  # as above
        return _by_pymatgen(path, path.read_text(errors="replace"), str(error))
    try:
        atoms = _atoms(block)
    except Exception as error:  # as above
        return _by_pymatgen(path, _text(block), str(error))
    if not len(atoms):
        raise DelithError(f"{path} holds no atoms.")
    for site, held in atoms.info.get("occupancy", {}).items():
        # a question mark, or a dot, is an occupancy that nobody measured
        if len(held) > 1 or not {1, "?", "."}.issuperset(held.values()):
            return _by_pymatgen(path, _text(block), f"site {site} holds {held}")
    return _as_stated(atoms, block.get("_chemical_formula_sum"), path)


def _explicit(block: CIFBlock) -> CIFBlock:
    """Keep of a CIF its cell and sites, where they are meant, with operators instead of names.

    Of a name and a number that disagree, or a name they do not know, readers choose each their own.
    """
    for name in block.get("_atom_site_type_symbol", []):
        if "".join(takewhile(str.isalpha, str(name))).capitalize() not in ELEMENTS:
            raise DelithError(
                f"site of type {name!r}, which is no element: name the atoms that are there, or "
                "leave it out if it is empty."
            )
    told = ("_cell_", "_atom_site_", "_chemical_formula_sum")
    tags = {key: value for key, value in block.items() if key.startswith(told)}
    group = operators(block)
    # the number is only one that ASE knows
    tags |= {NUMBERS[0]: 1, OPERATORS[0]: group}
    if tags.keys() >= {*FRACTIONS}:
        sites = np.array([tags[key] for key in FRACTIONS], dtype=float).T
        cell = stated_cell(block)
        _refuse_twice(block, sites, cell)
        columns = settled(sites, group, cell).T.tolist()
        tags |= dict(zip(FRACTIONS, columns, strict=True))
    return CIFBlock(block.name, tags)


def _refuse_twice(block: CIFBlock, sites: Floats, cell: Floats) -> None:
    """Refuse atoms that a CIF lists twice, of which ASE would leave one out."""
    symbols, occupancies = block.get_symbols(), block.get("_atom_site_occupancy", [])
    whole = [number for number, held in enumerate(occupancies) if held == 1]
    for count, one in enumerate(whole):
        others = [number for number in whole[:count] if symbols[number] == symbols[one]]
        offsets = sites[others] - sites[one]
        distances = np.linalg.norm((offsets - np.rint(offsets)) @ cell, axis=1)
        if (distances < ROUNDING).any():
            raise DelithError(
                f"sites {others[distances.argmin()]} and {one} are {distances.min():.2f} Å apart, "
                f"and both {symbols[one]}: remove the duplicate first."
            )


def _atoms(block: CIFBlock) -> Atoms:
    with warnings.catch_warnings():
        # of atoms on one site ASE would leave one out, and say no more than this
        warnings.filterwarnings("error", message=".*are equivalent")
        return block.get_atoms()


def _text(block: CIFBlock) -> str:
    """Write an explicit block as a CIF, as far as pymatgen reads it."""
    lists = {key: value for key, value in block.items() if isinstance(value, list)}
    lines = [f"data_{block.name}", *(f'{k} "{v}"' for k, v in block.items() if k not in lists)]
    sites = [key for key in SITES if key in lists]
    for keys in ([OPERATORS[0]], sites):
        rows = zip(*(lists[key] for key in keys), strict=True)
        lines += ["loop_", *keys, *(" ".join(f'"{value}"' for value in row) for row in rows)]
    return "\n".join(lines)


def _by_pymatgen(path: Path, text: str, reason: str) -> Atoms:
    """Read what ASE does not: ions of several valences on a site, or files it cannot parse."""
    from pymatgen.io.cif import CifParser  # for few files, and it takes long to import

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # each file of a database gives some
            parser = CifParser.from_str(text)
            (structure,) = parser.parse_structures(primitive=False)
            structure.remove_oxidation_states()
    except Exception as error:
        reason = reason or str(error) or type(error).__name__
        raise DelithError(f"cannot read a structure from {path}: {reason}") from error
    # a publication may have blocks without atoms
    blocks = list(parser.as_dict().values())
    # of a name that it does not know pymatgen makes P 1
    if not any(key in block for block in blocks for key in OPERATORS if "." not in key):
        raise DelithError(
            f"cannot read a structure from {path} ({reason}), which lists no symmetry operators: "
            "write it anew in P 1, or as POSCAR."
        )
    _refuse_shares(structure, path)
    stated = (block.get("_chemical_formula_sum") for block in blocks)
    return _as_stated(structure.to_ase_atoms(), next(filter(None, stated), None), path)


def _refuse_shares(structure: Structure, path: Path) -> None:
    for number, site in enumerate(structure):
        if not site.is_ordered:
            raise DelithError(
                f"{path}: site {number} is partly occupied ({site.species}). Delith needs one atom "
                "a site: order the crystal first (for example with pymatgen's "
                "OrderDisorderedStructureTransformation) and load the ordered cell."
            )


def _as_stated(atoms: Atoms, formula: object, path: Path) -> Atoms:
    """Refuse atoms that are not those of the formula that a CIF states of itself."""
    found, stated = Composition(str(atoms.symbols)), None
    with suppress(Exception):  # whatever a file may have there
        stated = Composition(formula)
    # some say 0.98 Li where all sites are full
    if stated and not stated.fractional_composition.almost_equals(
        found.fractional_composition, rtol=0.1, atol=0.02
    ):
        raise DelithError(
            f"{path} says that it is {stated.reduced_formula}, but its sites make "
            f"{found.reduced_formula}: a setting of its space group or a site was not understood. "
            "Write it anew in P1, or as POSCAR."
        )
    return atoms
