"""Training that goes on: single atoms of one level stay as they are, and networks are mixed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from delith import potentials
from delith.training import TrainSettings
from delith.training.beginning import BEGUN, begun_with, mix
from delith.training.frames import read

LABELS = Path(__file__).parents[2] / "results" / "lco_dft"


def begun(work, frames):
    settings = TrainSettings(data=["any"], begin="mace-lco-dft")
    begun_with(settings, 0, frames, work)
    return torch.load(work / BEGUN, weights_only=False)


def test_single_atoms_of_one_level_stay_as_they_are(tmp_path):
    """Structures of which a committee knows nothing would else be learnt as another level."""
    cells, oxides = (read(LABELS / f"r2scan_{name}.extxyz.gz") for name in ("cells", "oxides"))
    before = potentials.load("mace-lco-dft").models[0].atomic_energies_fn.atomic_energies.clone()
    after = begun(tmp_path, [*cells, *oxides]).atomic_energies_fn.atomic_energies
    assert torch.equal(after, before)


def test_half_of_two_networks_lies_between_them(tmp_path):
    frames = read(LABELS / "r2scan_110.extxyz.gz")
    network = begun(tmp_path, frames)
    old = {name: weights.detach().clone() for name, weights in network.named_parameters()}
    rng = np.random.default_rng(0)
    with torch.no_grad():
        for weights in network.parameters():
            weights += 0.01 * torch.as_tensor(rng.standard_normal(weights.shape)).to(weights)
    torch.save(network, tmp_path / "made.model")
    mix(tmp_path / "made.model", tmp_path / BEGUN, 0.25)
    mixed = torch.load(tmp_path / "made.model", weights_only=False).state_dict()
    for name, new in network.named_parameters():
        assert mixed[name].numpy() == pytest.approx(
            (0.75 * old[name] + 0.25 * new).detach().numpy(), abs=1e-6
        )


def test_nothing_is_mixed_with_nothing():
    with pytest.raises(ValueError, match="mixing needs something to begin with"):
        TrainSettings(data=["any"], mixing=0.5)
