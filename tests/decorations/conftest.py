from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from ase import Atoms
from ase.spacegroup import crystal


@dataclass(frozen=True)
class Bulk:
    """The least that can be decorated."""

    atoms: Atoms
    mobile: str
    formula_units: int


@pytest.fixture(scope="session")
def layered() -> Callable[[int, int, int], Bulk]:
    """Build a supercell of LiCoO2, R-3m, hexagonal axes."""
    cell = crystal(
        ["Li", "Co", "O"],
        [(0, 0, 0), (0, 0, 0.5), (0, 0, 0.2395)],
        spacegroup=166,
        cellpar=[2.8166, 2.8166, 14.052, 90, 90, 120],
    )
    cell.set_array("sublattice", np.array(cell.get_chemical_symbols()))

    def build(*repeats: int) -> Bulk:
        atoms = cell.repeat(repeats)
        return Bulk(atoms, "Li", len(atoms) // 4)

    return build
