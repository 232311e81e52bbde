"""The study file: what is to be computed, checked before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from delith import crystals, documents, potentials
from delith.relaxation import BULK, RelaxSettings
from delith.study.choices import (
    BoundaryChoice,
    DopantChoice,
    ExchangeChoice,
    MigrationChoice,
    OccupationChoice,
    RefineChoice,
    Repeats,
    ScreenChoice,
    VibrationChoice,
)

Separation = Annotated[float, Field(gt=0, le=1000)]

#: Keys of a study file that hold one value or, in the plural, several.
PLURALS = {"separation": "separations", "potential": "potentials"}


class Study(BaseModel):
    """A study: boundaries of one crystal, relaxed at several Li contents with one potential.

    Attributes
    ----------
    crystal : str
        A shipped crystal, or the path of a structure file relative to the study file.
    boundaries : list of BoundaryChoice
    separations : list of float
        Between the two boundaries of a cell, Å; in a study file ``separation: 12`` for a single
        one. Every boundary is relaxed at each, which shows how γ converges.
    repeat : tuple of int
        In-plane repeats of the smallest cell: larger cells hold more kinds of ordering.
    lithium : list of float
        Li contents x per framework formula unit; by default the full crystal only. Boundaries that
        hold more or less lithium than bulk are also relaxed as full as they get where bulk is full.
    orderings : int
        Most arrangements of Li and vacancies for each cell and content.
    potentials : list of str
        See `delith potentials`; ``potential: chgnet`` in a study file for a single one. Everything
        is relaxed with each. Files of MACE models too, relative to the study file. By default the
        one that `delith.potentials.suited` names for the elements.
    relax : RelaxSettings
        For boundary cells, which start from the cell of the relaxed bulk at the same content.
    bulk : RelaxSettings
        For the matched bulk cells; tighter, because every boundary energy leans on them.
    seed : int
        Of the orderings and the rattle.
    dopants : DopantChoice, optional
        Every element in every shell is relaxed beside the undoped cells.
    exchange : ExchangeChoice, optional
        Every number of moved ions is relaxed beside the cells with all at home, in bulk too.
    screen : ScreenChoice, optional
        A quicker potential relaxes all orderings first; the potentials of the study go on with
        the lowest and the doubtful ones. ``screen: mace-lco`` for its name alone.
    warm : bool
        Whether orderings begin where the first of their cell, state and content came to rest,
        rather than in the crystal's sites.
    window : float, optional
        eV a cell, 0.1 at least: orderings that, by a bound that was measured and not proved, do not
        come to within this of the first are given up on their way.
    starts : int
        Rattles from which the lowest ordering of each cell, state and content is relaxed at most,
        until its energy has been found twice: layers without lithium have several minima.
    refine : RefineChoice, optional
        Orderings beyond those are looked for, from the lowest on.
    vibrations : VibrationChoice, optional
        γ(T) as well, from phonons.
    migration : MigrationChoice, optional
        Barriers of hops as well, from elastic bands.
    occupation : OccupationChoice, optional
        γ(μ, T) and segregation isotherms as well, from lattice models.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    crystal: str = Field(min_length=1)
    boundaries: list[BoundaryChoice] = Field(min_length=1)
    separations: tuple[Separation, ...] = Field((12.0,), min_length=1)
    repeat: tuple[Repeats, Repeats] = (1, 1)
    lithium: list[Annotated[float, Field(ge=0)]] | None = Field(None, min_length=1)
    orderings: int = Field(12, ge=1)
    potentials: tuple[str, ...] = ()
    relax: RelaxSettings = RelaxSettings()
    bulk: RelaxSettings = RelaxSettings.model_validate(BULK)
    seed: int = Field(0, ge=0)
    dopants: DopantChoice | None = None
    exchange: ExchangeChoice | None = None
    screen: ScreenChoice | None = None
    warm: bool = False
    window: Annotated[float, Field(ge=0.1)] | None = None
    starts: int = Field(3, ge=1, le=100)
    refine: RefineChoice | None = None
    vibrations: VibrationChoice | None = None
    migration: MigrationChoice | None = None
    occupation: OccupationChoice | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_or_several(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        given = dict(given)
        for one, several in PLURALS.items():
            if one in given:
                if several in given:
                    raise ValueError(f"give {one} or {several}, not both")
                given[several] = [given.pop(one)]
        return given

    @field_validator(*PLURALS.values())
    @classmethod
    def _none_twice(cls, given: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(dict.fromkeys(given))

    @field_validator("exchange", mode="before")
    @classmethod
    def _bare_numbers(cls, given: object) -> object:
        return {"number": given} if isinstance(given, list) else given

    @field_validator("screen", mode="before")
    @classmethod
    def _bare_name(cls, given: object) -> object:
        return {"potential": given} if isinstance(given, str) else given

    @field_validator("lithium")
    @classmethod
    def _each_content_once(cls, contents: list[float] | None) -> list[float] | None:
        return None if contents is None else sorted(set(contents), reverse=True)

    @field_validator("bulk", mode="before")
    @classmethod
    def _bulk_defaults(cls, given: object) -> object:
        # keys left out keep the tight values for bulk, not those for boundaries
        return BULK | given if isinstance(given, dict) else given

    @property
    def crystal_file(self) -> Path | None:
        """File of the crystal, if it is one: shipped ones are found before files of their names."""
        file = Path(self.crystal)
        return file if self.crystal not in crystals.names() and file.is_file() else None

    @property
    def crystal_content(self) -> str | bytes:
        """What the crystal is: its name, or what its file says."""
        return self.crystal_file.read_bytes() if self.crystal_file else self.crystal


def load(path: str | Path) -> Study:
    """Read a study file.

    Raises
    ------
    DelithError
        If the file cannot be read, is no YAML, or has a key or value that a study does not take;
        the message names each.
    """
    path = Path(path)
    return beside(documents.read(path, Study, "study"), path.parent.resolve())


def beside(study: Study, folder: Path) -> Study:
    """Read the files that a study names as relative to a folder."""
    found = tuple(potentials.beside(potential, folder) for potential in study.potentials)
    given: dict[str, object] = {"potentials": found}
    if study.screen:
        student = potentials.beside(study.screen.potential, folder)
        given["screen"] = study.screen.model_copy(update={"potential": student})
    if study.crystal not in crystals.names():
        given["crystal"] = str(folder / study.crystal)
    return study.model_copy(update=given)


def write(study: Study, path: Path) -> None:
    """Write a study file with every value spelled out: whole, or not at all."""
    content = study.model_dump(mode="json", exclude_none=True)
    for one, several in PLURALS.items():
        if len(content[several]) == 1:
            content[one] = content.pop(several)[0]
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(yaml.safe_dump(content, sort_keys=False, default_flow_style=None))
    fresh.replace(path)
