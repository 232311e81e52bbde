"""Every symmetry-distinct way to put labels on sites, each once.

A *coloring* is a row of labels 0, 1, …, one a site. Of all colorings that symmetry turns into one
another, the *canonical* one is the lexicographically largest row.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from delith.decorations.counting import multinomial
from delith.decorations.symmetry import Permutations

Labels = NDArray[np.uint8]

# A float64 holds integers up to 2**53 exactly, and matrix products of them are fast.
EXACT_BITS = 53
# Operations tried at once in the enumeration: most rows fall at the first few.
OPERATIONS = 64
# Elements of the largest temporary array (8 bytes each).
BLOCK = 2**22


class Colorings(NamedTuple):
    """Symmetry-distinct colorings and how many colorings each stands for."""

    labels: Labels
    """Canonical rows in ascending lexicographic order, shape (n_unique, n_sites)."""
    degeneracies: NDArray[np.int64]
    """Orbit sizes, shape (n_unique,)."""


def unique_colorings(permutations: Permutations, counts: Sequence[int]) -> Colorings:
    """Return one coloring of each orbit, with the size of the orbit.

    Sites are labelled one at a time, always after the last one labelled, and a partial coloring is
    dropped as soon as it is not canonical. Nothing is lost: if a coloring is canonical, so is
    what it was before its last site was labelled, because an operation that makes the earlier
    row larger does so at or before that site, and labelling one more site only adds to the image
    (orderly generation; Read, Ann. Discrete Math. 2, 107, 1978).

    Parameters
    ----------
    permutations
        The group, shape (n_operations, n_sites), the identity first, each operation once.
    counts
        How many sites carry label 0, 1, … (at most 255 labels); they sum to n_sites.

    Returns
    -------
    The colorings and their orbit sizes, which sum to the multinomial coefficient of `counts`.

    Raises
    ------
    ValueError
        When the counts do not fit the sites.
    """
    order, n_sites = permutations.shape
    if min(counts) < 0 or sum(counts) != n_sites:
        raise ValueError(f"counts {tuple(counts)} do not add up to {n_sites} sites")
    # The commonest label is what sites have before they are labelled: fewest steps.
    by_number = np.argsort(np.negative(counts), kind="stable").astype(np.uint8)
    wanted = np.array(counts)[by_number]
    rows = np.zeros((1, n_sites), dtype=np.uint8)
    stabilisers = np.full(1, order)
    for placed in range(n_sites - wanted[0]):
        to_follow = n_sites - wanted[0] - placed - 1
        kept = [
            _canonical_only(permutations, children)
            for parents in _blocks(rows, n_sites**2 * len(counts))
            for children in [_one_more(parents, wanted, to_follow)]
        ]
        rows = np.concatenate([labels for labels, _ in kept])
        stabilisers = np.concatenate([fixed for _, fixed in kept])
    labels = canonical(permutations, by_number[rows])
    ascending = np.lexsort(labels.T[::-1])
    found = Colorings(labels[ascending], (order // stabilisers[ascending]).astype(np.int64))
    if found.degeneracies.sum(dtype=object) != multinomial(counts):
        raise ValueError("the permutations are not a group: one is missing or given twice")
    return found


def canonical(permutations: Permutations, labels: Labels) -> Labels:
    """Return the canonical form of each row of `labels`, shape (n, n_sites).

    Two rows are equivalent under `permutations` exactly when their canonical forms are equal.
    """
    forms = [
        np.take_along_axis(rows, permutations[_largest(permutations, rows).argmax(axis=1)], axis=1)
        for rows in _blocks(labels, len(permutations))
    ]
    return np.concatenate(forms) if forms else labels.copy()


def _one_more(rows: Labels, wanted: NDArray[np.int64], to_follow: int) -> Labels:
    """Return every row with one more site labelled, after the last and leaving enough sites."""
    n_sites = rows.shape[1]
    site = np.arange(n_sites)
    last = np.where(rows.any(axis=1), n_sites - 1 - (rows[:, ::-1] != 0).argmax(axis=1), -1)
    room = (site > last[:, None]) & (site < n_sites - to_follow)
    children = []
    for label in range(1, len(wanted)):
        wants = np.count_nonzero(rows == label, axis=1) < wanted[label]
        parent, here = np.nonzero(room & wants[:, None])
        labelled = rows[parent]
        labelled[np.arange(len(here)), here] = label
        children.append(labelled)
    return np.concatenate(children)


def _canonical_only(permutations: Permutations, rows: Labels) -> tuple[Labels, NDArray[np.intp]]:
    """Return those rows that are canonical, and how many operations leave each unchanged."""
    fixed = np.ones(len(rows), dtype=np.intp)
    for start in range(1, len(permutations), OPERATIONS):
        some = np.concatenate([permutations[:1], permutations[start : start + OPERATIONS]])
        winners = [_largest(some, block) for block in _blocks(rows, len(some))]
        winner = np.concatenate(winners) if winners else np.empty((0, len(some)), dtype=bool)
        stays = winner[:, 0]
        rows, fixed = rows[stays], fixed[stays] + winner[stays, 1:].sum(axis=1)
    return rows, fixed


def _largest(permutations: Permutations, rows: Labels) -> NDArray[np.bool_]:
    """Mark the operations that turn each row into its largest image, shape (n, n_operations).

    A row read as a number in base n_labels compares as the row does, and the number of its image
    is the product of its labels with the permuted place values. Rows too long for one exact
    float are read as several numbers, the leading one first.
    """
    n_sites = permutations.shape[1]
    base = max(int(rows.max(initial=0)) + 1, 2)
    digits = int(EXACT_BITS / np.log2(base))
    values = rows.astype(float)
    goes_to = np.argsort(permutations, axis=1).T  # (n_sites, n_operations)
    largest = np.ones((len(rows), len(permutations)), dtype=bool)
    for first in range(0, n_sites, digits):
        place = np.zeros(n_sites)
        width = min(digits, n_sites - first)
        place[first : first + width] = float(base) ** np.arange(width)[::-1]
        number = np.where(largest, values @ place[goes_to], -1.0)
        largest &= number == number.max(axis=1, keepdims=True)
    return largest


def _blocks(rows: Labels, width: int) -> Iterator[Labels]:
    """Split rows so that an array of `width` elements a row stays below the largest temporary."""
    size = max(BLOCK // width, 1)
    return (rows[start : start + size] for start in range(0, len(rows), size))
