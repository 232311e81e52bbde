"""Wider networks: as many channels as are asked for, and the same energies."""

from pathlib import Path

import pytest
import torch

from delith import potentials
from delith.errors import DelithError
from delith.training.frames import read
from delith.training.widening import widened
from random_mace import random_mace

LABELS = Path(__file__).parents[2] / "results" / "lco_dft"
ONE = "mace-lco-dft-1"


def told(network, atoms):
    atoms = atoms.copy()
    atoms.calc = potentials.load(ONE)
    atoms.calc.models = [network]
    return atoms.get_potential_energy(), atoms.get_forces(), atoms.get_stress()


@pytest.mark.parametrize("channels", [33, 64])
def test_a_wider_network_begins_as_the_narrow_one(channels):
    narrow = potentials.load(ONE).models[0]
    before = {name: weights.clone() for name, weights in narrow.state_dict().items()}
    wide = widened(narrow, channels)
    for atoms in (frame.atoms for frame in read(LABELS / "r2scan_cells.extxyz.gz")[::8]):
        energy, forces, stress = told(narrow, atoms)
        its_energy, its_forces, its_stress = told(wide, atoms)
        assert its_energy == pytest.approx(energy, abs=1e-5 * len(atoms))
        assert its_forces == pytest.approx(forces, abs=1e-4)
        assert its_stress == pytest.approx(stress, abs=1e-6)
    assert all(torch.equal(before[name], now) for name, now in narrow.state_dict().items())
    assert wide.interactions[1].linear_up.weight.numel() == channels**2


def test_what_is_new_can_learn():
    """Where nothing came through to the energy, no step of a trainer would ever change it."""
    calculator = potentials.load(ONE)
    wide = widened(calculator.models[0], 40)
    wide.requires_grad_(True)
    frame = read(LABELS / "r2scan_110.extxyz.gz")[0]
    given = calculator._atoms_to_batch(frame.atoms).to_dict()
    wide(given, compute_force=False)["energy"].sum().backward()
    (readout,) = wide.readouts[0].linear.weight_views()
    assert not readout[32:].any()
    gradient = wide.readouts[0].linear.weight.grad
    assert (gradient[32:] != 0).all()


def test_messages_that_are_no_scalars_are_refused(tmp_path):
    path = random_mace(tmp_path / "vectors.model", hidden="4x0e + 4x1o")
    with pytest.raises(DelithError, match="scalars alone"):
        widened(torch.load(path, weights_only=False), 8)
