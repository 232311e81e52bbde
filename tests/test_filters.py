"""The coherent strain state: a and b never move, and the gradient is that of the energy."""

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.optimize import LBFGS

from delith.filters import NormalCellFilter


@pytest.fixture
def copper():
    """A strained, sheared, rattled cell whose energy is cheap and smooth."""
    atoms = bulk("Cu", cubic=True) * (1, 1, 2)
    atoms.set_cell(atoms.cell[:] @ np.diag([1.01, 0.99, 1.02]), scale_atoms=True)
    cell = atoms.cell[:].copy()
    cell[2, :2] = 0.3, -0.2
    atoms.set_cell(cell, scale_atoms=True)
    atoms.rattle(0.05, seed=1)
    atoms.calc = EMT()
    return atoms


def test_forces_are_the_gradient_of_the_energy(copper):
    filtered = NormalCellFilter(copper)
    # away from the undeformed start, where the lean and the forces mix
    filtered.set_positions(filtered.get_positions() + 0.02)
    start = filtered.get_positions()
    forces = filtered.get_forces()
    for index in np.ndindex(start.shape):
        energies = []
        for step in (1e-4, -1e-4):
            moved = start.copy()
            moved[index] += step
            filtered.set_positions(moved)
            energies.append(filtered.get_potential_energy())
        assert forces[index] == pytest.approx(-(energies[0] - energies[1]) / 2e-4, abs=1e-5)


def test_positions_round_trip(copper):
    filtered = NormalCellFilter(copper)
    before, cell = copper.positions.copy(), copper.cell[:].copy()
    filtered.set_positions(filtered.get_positions())
    assert copper.positions == pytest.approx(before, abs=1e-12)
    assert copper.cell[:] == pytest.approx(cell, abs=1e-12)


def test_minimum_bears_no_traction_and_keeps_the_plane(copper):
    plane = copper.cell[:2].copy()
    LBFGS(NormalCellFilter(copper), logfile=None).run(fmax=1e-4, steps=300)
    assert copper.cell[:2] == pytest.approx(plane, abs=1e-14)
    assert np.abs(copper.get_stress()[[2, 3, 4]]).max() < 1e-5
    assert np.abs(copper.get_stress()[[0, 1]]).max() > 1e-3, "the plane stays strained"
