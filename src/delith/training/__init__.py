"""Students: MACE models trained on labelled structures, and what they are worth.

The trainer is mace-torch's own (Batatia et al., NeurIPS 2022, arXiv:2206.07697); here the data are
split so that no structure is judged by its relatives, and γ itself is tested.
"""

from delith.training.committee import Trained, train
from delith.training.evaluation import frame_errors, gamma_errors
from delith.training.frames import Frame, Split, read, split
from delith.training.labelling import LabelSettings, label
from delith.training.learning import LearnSettings, Learnt, learn
from delith.training.settings import TrainSettings, load

__all__ = [
    "Frame",
    "LabelSettings",
    "LearnSettings",
    "Learnt",
    "Split",
    "TrainSettings",
    "Trained",
    "frame_errors",
    "gamma_errors",
    "label",
    "learn",
    "load",
    "read",
    "split",
    "train",
]
