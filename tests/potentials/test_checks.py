"""What a potential cannot describe is refused in words; so is what it must not say."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.calculator import CalculationFailed

from delith.errors import DelithError
from delith.potentials.checks import check_atoms, check_results


def _adrift() -> Atoms:
    atoms = bulk("NaCl", "rocksalt", a=5.6)
    atoms.positions[0, 0] = np.nan
    return atoms


def test_crystals_of_known_elements_pass():
    check_atoms(bulk("NaCl", "rocksalt", a=5.6), "It", ["Na", "Cl"])
    check_atoms(bulk("NaCl", "rocksalt", a=5.6), "It", None)


@pytest.mark.parametrize(
    ("atoms", "error", "told"),
    [
        (_adrift(), CalculationFailed, "not finite"),
        (Atoms("Na"), DelithError, "It needs atoms in a cell that is periodic"),
        (Atoms(cell=[3, 3, 3], pbc=True), DelithError, "It needs atoms"),
        (bulk("KCl", "rocksalt", a=6.3), DelithError, "not trained on K, only on Cl, Na"),
    ],
)
def test_what_cannot_be_described_is_told(atoms, error, told):
    with pytest.raises(error, match=told):
        check_atoms(atoms, "It", ["Na", "Cl"])


def test_long_lists_of_elements_are_left_out():
    with pytest.raises(DelithError, match=r"not trained on Cl, Na\.$"):
        check_atoms(bulk("NaCl", "rocksalt", a=5.6), "It", [f"X{k}" for k in range(50)])


def test_only_finite_results_pass():
    check_results("It", 1.0, np.zeros((2, 3)))
    with pytest.raises(CalculationFailed, match="It gave"):
        check_results("It", 1.0, np.array([0.0, np.inf]))
