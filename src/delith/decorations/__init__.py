"""Who sits on which site: one lattice engine, and its users.

The engine colours the sites of a host with labels: permutations of the sites by symmetry, exact
counts, unique enumeration, electrostatic energies, annealing. `lithium` uses it for lithium and
vacancies, `dopants` for foreign elements on a sublattice, `exchange` for transition metals that
left their sites. Each takes what the others return. `quasirandom` mixes elements on their sites;
`hops` lists the single hops there are in what the others return.
"""

from delith.crystals.valence import valences
from delith.decorations.counting import count_unique
from delith.decorations.disorder import quasirandom
from delith.decorations.dopants import dopants
from delith.decorations.enumeration import Colorings, canonical, unique_colorings
from delith.decorations.exchange import exchange
from delith.decorations.hops import Hop, hops
from delith.decorations.host import Change, Decorated, Host
from delith.decorations.lithium import lithium
from delith.decorations.symmetry import site_permutations
from delith.decorations.voids import Interstices, interstices, voids

__all__ = [
    "Change",
    "Colorings",
    "Decorated",
    "Hop",
    "Host",
    "Interstices",
    "canonical",
    "count_unique",
    "dopants",
    "exchange",
    "hops",
    "interstices",
    "lithium",
    "quasirandom",
    "site_permutations",
    "unique_colorings",
    "valences",
    "voids",
]
