"""What a results folder holds of a study: records, the tables made of them, and their pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from delith import energetics, figures
from delith.energetics import Migration
from delith.follow_ups import Vibrations
from delith.records import Record
from delith.walking import Walk


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
    """

    folder: Path
    total: int
    records: list[Record]
    vibrations: list[Vibrations] = field(default_factory=list)
    migrations: list[Migration] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path, walk: Walk, records: list[Record]) -> Results:
        """Collect what a walk has come to."""
        return cls(folder, walk.total, records, walk.vibrations, walk.migrations)

    @cached_property
    def orderings(self) -> list[Record]:
        """Records that compare with each other: relaxed orderings and reference phases."""
        return [record for record in self.records if record.role == "ordering"]

    @cached_property
    def opened(self) -> pd.DataFrame:
        """γ(V); see `delith.energetics.voltage_boundary_energies`."""
        return energetics.voltage_boundary_energies(self.orderings)

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table of `OUTPUTS` by its name."""
        return {output.name: output.table(self) for output in OUTPUTS}

    @property
    def table(self) -> pd.DataFrame:
        """γ(x), as far as it can be told; see `delith.energetics.boundary_energies`."""
        return self.tables["boundary_energy"]

    def write(self) -> None:
        """Write tables (CSV) and figures (PNG and PDF); what earlier runs left and is no more goes.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        for output in OUTPUTS:
            table, path = self.tables[output.name], self.folder / output.name
            files = [path.with_suffix(f".{ending}") for ending in ("csv", "png", "pdf")]
            if table.empty:
                for file in files:
                    file.unlink(missing_ok=True)
                continue
            table.to_csv(files[0], index=False, float_format="%.6g")
            if output.figure:
                figure = output.figure(table)
                figure.savefig(files[1], dpi=300)
                figure.savefig(files[2], metadata={"CreationDate": None})
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
    """

    name: str
    table: Callable[[Results], pd.DataFrame]
    figure: Callable[[pd.DataFrame], Figure] | None = None


def _of(table: Callable[[list[Record]], pd.DataFrame]) -> Callable[[Results], pd.DataFrame]:
    return lambda results: table(results.orderings)


def _formation(results: Results) -> pd.DataFrame:
    return energetics.formation_voltages(results.opened)


def _phases(results: Results) -> pd.DataFrame:
    return energetics.boundary_phases(results.opened)


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
    Output("boundary_energy", _of(energetics.boundary_energies), figures.boundary_energy),
    Output("decorations", _of(energetics.decoration_energies), figures.segregation),
    Output("hull", _of(energetics.formation_energies), figures.hull),
    Output("voltage", _of(energetics.voltage_profile), figures.voltage),
    Output("open_boundary_energy", lambda results: results.opened, figures.open_energy),
    Output("formation", _formation),
    Output("phases", _phases, figures.phases),
    Output("separation", _of(energetics.separation_convergence), figures.separation),
    Output("free_energy", _free_energy, figures.free_energy),
    Output("barriers", _barriers, figures.barriers),
    Output("paths", _paths, figures.profiles),
)
