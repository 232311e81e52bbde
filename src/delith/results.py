"""What a results folder holds of a study: records, the tables made of them, and their pictures."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from delith import energetics, figures, potentials, provenance
from delith.boundaries import Boundary
from delith.energetics import Migration, Occupation
from delith.energetics.states import states
from delith.errors import DelithError, DelithWarning
from delith.records import Record, farthest, lowest
from delith.study.choices import OccupationChoice
from delith.study.follow_ups import Vibrations
from delith.study.walking import Walk


@dataclass(frozen=True, eq=False)
class Results:
    """What a results folder holds of its study.

    Attributes
    ----------
    folder : Path
    total : int
        Calculations of the whole study, as far as is known before all are done.
    records : list of Record
        Those done.
    vibrations : list of Vibrations
    migrations : list of Migration
    occupation : OccupationChoice or None
        How lithium at finite temperature is calculated; None for not at all.
    hosts : dict of str to Boundary
        By label, as built.
    """

    folder: Path
    total: int
    records: list[Record]
    vibrations: list[Vibrations] = field(default_factory=list)
    migrations: list[Migration] = field(default_factory=list)
    occupation: OccupationChoice | None = None
    hosts: dict[str, Boundary] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, walk: Walk, records: list[Record]) -> Results:
        """Collect what a walk has come to."""
        choice = walk.study.occupation
        return cls(
            folder, walk.total, records, walk.vibrations, walk.migrations, choice, walk.hosts
        )

    @cached_property
    def orderings(self) -> list[Record]:
        """Records that compare with each other: relaxed orderings and reference phases.

        Of one that was relaxed more than once, from other rattles or because it did not end well
        from where a student had led it, what counts.
        """
        found: dict[tuple[object, ...], Record] = {}
        for record in self.records:
            if record.role == "ordering":
                name = (*record.group, record.ordering)
                found[name] = lowest([record, found.get(name, record)])
        return list(found.values())

    @cached_property
    def opened(self) -> pd.DataFrame:
        """γ(V); see `delith.energetics.voltage_boundary_energies`."""
        return energetics.voltage_boundary_energies(self.orderings)

    @cached_property
    def rivals(self) -> pd.DataFrame:
        """γ(V) of each boundary at the largest separation at which a potential knows it."""
        table = self.opened
        names = list(zip(table["boundary"], table["potential"], strict=True))
        known = set(names)
        kept: set[tuple[str, str]] = set()
        for potential in dict.fromkeys(table["potential"]):
            cells = (r for r in self.orderings if (r.host.label, potential) in known)
            kept |= {(r.host.label, potential) for r in farthest(cells)}
        return table.loc[[name in kept for name in names]].reset_index(drop=True)

    @cached_property
    def thermal(self) -> Occupation | None:
        """Lithium at finite temperature; see `delith.energetics.boundary_occupation`."""
        if self.occupation is None:
            return None
        try:
            return energetics.boundary_occupation(self.orderings, **self.occupation.model_dump())
        except DelithError as error:
            # too few orderings, perhaps; what else the folder holds is not lost with it
            warnings.warn(f"no lithium at finite temperature: {error}", DelithWarning, stacklevel=2)
            return None

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table of `OUTPUTS` by its name."""
        return {output.name: self.table_of(output.name) for output in OUTPUTS}

    def table_of(self, name: str) -> pd.DataFrame:
        """Make one table of `OUTPUTS`; what keeps one from being made keeps no other from it."""
        (output,) = (output for output in OUTPUTS if output.name == name)
        try:
            return output.table(self)
        except DelithError as error:
            warnings.warn(f"no {output.name}.csv: {error}", DelithWarning, stacklevel=2)
            return pd.DataFrame()

    @cached_property
    def table(self) -> pd.DataFrame:
        """γ(x), as far as it can be told, and at what level it stands.

        See `delith.energetics.boundary_energies`; ``level`` is that of `delith.potentials.info`.
        """
        table = energetics.boundary_energies(self.orderings)
        levels = [potentials.info(name).level for name in table["potential"]]
        table.insert(list(table.columns).index("potential") + 1, "level", levels)
        return table

    def write(self) -> None:
        """Write tables (CSV) and figures (PNG and PDF); what earlier runs left and is no more goes.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        source = provenance.of_figures(
            self.folder / "study.yaml", "delith run study.yaml", self.records
        )
        for output in OUTPUTS:
            table, path = self.tables[output.name], self.folder / f"{output.name}.csv"
            for ending, more in product(("csv", "png", "pdf"), ("", "_for_*")):
                for stale in self.folder.glob(f"{output.name}{more}.{ending}"):
                    stale.unlink()
            if len(table):
                table.to_csv(path, index=False, float_format="%.6g")
                for name, figure in output.drawn(table):
                    figures.save(figure, path.with_name(name), source)
        for each in self.vibrations:
            if each.phonons:
                each.phonons.write(self.folder / "phonons" / each.record.key)


@dataclass(frozen=True)
class Output:
    """A table of a results folder, and how it is drawn.

    Attributes
    ----------
    name : str
        Of its files, without the ending.
    table : callable
        Makes it.
    figure : callable, optional
        Draws it.
    each : str
        Column for each of whose values there is a figure; of cells as they are, undecorated.
    """

    name: str
    table: Callable[[Results], pd.DataFrame]
    figure: Callable[[pd.DataFrame], Figure] | None = None
    each: str = ""

    def drawn(self, table: pd.DataFrame) -> Iterator[tuple[str, Figure]]:
        """Every figure, and what its file is called."""
        if self.figure is not None:
            for name, rows in self.parts(table):
                yield name, self.figure(rows)

    def parts(self, table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
        """What each figure shows, and what its file is called."""
        if not self.each:
            yield self.name, table
            return
        if "state" in table:
            table = table[states(table) == ""]
        for value, rows in table.groupby(self.each, sort=False):
            # of a plane or vector a minus too, or two would have one file
            words = "_".join(re.findall(r"\w+", str(value).replace("-", " m")))
            yield f"{self.name}_for_{words}", rows


def _of(table: Callable[[list[Record]], pd.DataFrame]) -> Callable[[Results], pd.DataFrame]:
    return lambda results: table(results.orderings)


def _profiles(results: Results) -> pd.DataFrame:
    return energetics.layer_profiles(results.orderings, results.hosts)


def _symmetry(results: Results) -> pd.DataFrame:
    return energetics.boundary_symmetries(results.orderings, results.hosts)


def _formation(results: Results) -> pd.DataFrame:
    return energetics.formation_voltages(results.rivals)


def _phases(results: Results) -> pd.DataFrame:
    return energetics.boundary_phases(results.rivals)


def _isotherms(results: Results) -> pd.DataFrame:
    return results.thermal.isotherms if results.thermal else pd.DataFrame()


def _occupation(results: Results) -> pd.DataFrame:
    return results.thermal.layers if results.thermal else pd.DataFrame()


def _fits(results: Results) -> pd.DataFrame:
    return results.thermal.fits if results.thermal else pd.DataFrame()


def _barriers(results: Results) -> pd.DataFrame:
    return energetics.migration_barriers(results.migrations)


def _paths(results: Results) -> pd.DataFrame:
    return energetics.migration_profiles(results.migrations)


def _free_energy(results: Results) -> pd.DataFrame:
    phonons = {each.record.key: each.phonons for each in results.vibrations if each.phonons}
    settled = [each.record for each in results.vibrations]
    return energetics.free_boundary_energies(settled, phonons)


#: Every table there can be; those without a row are not written.
OUTPUTS = (
    Output("boundary_energy", lambda results: results.table, figures.boundary_energy),
    Output("decorations", _of(energetics.decoration_energies), figures.segregation),
    Output("hull", _of(energetics.formation_energies), figures.hull),
    Output("voltage", _of(energetics.voltage_profile), figures.voltage),
    Output("open_boundary_energy", lambda results: results.opened, figures.open_energy),
    Output("formation", _formation),
    Output("phases", _phases, figures.phases),
    Output("profile", _profiles, figures.layer_profile, each="boundary"),
    Output("symmetry", _symmetry),
    Output("basal_angle", _of(energetics.basal_angles), figures.basal_angle),
    Output("separation", _of(energetics.separation_convergence), figures.separation),
    Output("orderings", _of(energetics.ordering_convergence), figures.orderings, each="boundary"),
    Output("isotherms", _isotherms, figures.gamma_isotherms),
    Output("occupation", _occupation, figures.occupation, each="boundary"),
    Output("lattice_models", _fits),
    Output("free_energy", _free_energy, figures.free_energy),
    Output("barriers", _barriers, figures.barriers),
    Output("paths", _paths, figures.profiles),
)
