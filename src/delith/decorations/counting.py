"""How many symmetry-distinct ways there are to put labels on sites, without listing them."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from math import factorial

import numpy as np

from delith.decorations.symmetry import Permutations


def count_unique(permutations: Permutations, counts: Sequence[int]) -> int:
    """Return the exact number of symmetry-distinct colorings.

    A permutation leaves a coloring unchanged when each of its cycles has one label throughout;
    the mean number of colorings left unchanged, over the group, is the number of orbits
    (Burnside's lemma; Pólya, Acta Math. 68, 145, 1937).

    Parameters
    ----------
    permutations
        The group, shape (n_operations, n_sites), each operation once.
    counts
        How many sites carry label 0, 1, …; they sum to n_sites.

    Raises
    ------
    ValueError
        When the counts do not fit the sites, or the permutations are not a group.
    """
    order, n_sites = permutations.shape
    if min(counts) < 0 or sum(counts) != n_sites:
        raise ValueError(f"counts {tuple(counts)} do not add up to {n_sites} sites")
    types = Counter(_cycle_types(permutations))
    fixed = sum(times * _unchanged(kind, tuple(counts)) for kind, times in types.items())
    if fixed % order:
        raise ValueError("the permutations are not a group: one is missing or given twice")
    return fixed // order


def multinomial(counts: Sequence[int]) -> int:
    """Return the number of colorings with these label counts, symmetry disregarded."""
    number = factorial(sum(counts))
    for count in counts:
        number //= factorial(count)
    return number


def _cycle_types(permutations: Permutations) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield, for each permutation, its (cycle length, number of such cycles), longest first."""
    start = np.arange(permutations.shape[1])
    length = np.zeros_like(permutations)
    power = permutations
    for step in itertools.count(1):
        length[(length == 0) & (power == start)] = step
        if length.all():
            break
        power = np.take_along_axis(permutations, power, axis=1)
    for row in length:
        sizes, sites = np.unique(row, return_counts=True)
        yield tuple((int(n), int(m // n)) for n, m in zip(sizes[::-1], sites[::-1], strict=True))


def _unchanged(cycles: tuple[tuple[int, int], ...], counts: tuple[int, ...]) -> int:
    """Return how many colorings give every cycle one label: a coefficient of the cycle index."""
    ways = Counter({counts: 1})  # by what is left of each label
    for length, number in cycles:
        after: Counter[tuple[int, ...]] = Counter()
        for left, before in ways.items():
            for shares in _shares(number, tuple(n // length for n in left)):
                rest = tuple(n - length * share for n, share in zip(left, shares, strict=True))
                after[rest] += before * multinomial(shares)
        ways = after
    return ways[(0,) * len(counts)]


def _shares(number: int, most: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield every way to deal `number` cycles to the labels, none getting more than its most."""
    if len(most) == 1:
        if number <= most[0]:
            yield (number,)
        return
    for share in range(min(number, most[0]) + 1):
        for others in _shares(number - share, most[1:]):
            yield (share, *others)
