"""The study file: what is to be computed, checked before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from delith import boundaries, crystals, potentials
from delith.boundaries import Boundary
from delith.crystals import Crystal
from delith.errors import DelithError
from delith.relaxation import RelaxSettings

Index = Annotated[int, Field(ge=-30, le=30)]
Repeats = Annotated[int, Field(ge=1, le=30)]

#: Settings for bulk where a study does not give them.
BULK = {"fmax": 0.01, "smax": 0.02, "cell": "full"}


class BoundaryChoice(BaseModel):
    """One boundary of a study.

    Attributes
    ----------
    kind : {'twin', 'antiphase'}
    plane : tuple of int
        (hkl) with respect to the conventional cell.
    vector : tuple of float, optional
        Antiphase displacement, fractions of the conventional cell; see `boundaries.antiphase`.
    position : int
        Twin: which mirror of the parent; see `boundaries.twin`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["twin", "antiphase"]
    plane: tuple[Index, Index, Index]
    vector: tuple[float, float, float] | None = None
    position: int = Field(0, ge=0)

    def build(self, crystal: Crystal, separation: float, repeat: tuple[int, int]) -> Boundary:
        """Build the boundary in a crystal."""
        if self.kind == "twin":
            if self.vector is not None:
                raise DelithError("a twin takes no vector: its operation is the mirror.")
            return boundaries.twin(crystal, self.plane, separation, repeat, self.position)
        if self.position:
            raise DelithError("position chooses among twin mirrors; an antiphase takes none.")
        return boundaries.antiphase(crystal, self.plane, self.vector, separation, repeat)


class Study(BaseModel):
    """A study: boundaries of one crystal, relaxed at several Li contents with one potential.

    Attributes
    ----------
    crystal : str
        A shipped crystal, or the path of a structure file relative to the study file.
    boundaries : list of BoundaryChoice
    separation : float
        Between the two boundaries of a cell, Å.
    repeat : tuple of int
        In-plane repeats of the smallest cell: larger cells hold more kinds of ordering.
    lithium : list of float
        Li contents x per framework formula unit; by default the full crystal only.
    orderings : int
        Most arrangements of Li and vacancies for each cell and content.
    potential : str
        See `delith potentials`.
    relax : RelaxSettings
        For boundary cells, which start from the cell of the relaxed bulk at the same content.
    bulk : RelaxSettings
        For the matched bulk cells; tighter, because every boundary energy leans on them.
    seed : int
        Of the orderings and the rattle.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    crystal: str = Field(min_length=1)
    boundaries: list[BoundaryChoice] = Field(min_length=1)
    separation: float = Field(12.0, gt=0, le=1000)
    repeat: tuple[Repeats, Repeats] = (1, 1)
    lithium: list[Annotated[float, Field(ge=0)]] | None = Field(None, min_length=1)
    orderings: int = Field(12, ge=1)
    potential: str = potentials.DEFAULT
    relax: RelaxSettings = RelaxSettings()
    bulk: RelaxSettings = RelaxSettings.model_validate(BULK)
    seed: int = Field(0, ge=0)

    @field_validator("lithium")
    @classmethod
    def _each_content_once(cls, contents: list[float] | None) -> list[float] | None:
        return None if contents is None else sorted(set(contents), reverse=True)

    @field_validator("bulk", mode="before")
    @classmethod
    def _bulk_defaults(cls, given: object) -> object:
        # keys left out keep the tight values for bulk, not those for boundaries
        return BULK | given if isinstance(given, dict) else given


def load(path: str | Path) -> Study:
    """Read a study file.

    Raises
    ------
    DelithError
        If the file cannot be read, is no YAML, or has a key or value that a study does not take;
        the message names each.
    """
    path = Path(path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DelithError(f"cannot read the study file {path}: {error.strerror}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # ValueError: bytes that are no text, the 13th month, numbers of thousands of digits
        raise DelithError(f"{path} is no YAML: {error}") from error
    if not isinstance(content, dict):
        raise DelithError(
            f"{path} must hold keys such as crystal: and boundaries:, as in the README."
        )
    try:
        study = Study.model_validate(content)
    except ValidationError as error:
        raise DelithError(f"{path}: {_explained(error)}") from error
    if study.crystal in crystals.names():
        return study
    return study.model_copy(update={"crystal": str(path.parent.resolve() / study.crystal)})


def write(study: Study, path: Path) -> None:
    """Write a study file with every value spelled out: whole, or not at all."""
    content = study.model_dump(mode="json", exclude_none=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(yaml.safe_dump(content, sort_keys=False, default_flow_style=None))
    fresh.replace(path)


def _explained(error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"]) or "study"
        known = ", ".join(Study.model_fields)
        if item["type"] == "extra_forbidden":
            hint = f" (keys of a study: {known})" if len(item["loc"]) == 1 else ""
            lines.append(f"{where}: no such key{hint}")
        else:
            lines.append(f"{where}: {item['msg']}, got {item['input']!r:.60}")
    return "; ".join(lines)
