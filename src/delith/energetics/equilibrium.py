"""A boundary and its bulk, in equilibrium with one reservoir of lithium."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from ase.units import kB

from delith.crystals.lattice import Floats
from delith.decorations.host import layers
from delith.energetics.clusters import LatticeModel
from delith.energetics.partition import MOST_SITES, Averages, energies, summed
from delith.energetics.sampling import sampled
from delith.units import EV_PER_A2, PER_NM2

ISOTHERMS = (
    "boundary",
    "potential",
    "temperature_K",
    "mu_eV",
    "content_boundary_cell",
    "content_bulk",
    "excess_lithium_per_nm2",
    "excess_lithium_error_per_nm2",
    "gamma_J_per_m2",
    "gamma_error_J_per_m2",
    "gamma_model_error_J_per_m2",
    "boundaries_equivalent",
    "sites",
    "method",
)
LAYERS = (
    "boundary",
    "potential",
    "temperature_K",
    "mu_eV",
    "content_bulk",
    "distance_A",
    "side",
    "sites",
    "occupation",
    "occupation_error",
    "bulk_occupation",
    "bulk_occupation_error",
)

#: Chemical potentials where none are given, and kT that they reach beyond empty and full at 0 K.
POINTS, REACH = 101, 4


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A boundary beside its bulk.

    Attributes
    ----------
    model, bulk : LatticeModel
    boundaries : int
        That share the excess of a cell; see `delith.energetics.closed.boundary_count`.
    repeat : tuple of int
        In-plane repeats of both cells.
    """

    model: LatticeModel
    bulk: LatticeModel
    boundaries: int
    repeat: tuple[int, int]

    def window(self, temperature: float) -> Floats:
        """Chemical potentials (eV) that take both cells from empty to full."""
        low, high = zip(self.model.bounds, self.bulk.bounds, strict=True)
        margin = REACH * kB * temperature
        return np.linspace(min(low) - margin, max(high) + margin, POINTS)

    def tables(
        self, mu: Floats, temperature: float, sweeps: int, seed: int
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Isotherm of the boundary, and of its layers; see `delith.energetics.Occupation`."""
        cell, crystal = (
            summed(self._energies[k], mu, temperature)
            if self._sites(model) <= MOST_SITES
            else sampled(model, self.repeat, mu, temperature, sweeps, seed)
            for k, model in enumerate((self.model, self.bulk))
        )
        common = {
            "boundary": self.model.host.label,
            "potential": self.model.potential,
            "temperature_K": temperature,
            "mu_eV": mu,
            "content_bulk": crystal.ions / (self.bulk.host.formula_units * self._times),
        }
        return self._isotherm(cell, crystal, common), self._layers(cell, crystal, common)

    @cached_property
    def _energies(self) -> list[Floats]:
        """Energies of all fillings of both cells, as far as they are small enough."""
        return [
            energies(model, self.repeat) if self._sites(model) <= MOST_SITES else np.empty(0)
            for model in (self.model, self.bulk)
        ]

    @property
    def _times(self) -> int:
        return self.repeat[0] * self.repeat[1]

    def _sites(self, model: LatticeModel) -> int:
        """Mobile sites of a repeated cell."""
        return model.sites * self._times

    def _isotherm(
        self, cell: Averages, crystal: Averages, common: dict[str, object]
    ) -> pd.DataFrame:
        # as much bulk as the boundary cell has framework
        share = self.model.host.formula_units / self.bulk.host.formula_units
        area = self.boundaries * self.model.area * self._times
        per_nm2, per_m2 = PER_NM2 / area, EV_PER_A2 / area
        omega = cell.grand_potential - share * crystal.grand_potential
        omega_error = np.hypot(cell.grand_potential_error, share * crystal.grand_potential_error)
        sites = self._sites(self.model)
        errors = [model.error * model.sites for model in (self.model, self.bulk)]
        model_error = np.hypot(errors[0], share * errors[1]) / (self.boundaries * self.model.area)
        return pd.DataFrame(
            common
            | {
                "content_boundary_cell": cell.ions / (self.model.host.formula_units * self._times),
                "excess_lithium_per_nm2": (cell.ions - share * crystal.ions) * per_nm2,
                "excess_lithium_error_per_nm2": np.hypot(
                    cell.ions_error, share * crystal.ions_error
                )
                * per_nm2,
                "gamma_J_per_m2": omega * per_m2,
                "gamma_error_J_per_m2": omega_error * per_m2,
                "gamma_model_error_J_per_m2": model_error * EV_PER_A2,
                "boundaries_equivalent": self.model.host.equivalent,
                "sites": sites,
                "method": "exact" if sites <= MOST_SITES else "Monte Carlo",
            },
            columns=list(ISOTHERMS),
        )

    def _layers(self, cell: Averages, crystal: Averages, common: dict[str, object]) -> pd.DataFrame:
        full = self.model.lattice.repeat((*self.repeat, 1))
        heights = full.get_scaled_positions()[full.symbols == self.model.mobile, 2]
        away = np.abs(heights - np.array([[0.0], [0.5]]))
        away = np.minimum(away, 1 - away) * full.cell[2, 2]
        equivalent = self.model.host.equivalent
        side = np.zeros(len(heights), dtype=int) if equivalent else away.argmin(axis=0)
        layer = layers(away.min(axis=0))
        bulk_sites = self._sites(self.bulk)
        tables = []
        for where in sorted(set(zip(layer.tolist(), side.tolist(), strict=True))):
            members = (layer == where[0]) & (side == where[1])
            tables.append(
                pd.DataFrame(
                    common
                    | {
                        "distance_A": away.min(axis=0)[members].mean().round(6),
                        "side": pd.NA if equivalent else where[1],
                        "sites": members.sum(),
                        "occupation": cell.occupation[:, members].mean(axis=1),
                        # at most: as if the sites moved together
                        "occupation_error": cell.occupation_error[:, members].mean(axis=1),
                        "bulk_occupation": crystal.ions / bulk_sites,
                        "bulk_occupation_error": crystal.ions_error / bulk_sites,
                    },
                    columns=list(LAYERS),
                ).astype({"side": "Int64"})
            )
        return pd.concat(tables, ignore_index=True)
