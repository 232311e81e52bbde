"""The study file: what is to be computed, checked before anything runs."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from delith import boundaries, crystals, domains, potentials
from delith.boundaries import Boundary
from delith.crystals import Crystal
from delith.errors import DelithError, validated
from delith.parent import Kept
from delith.relaxation import BULK, RelaxSettings


def _fraction(given: object) -> object:
    """Read 1/2, which YAML takes for text."""
    try:
        return float(Fraction(given)) if isinstance(given, str) else given
    except (ValueError, ZeroDivisionError):
        return given


Share = Annotated[float, BeforeValidator(_fraction)]
Index = Annotated[int, Field(ge=-30, le=30)]
Repeats = Annotated[int, Field(ge=1, le=30)]


class BoundaryChoice(BaseModel):
    """One boundary of a study.

    Attributes
    ----------
    kind : {'twin', 'antiphase', 'inversion', 'domain', 'interface'}
        ``domain`` joins the crystal to the variant of that number; see `delith variants`.
        ``interface`` joins it to its disordered form.
    plane : tuple of int
        (hkl) with respect to the conventional cell.
    vector : tuple of float, optional
        Antiphase displacement, fractions of the conventional cell; see `boundaries.antiphase`.
    variant : int, optional
        Of a domain.
    parent : {'sites', 'anions'}
        On which the variants of a domain are counted.
    elements : list of str, optional
        Of an interface: the elements mixed in the disordered grain.
    position : int
        Which of the distinct plane positions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["twin", "antiphase", "inversion", "domain", "interface"]
    plane: tuple[Index, Index, Index]
    vector: tuple[Share, Share, Share] | None = None
    variant: int | None = Field(None, ge=0)
    parent: Kept = "sites"
    elements: list[str] | None = Field(None, min_length=2)
    position: int = Field(0, ge=0)

    def build(
        self, crystal: Crystal, separation: float, repeat: tuple[int, int], seed: int = 0
    ) -> Boundary:
        """Build the boundary in a crystal."""
        if self.vector is not None and self.kind != "antiphase":
            raise DelithError(f"only an antiphase boundary takes a vector, not kind {self.kind}.")
        if (self.variant is not None) != (self.kind == "domain"):
            raise DelithError("kind domain, and no other, takes the number of a variant.")
        if self.parent != "sites" and self.kind != "domain":
            raise DelithError(f"only a domain takes a parent, not kind {self.kind}.")
        if (self.elements is not None) != (self.kind == "interface"):
            raise DelithError("kind interface, and no other, takes elements to be mixed.")
        if self.elements is not None:
            if self.position:
                raise DelithError("an interface has one position, 0: leave the key out.")
            return boundaries.interface(
                crystal, self.plane, self.elements, separation, repeat, seed
            )
        sizes = separation, repeat, self.position
        if self.kind == "antiphase":
            return boundaries.antiphase(crystal, self.plane, self.vector, *sizes)
        if self.variant is not None:
            chosen = domains.variants(crystal, self.parent)
            if self.variant not in range(len(chosen)):
                raise DelithError(
                    f"{crystal.name} has {len(chosen)} variants on the parent of its {self.parent} "
                    f"(numbered from 0), and no variant {self.variant}."
                )
            return boundaries.between(crystal, chosen[self.variant], self.plane, *sizes)
        make = boundaries.twin if self.kind == "twin" else boundaries.inversion
        return make(crystal, self.plane, *sizes)


class DopantChoice(BaseModel):
    """Dopants of a study, one element at a time.

    Attributes
    ----------
    elements : list of str
    site : str
        Sublattice or element that they replace.
    shells : list of int
        Layers of the sublattice, counted from the boundary: 0 the nearest, −1 the farthest.
    number : int
        Dopant atoms in a cell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    elements: list[str] = Field(min_length=1)
    site: str
    shells: list[int] = Field([0, -1], min_length=1)
    number: int = Field(1, ge=1)


class ExchangeChoice(BaseModel):
    """Transition-metal ions moved into interstices; a bare list in a study gives the numbers.

    Attributes
    ----------
    number : list of int
        Ions moved in a cell; 0, none, is always among them.
    element : str, optional
        Which metal, where there are several.
    into : {'octahedral', 'tetrahedral'}
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: list[Annotated[int, Field(ge=0)]] = Field(min_length=1)
    element: str | None = None
    into: Literal["octahedral", "tetrahedral"] = "octahedral"


class RefineChoice(BaseModel):
    """Monte Carlo from the lowest ordering of each cell, with relaxed energies.

    Attributes
    ----------
    steps : int
        Proposals: at most so many more relaxations for each cell, state and content.
    temperature : float
        K.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    steps: int = Field(20, ge=1)
    temperature: float = Field(600.0, gt=0)


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
    dopants : DopantChoice, optional
        Every element in every shell is relaxed beside the undoped cells.
    exchange : ExchangeChoice, optional
        Every number of moved ions is relaxed beside the cells with all at home, in bulk too.
    refine : RefineChoice, optional
        Orderings beyond those are looked for, from the lowest on.
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
    dopants: DopantChoice | None = None
    exchange: ExchangeChoice | None = None
    refine: RefineChoice | None = None

    @field_validator("exchange", mode="before")
    @classmethod
    def _bare_numbers(cls, given: object) -> object:
        return {"number": given} if isinstance(given, list) else given

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
        study = validated(Study, content, "study")
    except DelithError as error:
        raise DelithError(f"{path}: {error}") from error
    if study.crystal in crystals.names():
        return study
    return study.model_copy(update={"crystal": str(path.parent.resolve() / study.crystal)})


def write(study: Study, path: Path) -> None:
    """Write a study file with every value spelled out: whole, or not at all."""
    content = study.model_dump(mode="json", exclude_none=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(yaml.safe_dump(content, sort_keys=False, default_flow_style=None))
    fresh.replace(path)


def choose(**given: object) -> BoundaryChoice:
    """Check one boundary given by its keys.

    Raises
    ------
    DelithError
        If a key or value is none that a boundary takes.
    """
    return validated(BoundaryChoice, given, "boundary")
