"""What a results folder holds of a study: records, the tables made of them, and their pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from delith import energetics, figures
from delith.records import Record


@dataclass(frozen=True)
class Output:
    """A table of a results folder, and how it is drawn.

    Attributes
    ----------
    name : str
        Of its files, without the ending.
    table : callable
        Makes it from the records.
    figure : callable, optional
        Draws it.
    """

    name: str
    table: Callable[[Sequence[Record]], pd.DataFrame]
    figure: Callable[[pd.DataFrame], Figure] | None = None


def _formation(records: Sequence[Record]) -> pd.DataFrame:
    return energetics.formation_voltages(energetics.voltage_boundary_energies(records))


def _phases(records: Sequence[Record]) -> pd.DataFrame:
    return energetics.boundary_phases(energetics.voltage_boundary_energies(records))


#: Every table there can be; those without a row are not written.
OUTPUTS = (
    Output("boundary_energy", energetics.boundary_energies, figures.boundary_energy),
    Output("decorations", energetics.decoration_energies, figures.segregation),
    Output("hull", energetics.formation_energies, figures.hull),
    Output("voltage", energetics.voltage_profile, figures.voltage),
    Output("open_boundary_energy", energetics.voltage_boundary_energies, figures.open_energy),
    Output("formation", _formation),
    Output("phases", _phases, figures.phases),
    Output("separation", energetics.separation_convergence, figures.separation),
)


@dataclass(frozen=True, eq=False)
class Results:
    """What a results folder holds of its study.

    Attributes
    ----------
    folder : Path
    total : int
        Relaxations of the whole study, at most while Monte Carlo chains go on.
    records : list of Record
        Those done.
    """

    folder: Path
    total: int
    records: list[Record]

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table of `OUTPUTS` by its name."""
        return {output.name: output.table(self.records) for output in OUTPUTS}

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
