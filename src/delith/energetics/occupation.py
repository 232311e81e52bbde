"""Lithium at a boundary at finite temperature: segregation isotherms and γ(μ, T)."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from ase.units import kB
from numpy.typing import ArrayLike

from delith.energetics.closed import boundary_count
from delith.energetics.clusters import LatticeModel
from delith.energetics.equilibrium import ISOTHERMS, LAYERS, Equilibrium
from delith.energetics.fitting import fit
from delith.errors import DelithError, DelithWarning
from delith.facts import State
from delith.records import Record

FITS = (
    "host",
    "potential",
    "sites",
    "energies",
    "moved",
    "clusters",
    "strength",
    "cross_validation_meV_per_site",
    "residual_meV_per_site",
)


@dataclass(frozen=True, eq=False)
class Occupation:
    """Lithium at boundaries in equilibrium with bulk, and the models it was calculated from.

    Attributes
    ----------
    fits : pandas.DataFrame
        A row per host and potential:

        sites
            Mobile sites of the cell.
        energies, moved
            Records that the model was fitted to, and usable ones left out because ions ended on
            other sites than they began on.
        clusters, strength
            Kinds of clusters, each with an interaction, and what regularises them.
        cross_validation_meV_per_site, residual_meV_per_site
            Root mean square errors of energies that the fit has not seen (leave one out), and of
            those that it has.
    isotherms : pandas.DataFrame
        A row per boundary, potential, temperature and chemical potential:

        content_boundary_cell, content_bulk
            Mean x.
        excess_lithium_per_nm2
            Γ = [⟨N⟩ − n·x(μ, T)] / 2A.
        gamma_J_per_m2
            γ(μ, T) = [Ω_cell − n·Ω_bulk] / 2A. Where the two boundaries of the cell are not
            equivalent (``boundaries_equivalent`` false), this and Γ are sums of both, over A.
        …_error
            Statistical, one standard deviation; zero where exact.
        gamma_model_error_J_per_m2
            Of the models: what their cross-validation errors (see `fits`) come to in γ between the
            full and the empty cell, which they have exactly.
        sites, method
            Mobile sites of the cell that was averaged, and how: ``exact`` or ``Monte Carlo``.
    layers : pandas.DataFrame
        A row per layer of mobile sites besides:

        distance_A
            To the nearest boundary, as built.
        side
            Which one that is, 0 or 1, where they are not equivalent.
        sites
            Of the layer.
        occupation, bulk_occupation
            Filled share of them, and of the sites of bulk at the same μ.
    """

    fits: pd.DataFrame
    isotherms: pd.DataFrame
    layers: pd.DataFrame


def boundary_occupation(
    records: Iterable[Record],
    temperatures: Sequence[float] = (300.0, 600.0),
    mu: ArrayLike | None = None,
    *,
    repeat: tuple[int, int] = (1, 1),
    cutoffs: Sequence[float] = (7.0, 5.0),
    sweeps: int = 500,
    seed: int = 0,
) -> Occupation:
    """Calculate how much lithium every boundary holds at finite temperature, and its γ(μ, T).

    Lattice models are fitted to the energies of the orderings, with icet, and brought to
    equilibrium with a reservoir: by the sum over all fillings where the cell has at most 20
    mobile sites, which is exact, else by Monte Carlo. The entropy is that of the arrangements of
    mobile ions alone; vibrations and electrons do not enter. Towards 0 K this is
    `open_boundary_energies`, as far as the models know the orderings; A is the mean of the
    relaxed cells, so that Γ = −dγ/dμ at every temperature.

    Parameters
    ----------
    records : iterable of Record
        Boundaries and their bulk; unusable and decorated ones, and boundaries with an excess of
        framework atoms or two kinds of grain, do not enter.
    temperatures : sequence of float
        K.
    mu : array_like, optional
        Chemical potentials of lithium, eV, on the energy scale of the potential; by default 101
        that take the cells from empty to full.
    repeat : tuple of int
        In-plane repeats of the cells that were computed: small cells suppress fluctuations.
    cutoffs : sequence of float
        Longest distance in a pair, in a triplet and so on of the models, Å.
    sweeps, seed : int
        Of Monte Carlo, at each chemical potential.

    Returns
    -------
    Occupation

    Raises
    ------
    DelithError
        If there are too few energies of every boundary or its bulk, or icet is not installed.

    Warns
    -----
    DelithWarning
        Where a model errs by more than kT per site, Monte Carlo was caught in one phase, or there
        are too few energies of one boundary among others.
    """
    temperatures, cutoffs = list(temperatures), list(cutoffs)
    if not temperatures or min(temperatures) <= 0 or not cutoffs or min(cutoffs) <= 0:
        raise DelithError(
            f"give temperatures above 0 K, not {temperatures}, and cutoffs above 0 Å, not "
            f"{cutoffs}."
        )
    if min(repeat) < 1 or sweeps < 100:
        raise DelithError(f"repeat {repeat} must be at least 1, and sweeps ({sweeps}) 100.")
    hosts: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        host = record.host
        plain = record.comparable and record.state == State()
        if plain and record.mobile and not (host.excess or host.other):
            hosts[record.potential, host.label].append(record)
    models: dict[tuple[str, str], LatticeModel] = {}
    isotherms, layers = [], []
    failures: list[DelithError] = []
    for (potential, label), members in hosts.items():
        reference = potential, members[0].host.reference
        if not members[0].host.count or reference not in hosts:
            continue
        try:
            if reference not in models:
                models[reference] = _checked(fit(hosts[reference], cutoffs), min(temperatures))
            bulk = models[reference]
            model = _checked(fit(members, cutoffs, bulk), min(temperatures))
        except DelithError as error:
            failures.append(error)
            continue
        models[potential, label] = model
        pair = Equilibrium(model, bulk, boundary_count(members[0]), repeat)
        values = pair.window(max(temperatures)) if mu is None else np.atleast_1d(mu).astype(float)
        for temperature in temperatures:
            isotherm, profile = pair.tables(values, float(temperature), sweeps, seed)
            isotherms.append(isotherm)
            layers.append(profile)
    if failures and not isotherms:
        raise failures[0]
    for failure in failures:
        warnings.warn(f"no lattice model: {failure}", DelithWarning, stacklevel=2)
    return Occupation(
        fits=pd.DataFrame([_row(model) for model in models.values()], columns=list(FITS)),
        isotherms=_joined(isotherms, ISOTHERMS),
        layers=_joined(layers, LAYERS),
    )


def _checked(model: LatticeModel, temperature: float) -> LatticeModel:
    """The model, with a warning where it does not resolve the thermal energy."""
    if model.error > kB * temperature:
        warnings.warn(
            f"the lattice model of {model.host.label} errs by {model.error * 1e3:.0f} meV per "
            f"site, more than kT at {temperature:g} K ({kB * temperature * 1e3:.0f} meV): give "
            "more orderings, or trust the trends at most.",
            DelithWarning,
            stacklevel=3,
        )
    return model


def _row(model: LatticeModel) -> dict[str, object]:
    values = (
        model.host.label,
        model.potential,
        model.sites,
        model.data,
        model.moved,
        len(model.interactions),
        model.strength,
        model.error * 1e3,
        model.residual * 1e3,
    )
    return dict(zip(FITS, values, strict=True))


def _joined(tables: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(columns))
