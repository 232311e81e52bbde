"""A special quasi-random arrangement: elements mixed on their sites with the least order."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np
from ase import Atoms
from ase.data import chemical_symbols
from numpy.typing import NDArray

from delith.decorations.counting import multinomial
from delith.errors import DelithError

# Distances (Å) further apart than this belong to different shells of neighbours.
SHELL_GAP = 0.2


def quasirandom(
    atoms: Atoms,
    elements: Sequence[str],
    *,
    cutoff: float = 6.0,
    iterations: int = 100_000,
    seed: int = 0,
) -> Atoms:
    """Return the crystal with some elements mixed as nearly at random as their pairs allow.

    The sites that the elements occupy are filled anew, at the same composition, so that the
    Warren-Cowley parameters of all unlike pairs within `cutoff` are closest to zero: a special
    quasi-random structure (Zunger et al., Phys. Rev. Lett. 65, 353, 1990), searched with
    sqsgenerator (Gehringer et al., Comput. Phys. Commun. 286, 108664, 2023). Shells of
    neighbours weigh 1, 1/2, 1/3, … from the nearest outwards. Each pair of sites counts once, at
    its shortest distance, so a cell narrower than `cutoff` is judged by fewer pairs.

    Parameters
    ----------
    atoms
        Any periodic cell or supercell, unrelaxed, so that shells of neighbours are apart.
    elements
        Two or more elements of `atoms` whose sites are mixed, such as ``("Ni", "Mn")``.
    cutoff
        Longest distance of a pair that counts, Å.
    iterations
        Random arrangements tried; where there are no more than that, each is tried once.
    seed
        Of the arrangements tried, and of the choice among equally good ones: the same seed gives
        the same arrangement.

    Returns
    -------
    A copy of `atoms` with only the chemical symbols of the mixed sites changed, and the array
    ``sublattice``, where there is one, naming the element on each mixed site.

    Raises
    ------
    DelithError
        When `elements` are not at least two that occur, no two of their sites are within `cutoff`,
        `iterations` is below one, or sqsgenerator is not installed.
    """
    sqsgenerator = _sqsgenerator()
    missing = [e for e in elements if e not in atoms.symbols]
    if missing or len(set(elements)) < 2 or isinstance(elements, str):
        raise DelithError(
            f"elements {elements!r} cannot be mixed in {atoms.get_chemical_formula()}: name at "
            f"least two of {', '.join(dict.fromkeys(atoms.symbols))}"
        )
    if iterations < 1:
        raise DelithError(f"iterations is {iterations}: try at least one arrangement")
    mixed = np.flatnonzero(np.isin(atoms.symbols, elements))
    config = _config(atoms[mixed], cutoff)
    if multinomial(list(config["composition"].values())) <= iterations:
        config |= {"iteration_mode": "systematic"}
    else:
        config |= {"iterations": iterations, "seed": [seed]}
    _, best = sqsgenerator.optimize(config)[0]
    # equally good ones come in no fixed order
    rows = np.unique([result.structure().species for result in best], axis=0)
    made = atoms.copy()
    made.numbers[mixed] = np.random.default_rng(seed).choice(rows)
    if "sublattice" in made.arrays:
        made.arrays["sublattice"][mixed] = np.array(made.symbols)[mixed]
    return made


def _config(sites: Atoms, cutoff: float) -> dict[str, Any]:
    """Describe the search to sqsgenerator: the mixed sites alone, their shells, what random is."""
    # it looks for the shortest distance among the nearest images of the cell only
    sites.set_cell(sites.cell.minkowski_reduce()[0])
    pairs = sites.get_all_distances(mic=True)[~np.eye(len(sites), dtype=bool)]
    radii = _shells(pairs[pairs <= cutoff])
    if len(radii) < 2:
        raise DelithError(
            f"no two of the {len(sites)} sites to mix are within {cutoff:g} Å of each other: "
            "make the cell or the cutoff larger"
        )
    numbers, counts = np.unique(sites.numbers, return_counts=True)
    shares = counts / counts.sum()
    random = np.histogram(pairs, radii)[0][:, None, None] * np.outer(shares, shares)
    return {
        "structure": {
            "lattice": sites.cell.tolist(),
            "coords": sites.get_scaled_positions().tolist(),
            "species": sites.numbers.tolist(),
        },
        "composition": {
            chemical_symbols[number]: int(count)
            for number, count in zip(numbers, counts, strict=True)
        },
        "shell_radii": radii.tolist(),
        # its own are rounded to whole neighbours, wrong where sites are not all equivalent
        "prefactors": 1 / random,
        # of each shell and pair of elements: its ``shell_weights`` leave the search as it is
        "pair_weights": np.multiply.outer(1 / np.arange(1, len(radii)), 1 - np.eye(len(numbers))),
        "prec": "double",
        "thread_config": 1,  # the order of several would change what is found
    }


def _shells(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the radii (Å) between shells of neighbours, zero first, the last beyond all."""
    ordered = np.append(np.sort(distances), np.inf)
    last = ordered[:-1][np.diff(ordered) > SHELL_GAP]
    return np.append(0.0, last + SHELL_GAP / 2)


def _sqsgenerator() -> ModuleType:
    try:
        import sqsgenerator
    except ImportError:
        raise DelithError(
            "quasi-random arrangements need sqsgenerator: pip install 'delith[disorder]'"
        ) from None
    return sqsgenerator
