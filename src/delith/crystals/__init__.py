"""A crystal: its conventional cell, what moves in it and what stays.

``load`` takes a shipped name or any structure file that ASE reads.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import as_file, files
from math import gcd
from pathlib import Path

import numpy as np
import spglib
from ase import Atoms
from ase.formula import Formula
from ase.neighborlist import neighbor_list
from pymatgen.core import Composition

from delith.crystals.lattice import Floats, Ints, lattice_basis, primitive_indices
from delith.crystals.structure_files import read_structure
from delith.crystals.valence import is_anion
from delith.errors import DelithError

Plane = tuple[int, int, int]

#: Ions that a battery inserts and removes, in the order in which they are looked for.
MOBILE = ("Li", "Na", "K")

#: Elements that form anions or covalent frameworks; all others count as metal cations.
NONMETALS = frozenset(
    ["H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Ge", "As", "Se", "Br", "Te", "I"]
)

#: How far (Å) an atom may stand from its symmetric site when a file is standardised.
SYMPREC = 1e-2


@dataclass(frozen=True, eq=False)
class Crystal:
    """A crystal in its standardised conventional cell.

    Attributes
    ----------
    name : str
    atoms : ase.Atoms
        Conventional cell in spglib's standard setting and orientation, symmetrised, with the
        array ``sublattice``: the element, numbered where an element has several orbits.
    mobile : str or None
        Element that is inserted and removed; None where nothing is.
    """

    name: str
    atoms: Atoms
    mobile: str | None

    @cached_property
    def symmetry(self) -> spglib.SpglibDataset:
        """Symmetry of `atoms`."""
        return _dataset(self.atoms, 1e-4)

    @property
    def number(self) -> int:
        """International space-group number."""
        return int(self.symmetry.number)

    @property
    def symbol(self) -> str:
        """Hermann-Mauguin symbol of the space group."""
        return str(self.symmetry.international)

    @cached_property
    def unit(self) -> dict[str, float]:
        """Atoms of each element in one formula unit, without the mobile one.

        As the name states it (``LiNi0.5Mn1.5O4``, ``CoO2_O1``) where a primitive cell holds a whole
        number of that formula, so that contents are counted as the field counts them; otherwise
        the smallest whole numbers.
        """
        counts = Formula.from_list([s for s in self.atoms.symbols if s != self.mobile]).count()
        stated = _formula(self.name.split("_")[0])
        stated.pop(self.mobile or "", None)
        ratios = {stated.get(element, 0.0) / n for element, n in counts.items()}
        framework = sum(1 for s in self.primitive_atoms.symbols if s != self.mobile)
        units = framework / (sum(stated.values()) or np.inf)
        whole = round(units) > 0 and abs(units - round(units)) < 1e-6
        if stated.keys() == counts.keys() and max(ratios) - min(ratios) < 1e-6 and whole:
            return stated
        divisor = gcd(*counts.values())
        return {element: n / divisor for element, n in counts.items()}

    def formula_units(self, atoms: Atoms) -> int:
        """Count the framework formula units in a cell of this crystal."""
        framework = sum(1 for s in atoms.symbols if s != self.mobile)
        return round(framework / sum(self.unit.values()))

    def excess(self, atoms: Atoms, primitive_cells: float) -> dict[str, float]:
        """Atoms of each element beyond those of so many primitive cells; empty if none are."""
        bulk = self.primitive_atoms.symbols.formula.count()
        here = atoms.symbols.formula.count()
        extra = {e: here.get(e, 0) - n * primitive_cells for e, n in bulk.items()}
        return {e: round(n, 3) for e, n in extra.items() if abs(n) > 1e-3}

    @cached_property
    def primitive(self) -> Floats:
        """Primitive lattice vectors, rows, Å, in the frame of `atoms`."""
        dataset = self.symmetry
        pure = (dataset.rotations == np.eye(3, dtype=int)).all(axis=(1, 2))
        fractions = dataset.translations[pure]
        # centring vectors of a conventional cell are multiples of 1/2 or 1/3
        scaled = np.rint(6 * np.vstack([fractions, np.eye(3)])).astype(int)
        basis = lattice_basis(scaled) / 6
        return np.asarray(spglib.delaunay_reduce(basis @ self.atoms.cell[:]), dtype=float)

    @cached_property
    def primitive_atoms(self) -> Atoms:
        """The crystal in the cell of `primitive`, in the frame of `atoms`, with its arrays."""
        fractions = self.atoms.positions @ np.linalg.inv(self.primitive)
        difference = fractions[:, None] - fractions[None]
        difference -= np.rint(difference)
        same = np.linalg.norm(difference @ self.primitive, axis=2) < 1e-3
        made = self.atoms[same.argmax(axis=1) == np.arange(len(fractions))]
        made.set_cell(self.primitive)
        return made

    def primitive_plane(self, plane: Plane) -> Ints:
        """Coprime Miller indices of a plane with respect to `primitive`.

        Parameters
        ----------
        plane : tuple of int
            (hkl) with respect to the conventional cell.
        """
        if np.shape(plane) != (3,) or not any(plane) or any(int(i) != i for i in plane):
            raise DelithError(
                f"{plane!r} is not a plane: give three integers (h, k, l), not all zero, "
                "with respect to the conventional cell."
            )
        # h·(a row of `primitive` in conventional fractions); sixths are exact for every centring
        fractions = self.primitive @ np.linalg.inv(self.atoms.cell[:])
        return primitive_indices(np.rint(6 * (fractions @ np.asarray(plane))).astype(int))

    @cached_property
    def shortest_distance(self) -> float:
        """Shortest distance between two atoms, Å."""
        return _shortest(self.atoms)

    @cached_property
    def anions(self) -> frozenset[int]:
        """Atomic numbers of the elements that are anions."""
        return frozenset(self.atoms.numbers[is_anion(self.atoms)].tolist())

    @cached_property
    def shortest_alike(self) -> tuple[float, float]:
        """Shortest distance between two anions, and between two of all other atoms, Å.

        Infinite where there are none.
        """
        anion = np.isin(self.atoms.numbers, list(self.anions))
        among, rest = (_shortest(self.atoms[chosen]) for chosen in (anion, ~anion))
        return among, rest


def load(name: str | Path, mobile: str | None = None) -> Crystal:
    """Load a crystal by name or from a structure file.

    Parameters
    ----------
    name : str or Path
        A shipped crystal (see `names`), or a path to a CIF, POSCAR or other file ASE reads.
    mobile : str, optional
        The element that is inserted and removed; by default the first of Li, Na, K that the
        crystal holds beside another metal.

    Returns
    -------
    Crystal
        In spglib's standard conventional setting (hexagonal axes for rhombohedral crystals).

    Raises
    ------
    DelithError
        If nothing of that name exists, the file cannot be read, a site is partly occupied or
        ``mobile`` is not in the crystal.
    """
    if not isinstance(name, str | Path):
        raise DelithError(
            f"a crystal is loaded by name or from a file, not from {type(name).__name__}: "
            "delith.crystals.from_atoms takes ase.Atoms."
        )
    # first, or a file called Li in the folder one works in would be the metal of every study
    if str(name) in names():
        with as_file(files("delith.structures") / f"{name}.cif") as shipped:
            return from_atoms(read_structure(shipped), name=str(name), mobile=mobile)
    path = Path(name)
    with suppress(OSError):  # a name too long to be a file
        if path.is_file():
            return from_atoms(read_structure(path), name=path.stem, mobile=mobile)
    raise DelithError(
        f"no crystal {str(name)!r}: it is neither a file here nor one of {', '.join(names())}."
    )


def names() -> list[str]:
    """List the crystals that come with Delith."""
    shipped = files("delith.structures").iterdir()
    return sorted(Path(f.name).stem for f in shipped if f.name.endswith(".cif"))


def from_atoms(atoms: Atoms, name: str | None = None, mobile: str | None = None) -> Crystal:
    """Standardise a periodic structure into a `Crystal`; see `load` for the parameters."""
    if not (np.isfinite(atoms.positions).all() and np.isfinite(atoms.cell[:]).all()):
        raise DelithError("positions or vectors of the cell are no numbers.")
    elements = list(dict.fromkeys(atoms.symbols))
    if "X" in elements:
        raise DelithError("some sites hold no element (X): name what is there, or leave them out.")
    if mobile is None:
        # what stays must hold a metal: in NaCl or Li2O nothing would
        found = (e for e in MOBILE if e in elements and not NONMETALS.issuperset({*elements} - {e}))
        mobile = next(found, None)
    elif mobile not in elements or len(elements) == 1:
        raise DelithError(
            f"mobile element {mobile!r} cannot be taken out of {atoms.symbols}: "
            f"choose one of {', '.join(elements)}, with something left when it is gone."
        )
    if not atoms.pbc.all() or abs(atoms.cell.volume) < 1e-6:
        raise DelithError("a crystal needs a cell that repeats in all three directions.")
    _refuse_overlaps(atoms)
    cell, positions, numbers = spglib.standardize_cell(
        (atoms.cell[:], atoms.get_scaled_positions(), atoms.numbers), symprec=_tolerance(atoms)
    )
    standard = Atoms(numbers=numbers, cell=cell, scaled_positions=positions, pbc=True)
    dataset = _dataset(standard, 1e-4)
    standard.set_array("sublattice", _sublattices(standard, dataset.crystallographic_orbits))
    return Crystal(
        name=name or standard.get_chemical_formula(empirical=True),
        atoms=standard,
        mobile=mobile,
    )


def _formula(text: str) -> dict[str, float]:
    """Read a chemical formula with decimals; empty if the text is none."""
    try:
        return dict(Composition(text).get_el_amt_dict())
    except ValueError:
        return {}


def _refuse_overlaps(atoms: Atoms) -> None:
    i, j, d = neighbor_list("ijd", atoms, 0.5)
    if len(d):
        raise DelithError(
            f"atoms {i[0]} ({atoms.symbols[i[0]]}) and {j[0]} ({atoms.symbols[j[0]]}) are "
            f"{d[0]:.2f} Å apart: remove the duplicate or split site first."
        )


def _tolerance(atoms: Atoms) -> float:
    """Tightest tolerance (Å) that finds all that `SYMPREC` finds: looser ones move atoms more."""
    order = len(_dataset(atoms, SYMPREC).rotations)
    tolerances = (1e-5, 1e-4, 1e-3, SYMPREC)
    return next(t for t in tolerances if len(_dataset(atoms, t).rotations) == order)


def _dataset(atoms: Atoms, symprec: float) -> spglib.SpglibDataset:
    cell = (atoms.cell[:], atoms.get_scaled_positions(), atoms.numbers)
    return spglib.get_symmetry_dataset(cell, symprec=symprec)


def _sublattices(atoms: Atoms, orbits: Ints) -> np.ndarray:
    labels = np.empty(len(atoms), dtype="<U8")
    for element in dict.fromkeys(atoms.symbols):
        mine = atoms.symbols == element
        kinds = list(dict.fromkeys(orbits[mine]))
        for count, orbit in enumerate(kinds, start=1):
            label = element if len(kinds) == 1 else f"{element}{count}"
            labels[mine & (orbits == orbit)] = label
    return labels


def _shortest(atoms: Atoms) -> float:
    if not len(atoms):
        return float("inf")
    cutoff = 2.0
    while not len(distances := neighbor_list("d", atoms, cutoff)):
        cutoff *= 1.5
    return float(distances.min())
