"""Simulated annealing of labels on sites at fixed composition, several restarts at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from delith.decorations.enumeration import Labels
from delith.decorations.ewald import Electrostatics

RESTARTS = 16
SWEEPS = 120
# From a temperature at which typical exchanges are free to one at which only near ties are.
COOLING = 1e-3


def random_labels(counts: Sequence[int], number: int, rng: np.random.Generator) -> Labels:
    """Return `number` random rows with the given label counts, shape (number, n_sites)."""
    row = np.repeat(np.arange(len(counts), dtype=np.uint8), counts)
    return rng.permuted(np.tile(row, (number, 1)), axis=1)


def anneal(
    energy: Electrostatics,
    charges: NDArray[np.float64],
    counts: Sequence[int],
    rng: np.random.Generator,
) -> Labels:
    """Return arrangements of low energy found by exchanging unlike labels (Metropolis moves).

    Parameters
    ----------
    energy
        Energy of charges on the sites.
    charges
        Charge (e) of each label.
    counts
        How many sites carry each label; at least two labels occur.
    rng
        Source of randomness: the same state gives the same result.

    Returns
    -------
    The distinct rows met at the end of a sweep in the colder half of the run, shape (n, n_sites).
    """
    labels = random_labels(counts, RESTARTS, rng)
    row = np.arange(RESTARTS)
    n_sites = labels.shape[1]
    one, other = _unlike_sites(labels, rng)
    first, _ = energy.exchange(energy.potentials(charges[labels]), charges[labels], one, other)
    hottest = np.abs(first).mean()
    seen = []
    # The last sweep only goes downhill.
    schedule = np.append(hottest * np.geomspace(1, COOLING, SWEEPS), 0.0)
    for sweep, temperature in enumerate(schedule):
        # Afresh each sweep, so that rounding does not build up.
        potentials = energy.potentials(charges[labels])
        for _ in range(n_sites):
            one, other = _unlike_sites(labels, rng)
            change, shift = energy.exchange(potentials, charges[labels], one, other)
            taken = change <= temperature * rng.standard_exponential(RESTARTS)
            mine, here, there = row[taken], one[taken], other[taken]
            labels[mine, here], labels[mine, there] = labels[mine, there], labels[mine, here]
            potentials[taken] += shift[taken]
        if sweep >= SWEEPS // 2:
            seen.append(labels.copy())
    return np.unique(np.concatenate(seen), axis=0)


def _unlike_sites(
    labels: Labels, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return a random site for each row, and a random one among those with another label.

    Going back is as likely as going: label counts do not change, so neither do the chances.
    """
    row = np.arange(len(labels))
    one = rng.integers(labels.shape[1], size=len(labels))
    chance = rng.random(labels.shape)
    chance[labels == labels[row, one][:, None]] = -1.0
    return one, chance.argmax(axis=1)
