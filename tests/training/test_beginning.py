"""Training that goes on: single atoms of one level stay as they are."""

from pathlib import Path

import pytest
import torch

from delith import potentials
from delith.training import TrainSettings
from delith.training.beginning import BEGUN, begun_with
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


def test_nothing_is_replayed_to_what_begins_anew():
    with pytest.raises(ValueError, match="replay needs something to begin with"):
        TrainSettings(data=["any"], replay=["any"])
