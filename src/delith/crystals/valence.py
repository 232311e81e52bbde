"""Nominal charges of a partly emptied host, from the elements alone."""

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
from ase import Atoms
from ase.formula import Formula
from numpy.typing import NDArray
from pymatgen.core import Element

from delith.errors import DelithError

# What is reduced, by one electron each, as electrons come in: the couple of the highest potential
# first. Down to Mn4/3 the couples of 5 V spinels (Ohzuku, Takeda and Iwanaga, J. Power Sources
# 81-82, 90, 1999) and of layered oxides, in which Co4/3 lies above Ni4/3/2 (Hwang, Tsai, Carlier
# and Ceder, Chem. Mater. 15, 3676, 2003); below it those of olivines (Padhi, Nanjundaswamy and
# Goodenough, J. Electrochem. Soc. 144, 1188, 1997) and of vanadium oxides.
LADDER = (
    ("Co", 4),
    ("Fe", 4),
    ("Cu", 3),
    ("Cr", 4),
    ("Ni", 4),
    ("Ni", 3),
    ("Mn", 4),
    ("Co", 3),
    ("Mn", 3),
    ("Fe", 3),
    ("V", 5),
    ("V", 4),
    ("Cr", 3),
)

# Anions beside which others of these, S in sulfates say, are cations: of several the most
# electronegative.
ANIONS = ("O", "N", "S", "Se", "Te")
# Of carbon where each has a nitrogen, as in Prussian blue; in carbodiimides it is 4+.
CYANIDE = 2.0


def nominal_charges(atoms: Atoms, mobile: str | None, number: int) -> NDArray[np.float64]:
    """Return the nominal charge (e) of every site when `number` mobile atoms are left.

    Mobile sites have the charge they have when filled. All atoms of an element have one charge:
    what the mobile atoms leave behind is spread evenly over the element whose turn it is, so the
    electrostatic energy ranks arrangements of ions and not of electrons. `valences` says which.

    Parameters
    ----------
    atoms
        The host with every mobile site filled.
    mobile
        Element that moves.
    number
        How many mobile sites stay filled.

    Raises
    ------
    DelithError
        When an element has no nominal valence or no transition metal can balance the charge.
    """
    symbols = atoms.get_chemical_symbols()
    by_element = _balanced(Counter(symbols), mobile, number)
    return np.array([by_element[element] for element in symbols])


def valences(atoms: Atoms, mobile: str | None) -> dict[str, float]:
    """Return the mean nominal valence of each element of a neutral structure.

    Transition metals that change their valence are reduced one electron at a time in the order of
    their potentials: in LiNi0.5Mn1.5O4 nickel is 2+ and manganese 4+, and as lithium leaves nickel
    goes to 4+. Where even the ends of that ladder do not make the structure neutral, what is left
    is spread evenly over these metals; in nature oxygen may take it.

    Parameters
    ----------
    atoms
        With the mobile atoms it has, for example one of the results of `lithium`.
    mobile
        Element that moves.

    Raises
    ------
    DelithError
        As `nominal_charges`.
    """
    counts = Counter(atoms.get_chemical_symbols())
    return _balanced(counts, mobile, counts.get(mobile or "", 0))


def valence(element: str, elements: Iterable[str]) -> int:
    """Return the nominal valence of an element in a compound of `elements`.

    The lowest common oxidation state for halogens and for the most electronegative of the other
    anions, the highest for all others (pymatgen's tables): O -2, F -1, S -2 in sulfides, P +5 and
    S +6 beside oxygen, Al +3, Mg +2, Zr +4. A guess by charge balance would need the valence of the
    redox-active metal, which is what changes, and takes minutes for the formula of a doped cell.
    """
    states = Element(element).common_oxidation_states
    if not states:
        raise DelithError(f"{element} has no common oxidation state: leave it out of the host")
    present = set(elements)
    halogens = {e for e in present if Element(e).is_halogen}
    others = present.intersection(ANIONS) or (present if not halogens else set())
    anion = element in halogens or element == max(others, key=lambda e: Element(e).X, default="")
    return int(min(states) if anion else max(states))


def is_anion(atoms: Atoms) -> NDArray[np.bool_]:
    """Tell which atoms are anions: those of negative nominal valence."""
    symbols = atoms.get_chemical_symbols()
    charged = {element for element in set(symbols) if Element(element).common_oxidation_states}
    negative = {element for element in charged if valence(element, symbols) < 0}
    return np.array([symbol in negative for symbol in symbols])


def _balanced(counts: Mapping[str, int], mobile: str | None, number: int) -> dict[str, float]:
    """Return the valence of each element that makes the cell neutral with `number` mobile atoms."""
    elements = sorted(counts)
    active = _redox_active([element for element in elements if element != mobile])
    left = {e: number if e == mobile else n for e, n in counts.items()}
    fixed = {e: float(valence(e, elements)) for e in elements}
    if 0 < counts.get("N", 0) <= counts.get("C", 0):
        fixed["C"] = CYANIDE
    if not active and abs(sum(left[e] * fixed[e] for e in elements)) < 1e-9:
        return fixed
    if not active:
        formula = Formula.from_dict(dict(counts)).format("hill")
        raise DelithError(
            f"{formula} with {number} {mobile} has no redox-active transition metal to balance "
            "its charge: electrostatic energies need one"
            if mobile
            else f"{formula} is not neutral and has no redox-active transition metal to make it "
            "so: electrostatic energies need one"
        )
    top = dict(reversed(LADDER))  # the first step of an element is the last one kept
    state = {e: float(top[e]) if e in active and e in top else fixed[e] for e in elements}
    electrons = sum(left[e] * state[e] for e in elements)
    for element, _ in LADDER:
        if element in active:
            taken = min(max(electrons, 0.0), left[element])
            state[element] -= taken / left[element]
            electrons -= taken
    share = electrons / sum(left[e] for e in active)
    return {e: state[e] - share if e in active else state[e] for e in elements}


def _redox_active(elements: Iterable[str]) -> list[str]:
    """Return the metals that change valence: those of the ladder, or else any that might.

    Beside a metal of the ladder the others keep their highest valence, as Ti4+, Zr4+ and Nb5+ do.
    On their own all transition metals may change but those of groups 3 and 12.
    """
    metals = [e for e in elements if Element(e).is_transition_metal and 4 <= Element(e).group <= 11]
    ladder = {element for element, _ in LADDER}
    return [e for e in metals if e in ladder] or metals
