"""What a training file holds."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, model_validator

from delith import documents, potentials
from delith.errors import DelithError
from delith.wildcards import matching


class TrainSettings(BaseModel):
    """A committee of MACE models and what it learns from.

    Attributes
    ----------
    data : list of str
        Results folders and files of labelled structures, with wildcards; in a file relative to it.
    level : str, optional
        Potential whose records are taken, or ``level`` of structures in files, where the data are
        of several.
    begin : str, optional
        MACE models that it goes on with, of the same shape or with fewer channels, which then are
        widened: a name, or files with wildcards; in a file relative to it. They may be of another
        level of theory. By default it begins anew.
    replay : list of str
        Results folders and files of structures, with wildcards, by which what goes on with
        ``begin`` keeps what the data do not tell: forces and stress of another level, such as that
        of ``begin`` itself, are learnt with little weight beside the data, energies are not.
    held_out : list of str
        Hosts (boundaries or bulk, by label, with wildcards) that are for testing alone.
    weights : dict of str to float
        By how much structures of a host (by label, with wildcards; the first that fits) weigh more
        than others, or less: what is far from all that a potential is for, and costs it much.
    validation : float
        Share of the parent structures by which training is judged on its way.
    models : int
        Members of the committee: alike but for the seed.
    channels, layers : int
        Scalar channels of the messages; layers of message passing.
    cutoff : float
        How far (Å) an atom sees in one layer.
    angular : int
        Highest degree of the spherical harmonics by which an atom sees directions.
    radial : tuple of int
        Widths of the hidden layers of the networks that weigh distances.
    correlation : int
        Body order of a message less one.
    epochs, batch : int
        Passes over the data, a third of them for forces first; structures in a step.
    learning_rate : float
    energies : float
        Factor on the weight of energies, of which 1 meV an atom counts as 0.06 eV/Å in the end.
    seed : int
        Of the first member, and of the split.
    device : str
        In torch's words, such as ``cpu`` or ``cuda``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    data: list[str] = Field(min_length=1)
    level: str | None = None
    begin: str | None = None
    replay: list[str] = []
    held_out: list[str] = []
    weights: dict[str, PositiveFloat] = {}
    validation: float = Field(0.1, gt=0, lt=1)
    models: PositiveInt = 3
    channels: PositiveInt = 32
    layers: PositiveInt = 2
    cutoff: float = Field(4.5, gt=0)
    angular: Annotated[int, Field(ge=0, le=6)] = 2
    radial: tuple[PositiveInt, ...] = Field((32, 32), min_length=1)
    correlation: Annotated[int, Field(ge=1, le=4)] = 3
    epochs: PositiveInt = 60
    batch: PositiveInt = 4
    learning_rate: float = Field(0.01, gt=0)
    energies: float = Field(1.0, gt=0)
    seed: int = Field(0, ge=0)
    device: str = "cpu"

    @model_validator(mode="after")
    def _replayed_to_what_began(self) -> Self:
        if self.replay and not self.begin:
            raise ValueError("replay needs something to begin with: give begin, or leave it out")
        return self

    def weight(self, host: str) -> float:
        """Of structures of a host."""
        fitting = (by for name, by in self.weights.items() if fnmatchcase(host, name))
        return next(fitting, 1.0)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file and folder of the data.

        Raises
        ------
        DelithError
            If a pattern finds none.
        """
        return _found("data", self.data)

    @property
    def replayed(self) -> tuple[Path, ...]:
        """Every file and folder that is replayed.

        Raises
        ------
        DelithError
            If a pattern finds none.
        """
        return _found("replay", self.replay)


def _found(key: str, patterns: list[str]) -> tuple[Path, ...]:
    found: list[Path] = []
    for pattern in patterns:
        paths = matching(pattern)
        if not paths:
            raise DelithError(f"{key}: there is no {pattern}.")
        found += paths
    return tuple(dict.fromkeys(found))


def load(path: str | Path) -> TrainSettings:
    """Read a training file.

    Raises
    ------
    DelithError
        If it cannot be read, is no YAML, or has a key or value that training does not take.
    """
    path = Path(path)
    settings = documents.read(path, TrainSettings, "training")
    beside = path.parent.resolve()
    begin = settings.begin and potentials.beside(settings.begin, beside)
    found = {
        key: [str(beside / each) for each in getattr(settings, key)] for key in ("data", "replay")
    }
    return settings.model_copy(update=found | {"begin": begin})
