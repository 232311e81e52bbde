"""Who sits on which site: one lattice engine, and its users.

The engine colours the sites of a host with labels: permutations of the sites by symmetry, exact
counts, unique enumeration, electrostatic energies, annealing. `lithium` uses it for lithium and
vacancies.
"""

from delith.decorations.counting import count_unique
from delith.decorations.enumeration import Colorings, canonical, unique_colorings
from delith.decorations.host import Host
from delith.decorations.lithium import lithium
from delith.decorations.symmetry import site_permutations

__all__ = [
    "Colorings",
    "Host",
    "canonical",
    "count_unique",
    "lithium",
    "site_permutations",
    "unique_colorings",
]
