"""What a study chooses of each kind, checked before anything runs."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from typing import Annotated, Literal

from ase import Atoms
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt

from delith import boundaries, decorations, domains
from delith.bands import PathSettings
from delith.boundaries import Boundary
from delith.crystals import Crystal
from delith.crystals.parent import Kept
from delith.decorations import Hop, Host
from delith.decorations.hops import PLACES, Place
from delith.displacements import PhononSettings
from delith.errors import DelithError, DelithWarning, validated


def _fraction(given: object) -> object:
    """Read 1/2, which YAML takes for text."""
    try:
        return float(Fraction(given)) if isinstance(given, str) else given
    except (ValueError, ZeroDivisionError, OverflowError):
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
    position : int or 'all'
        Which of the plane positions, or all at which the boundary differs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["twin", "antiphase", "inversion", "domain", "interface"]
    plane: tuple[Index, Index, Index]
    vector: tuple[Share, Share, Share] | None = None
    variant: int | None = Field(None, ge=0)
    parent: Kept = "sites"
    elements: list[str] | None = Field(None, min_length=2)
    position: Annotated[int, Field(ge=0)] | Literal["all"] = 0

    def build_each(
        self, crystal: Crystal, separation: float, repeat: tuple[int, int], seed: int = 0
    ) -> list[Boundary]:
        """Build the boundary in a crystal, at the position chosen or at all where it differs."""
        first = self.build(crystal, separation, repeat, seed)
        chosen = self.position != "all" and "position" in self.model_fields_set
        if chosen or first.positions == 1:
            return [first]
        built = [first]
        for position in range(1, first.positions):
            other = self.model_copy(update={"position": position})
            with suppress(DelithError):  # where atoms would come too close there is no boundary
                built.append(other.build(crystal, separation, repeat, seed))
        found = boundaries.distinct(built)
        if self.position == "all":
            return found or [first]
        if len(found) > 1:
            warnings.warn(
                f"{first.label} is one of {len(found)} different boundaries of that kind, by where "
                "its plane lies, and their energies may differ: position: all has each, position: "
                f"0 this one ({', '.join(other.label for other in found[1:])}).",
                DelithWarning,
                stacklevel=2,
            )
        return [first]

    def build(
        self, crystal: Crystal, separation: float, repeat: tuple[int, int], seed: int = 0
    ) -> Boundary:
        """Build the boundary in a crystal, at the first position where all are chosen."""
        if self.vector is not None and self.kind != "antiphase":
            raise DelithError(f"only an antiphase boundary takes a vector, not kind {self.kind}.")
        if (self.variant is not None) != (self.kind == "domain"):
            raise DelithError(
                "kind domain, and no other, takes the number of a variant, and needs it: see "
                "`delith variants`."
            )
        if self.parent != "sites" and self.kind != "domain":
            raise DelithError(f"only a domain takes a parent, not kind {self.kind}.")
        if (self.elements is not None) != (self.kind == "interface"):
            raise DelithError(
                "kind interface, and no other, takes elements to be mixed, and needs them."
            )
        if self.elements is not None:
            if self.position:
                raise DelithError("an interface has one position, 0: leave the key out.")
            return boundaries.interface(
                crystal, self.plane, self.elements, separation, repeat, seed
            )
        sizes = separation, repeat, 0 if self.position == "all" else self.position
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
    shells : list of int
        Layers of the metal that they leave, counted from the boundary: 0 the nearest, −1 the
        farthest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: list[Annotated[int, Field(ge=0)]] = Field(min_length=1)
    element: str | None = None
    into: Literal["octahedral", "tetrahedral"] = "octahedral"
    shells: list[int] = Field([0], min_length=1)


class ScreenChoice(BaseModel):
    """Orderings relaxed by a student first; a bare name in a study is its potential.

    Attributes
    ----------
    potential : str
        The student: one relaxes, and where it is a committee, all tell the energy.
    keep : int
        Orderings of each cell, state and content, the lowest by the student, with which the
        potential of the study goes on in any case.
    doubt : float
        It goes on with others as long as they may be the lowest: as long as the student's energy,
        less so many standard deviations of its error, is below the lowest.
    duplicates : bool
        Whether orderings that relax to the same structure are relaxed more than once by the
        potential of the study.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    potential: str
    keep: int = Field(3, ge=2)
    doubt: float = Field(2.0, gt=0)
    duplicates: bool = False


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


class VibrationChoice(PhononSettings):
    """Vibrations of the lowest ordering of every boundary and of its bulk.

    Attributes
    ----------
    fmax : float
        Largest force on an atom before any is displaced, eV/Å.
    lithium : list of float, optional
        Li contents among those of the study; by default all.
    """

    fmax: float = Field(0.001, gt=0)
    lithium: list[Annotated[float, Field(ge=0)]] | None = Field(None, min_length=1)


class OccupationChoice(BaseModel):
    """Lithium at boundaries at finite temperature, from lattice models of the orderings.

    Attributes
    ----------
    temperatures : list of float
        K.
    repeat, cutoffs, sweeps
        See `delith.energetics.boundary_occupation`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    temperatures: list[Annotated[float, Field(gt=0)]] = Field([300.0, 600.0], min_length=1)
    repeat: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] = (1, 1)
    cutoffs: list[Annotated[float, Field(gt=0)]] = Field([7.0, 5.0], min_length=1)
    sweeps: int = Field(500, ge=100)


class MigrationChoice(PathSettings):
    """Hops of ions in the lowest ordering of every boundary and of bulk.

    Attributes
    ----------
    elements : list of str, optional
        Which ions; by default the mobile ones. Transition metals go to the octahedra among those.
    hops : int or mapping of str to int
        Most distinct hops in each place: ``along`` a boundary, ``across`` it, ``inside`` the
        grains, in ``bulk``. A mapping is of the places that it names, and of no others.
    lithium : list of float, optional
        Li contents among those of the study; by default all.
    """

    elements: list[str] | None = Field(None, min_length=1)
    hops: PositiveInt | dict[Place, PositiveInt] = 1
    lithium: list[Annotated[float, Field(ge=0)]] | None = Field(None, min_length=1)

    def build(self, host: Host, ordering: Atoms) -> list[Hop]:
        """List the chosen hops of an ordering of a host, as built."""
        found = []
        for element in self.elements or [str(host.mobile)]:
            every = decorations.hops(host, ordering, element)
            for place in PLACES:
                most = self.hops if isinstance(self.hops, int) else self.hops.get(place, 0)
                found += [hop for hop in every if hop.place == place][:most]
        return found


def content_among(content: float, contents: Iterable[float]) -> bool:
    """Tell whether a content is one of these: they are typed with a few digits."""
    return any(abs(content - other) < 1e-3 for other in contents)


def choose(**given: object) -> BoundaryChoice:
    """Check one boundary given by its keys.

    Raises
    ------
    DelithError
        If a key or value is none that a boundary takes.
    """
    return validated(BoundaryChoice, given, "boundary")
