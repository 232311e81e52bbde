"""Training that goes on where that of another committee ended."""

from __future__ import annotations

import re
import shutil
from collections.abc import Set
from pathlib import Path

from ase.data import chemical_symbols

from delith import potentials
from delith.errors import DelithError
from delith.potentials.weights import opened
from delith.training.settings import TrainSettings, load

#: Where mace-torch keeps the checkpoints of a member.
CHECKPOINTS = "checkpoints"
#: Settings by which a checkpoint is found, or on which the shape of its network depends.
_ALIKE = ("seed", "channels", "layers", "cutoff", "angular", "radial", "correlation")


def gone_on_with(settings: TrainSettings, elements: Set[str], work: Path) -> dict[str, object]:
    """Take the checkpoints of a member of another committee.

    Parameters
    ----------
    settings : TrainSettings
        ``begin`` is the folder of the other one.
    elements : set of str
        Of the data.
    work : Path
        Folder of the member, called as that in the other committee.

    Returns
    -------
    dict
        Arguments of mace-torch's trainer that change with it.

    Raises
    ------
    DelithError
        If that is no committee, its members are not alike, know other elements, or are not trusted.
    """
    assert settings.begin is not None
    before = Path(settings.begin) / work.name
    model = before.with_suffix(".model")
    found = checkpoints(before)
    epochs = [int(epoch) for path in found for epoch in re.findall(r"epoch-(\d+)", path.name)]
    if not epochs or not model.is_file():
        raise DelithError(
            f"begin: {before} is no member of a committee that was trained to the end: it has no "
            "checkpoints, or no model beside it."
        )
    _check_alike(settings, before.with_name("train.yaml"))
    for path in found:
        opened(path)
    (network,) = potentials.load(str(model)).models
    numbers = [int(z) for z in network.atomic_numbers]
    if odd := sorted(elements ^ {chemical_symbols[z] for z in numbers}):
        raise DelithError(
            f"begin: the data and {model} do not have the same elements, but {', '.join(odd)} in "
            "one of them alone. Train anew."
        )
    if not (work / CHECKPOINTS).exists():
        shutil.copytree(before / CHECKPOINTS, work / CHECKPOINTS)
    return {
        "max_num_epochs": max(epochs) + 1 + settings.epochs,
        "start_swa": 1,
        # messages are weighed by it: with that of the new data the network would be another one
        "avg_num_neighbors": float(network.interactions[0].avg_num_neighbors),
        "compute_avg_num_neighbors": False,
    }


def checkpoints(member: Path) -> list[Path]:
    """Those that mace-torch keeps in the folder of a member."""
    return list((member / CHECKPOINTS).glob("*.pt"))


def _check_alike(settings: TrainSettings, file: Path) -> None:
    """See that the other committee had the same seeds and networks."""
    theirs = load(file)
    for name in _ALIKE:
        if (ours := getattr(settings, name)) != (other := getattr(theirs, name)):
            raise DelithError(
                f"begin: {name} is {ours} here and was {other} there ({file}); training goes on "
                "only with the same."
            )
