"""A few of the symmetry-distinct arrangements: the lowest in energy, and a fair sample."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from delith.decorations.counting import count_unique
from delith.decorations.enumeration import Labels, canonical, unique_colorings
from delith.decorations.ewald import Electrostatics
from delith.decorations.montecarlo import anneal, random_labels
from delith.decorations.symmetry import Permutations

# Up to this many distinct arrangements all are listed; beyond it they are searched.
ENUMERABLE = 20_000
# Decimals of an energy (eV) that count: symmetry makes ties, and rounding must not order them.
DECIMALS = 6


def select(
    permutations: Permutations,
    counts: Sequence[int],
    energy: Electrostatics,
    charges: NDArray[np.float64],
    limit: int,
    rng: np.random.Generator,
) -> Labels:
    """Return at most `limit` symmetry-distinct arrangements of labels, lowest energy first.

    All of them where there are no more than `limit`. Otherwise half (rounded up) are the lowest
    in electrostatic energy, and the others are drawn from the rest as a random arrangement would
    be, each with a chance proportional to its degeneracy. The first half looks for the ground
    state; the second keeps mean and spread from being those of the electrostatic favourites.
    Where there are too many to list, the lowest are those an annealing run finds.

    Parameters
    ----------
    permutations
        The group on the sites, shape (n_operations, n_sites).
    counts
        How many sites carry each label; at least two labels occur.
    energy
        Energy of charges on the sites.
    charges
        Charge (e) of each label.
    limit
        Largest number of arrangements.
    rng
        Source of randomness.

    Returns
    -------
    Canonical rows, shape (n ≤ limit, n_sites), in order of energy, ties in order of the rows.
    """

    def sort(labels: Labels) -> NDArray[np.intp]:
        return np.lexsort((*labels.T[::-1], np.round(energy.energies(charges[labels]), DECIMALS)))

    n_low = (limit + 1) // 2
    # Twice the limit: with that many left out, drawing at random soon finds new ones.
    if count_unique(permutations, counts) <= max(ENUMERABLE, 2 * limit):
        labels, degeneracies = unique_colorings(permutations, counts)
        order = sort(labels)
        if len(order) > limit:
            low, rest = order[:n_low], order[n_low:]
            chance = degeneracies[rest] / degeneracies[rest].sum()
            order = np.append(low, rng.choice(rest, limit - n_low, replace=False, p=chance))
        chosen = labels[order]
    else:
        found = np.unique(canonical(permutations, anneal(energy, charges, counts, rng)), axis=0)
        chosen = found[sort(found)[:n_low]]
        while len(chosen) < limit:
            some = canonical(permutations, random_labels(counts, limit - len(chosen), rng))
            chosen = np.unique(np.concatenate([chosen, some]), axis=0)
    return chosen[sort(chosen)]
