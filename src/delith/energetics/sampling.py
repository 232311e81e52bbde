"""Lattice gas averages at a chemical potential, by semi-grand-canonical Monte Carlo."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any

import numpy as np
from ase import Atoms
from ase.units import kB
from scipy.interpolate import CubicHermiteSpline

from delith.crystals.lattice import Floats
from delith.energetics.clusters import VACANCY, LatticeModel, emptied
from delith.energetics.partition import Averages
from delith.errors import DelithWarning

#: Blocks whose means tell the statistical error.
BLOCKS = 20

#: kT beyond its bounds at which a cell counts as empty or full: one ion in 3000 sites is missed.
MARGIN = 8


def sampled(
    model: LatticeModel,
    repeat: tuple[int, int],
    mu: Floats,
    temperature: float,
    sweeps: int,
    seed: int,
) -> Averages:
    """Average by Monte Carlo with icet (Ångqvist et al., Adv. Theory Simul. 2, 1900015, 2019).

    The walk goes from the empty to the full cell, each chemical potential from where the last
    one ended; Ω follows by integrating dΩ/dμ = −⟨N⟩ from the empty end, where it is known. The
    full end, where it is known too, tells whether the walk lost its way.

    Parameters
    ----------
    model : LatticeModel
    repeat : tuple of int
        In-plane repeats of its cell.
    mu : ndarray, shape (m,)
        eV.
    temperature : float
        K.
    sweeps : int
        Trials of every site at each chemical potential, after a quarter as many to get there.
    seed : int
        Of the walk.

    Returns
    -------
    Averages
        Statistical errors from the means of `BLOCKS` blocks.

    Warns
    -----
    DelithWarning
        Where the integral misses the full end by more than its statistical error explains: the
        walk was caught in one of two phases.
    """
    thermal = kB * temperature
    low, high = model.bounds
    low, high = min(low, mu.min()) - MARGIN * thermal, max(high, mu.max()) + MARGIN * thermal
    path = np.union1d(np.linspace(low, high, int((high - low) / thermal) + 2), mu)
    full = model.lattice.repeat((*repeat, 1))
    sites = np.flatnonzero(full.symbols == model.mobile)
    atoms = emptied(full, ~(full.symbols == model.mobile))
    empty = model.energy(atoms)
    calculator = _calculator(model, full)
    filled = np.empty((len(path), sweeps, len(sites)), dtype=bool)
    for k, value in enumerate(path):
        ensemble = _ensemble(model, calculator, atoms, value, temperature, seed + k)
        ensemble.run(len(sites) * max(sweeps // 4, 1))
        for sweep in range(sweeps):
            ensemble.run(len(sites))
            filled[k, sweep] = ensemble.configuration.occupations[sites] != 0
        atoms = ensemble.structure
    number = filled.sum(axis=2)
    ions, ions_error = number.mean(axis=1), _error(number)
    omega = empty - _integral(path, ions, number.var(axis=1) / thermal)
    omega_error = np.sqrt(np.cumsum((np.gradient(path) * ions_error) ** 2))
    end = model.energy(full) - len(sites) * path[-1]
    if abs(omega[-1] - end) > 5 * omega_error[-1] + 1e-3 * len(sites):
        warnings.warn(
            f"Monte Carlo of {model.host.label} at {temperature:g} K misses the grand potential "
            f"of the full cell by {omega[-1] - end:+.3f} eV: use more sweeps, or a cell of at "
            "most as many sites as are summed exactly.",
            DelithWarning,
            stacklevel=3,
        )
    asked = np.searchsorted(path, mu)
    return Averages(
        grand_potential=omega[asked],
        grand_potential_error=omega_error[asked],
        ions=ions[asked],
        ions_error=ions_error[asked],
        occupation=filled[asked].mean(axis=1),
        occupation_error=_error(filled[asked]),
    )


def _calculator(model: LatticeModel, full: Atoms) -> Any:
    from mchammer.calculators import ClusterExpansionCalculator

    log = logging.getLogger("icet")
    # it warns of cells where a site is its own neighbour, whose energies it nevertheless gets right
    log.disabled = True
    try:
        return ClusterExpansionCalculator(full, model.expansion)
    finally:
        log.disabled = False


def _ensemble(
    model: LatticeModel,
    calculator: Any,
    atoms: Atoms,
    mu: float,
    temperature: float,
    seed: int,
) -> Any:
    from mchammer.ensembles import SemiGrandCanonicalEnsemble

    return SemiGrandCanonicalEnsemble(
        atoms,
        calculator,
        temperature,
        {model.mobile: mu, VACANCY: 0.0},
        random_seed=seed,
        # nothing is written down: what is needed is read between the sweeps
        ensemble_data_write_interval=sys.maxsize,
        trajectory_write_interval=sys.maxsize,
    )


def _integral(x: Floats, y: Floats, slope: Floats) -> Floats:
    """∫ y dx from the first x to each; the slopes follow from the fluctuations."""
    antiderivative = CubicHermiteSpline(x, y, slope).antiderivative()
    return np.asarray(antiderivative(x) - antiderivative(x[0]))


def _error(series: Floats) -> Floats:
    """Standard error of the mean over axis 1 by block averages, correlated as the series may be."""
    blocks = [block.mean(axis=1) for block in np.array_split(series, BLOCKS, axis=1)]
    return np.asarray(np.std(blocks, axis=0, ddof=1) / np.sqrt(BLOCKS))
