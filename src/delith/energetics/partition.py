"""Lattice gas averages at a chemical potential, exactly: the sum over all fillings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from ase.units import kB
from scipy.special import logsumexp

from delith.crystals.lattice import Floats
from delith.energetics.clusters import LatticeModel, emptied

#: Most sites whose 2^n fillings are summed: seconds, and a hundred megabytes or so.
MOST_SITES = 20


@dataclass(frozen=True, eq=False)
class Averages:
    """A cell in equilibrium with a reservoir, at m chemical potentials.

    Attributes
    ----------
    grand_potential, grand_potential_error : ndarray, shape (m,)
        eV.
    ions, ions_error : ndarray, shape (m,)
        Mean number of mobile ions.
    occupation, occupation_error : ndarray, shape (m, n)
        Of each site. All errors are statistical, one standard deviation; zero if exact.
    """

    grand_potential: Floats
    grand_potential_error: Floats
    ions: Floats
    ions_error: Floats
    occupation: Floats
    occupation_error: Floats


def energies(model: LatticeModel, repeat: tuple[int, int]) -> Floats:
    """Energy (eV) of every filling of a lattice, its cell repeated in the plane.

    Returns
    -------
    ndarray, shape (2^n,)
        Site i is filled where bit i of the index is set.
    """
    full = model.lattice.repeat((*repeat, 1))
    sites = np.flatnonzero(full.symbols == model.mobile)
    # energies that only so many ions together have: there are none of more than the largest cluster
    joint = np.zeros(2 ** len(sites))
    largest = min(len(model.space.cutoffs) + 1, len(sites))
    for order in range(largest + 1):
        for filled in combinations(range(len(sites)), order):
            there = np.isin(np.arange(len(full)), np.delete(sites, filled), invert=True)
            fewer = [_index(part) for k in range(order) for part in combinations(filled, k)]
            joint[_index(filled)] = model.energy(emptied(full, there)) - joint[fewer].sum()
    # the energy of a filling is the sum over all its parts, one site after the other
    for i in range(len(sites)):
        halves = joint.reshape(-1, 2, 2**i)
        halves[:, 1] += halves[:, 0]
    return joint


def summed(energy: Floats, mu: Floats, temperature: float) -> Averages:
    """Average over every filling: Ω = −kT ln Σ_N exp(Nμ/kT) Z_N, Z_N the sum over N ions.

    Parameters
    ----------
    energy : ndarray, shape (2^n,)
        eV, as `energies` gives.
    mu : ndarray, shape (m,)
        eV.
    temperature : float
        K.
    """
    thermal, sites = kB * temperature, len(energy).bit_length() - 1
    ions = np.bitwise_count(np.arange(len(energy))).astype(int)
    lowest = np.full(sites + 1, np.inf)
    np.minimum.at(lowest, ions, energy)
    weight = np.exp((lowest[ions] - energy) / thermal)
    canonical = np.bincount(ions, weight)
    filled = np.empty((sites + 1, sites))
    for i in range(sites):
        with_ion = weight.reshape(-1, 2, 2**i)[:, 1].ravel()
        its_ions = ions.reshape(-1, 2, 2**i)[:, 1].ravel()
        filled[:, i] = np.bincount(its_ions, with_ion, sites + 1) / canonical
    number = np.arange(sites + 1)
    log_weight = (np.outer(mu, number) - lowest) / thermal + np.log(canonical)
    log_sum = logsumexp(log_weight, axis=1)
    chance = np.exp(log_weight - log_sum[:, None])
    none = np.zeros(len(mu))
    return Averages(
        grand_potential=-thermal * log_sum,
        grand_potential_error=none,
        ions=chance @ number,
        ions_error=none,
        occupation=chance @ filled,
        occupation_error=np.zeros((len(mu), sites)),
    )


def _index(filled: tuple[int, ...]) -> int:
    return sum(1 << i for i in filled)
