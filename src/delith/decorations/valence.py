"""Nominal charges of a partly emptied host, from the elements alone."""

from collections.abc import Iterable

import numpy as np
from ase import Atoms
from numpy.typing import NDArray
from pymatgen.core import Element

from delith.errors import DelithError


def nominal_charges(atoms: Atoms, mobile: str, number: int) -> NDArray[np.float64]:
    """Return the nominal charge (e) of every site when `number` mobile atoms are left.

    Mobile sites have the charge they have when filled. The transition metals of groups 4 to 11,
    taken to be the redox-active ones, share one charge that makes the cell neutral: what the
    mobile atoms leave behind is spread evenly, so the electrostatic energy ranks arrangements of
    ions and not of electrons.

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
    symbols = np.array(atoms.get_chemical_symbols())
    elements = sorted(set(symbols.tolist()))
    charges = np.zeros(len(atoms))
    active = np.zeros(len(atoms), dtype=bool)
    for element in elements:
        here = symbols == element
        if element != mobile and _is_redox_active(element):
            active |= here
        else:
            charges[here] = valence(element, elements)
    if not active.any():
        raise DelithError(
            f"{atoms.get_chemical_formula()} has no redox-active transition metal to balance "
            f"the {mobile} that leaves: electrostatic energies need one"
        )
    filled = symbols == mobile
    total = charges[~filled].sum() + number * valence(mobile, elements)
    charges[active] = -total / np.count_nonzero(active)
    return charges


def valence(element: str, elements: Iterable[str]) -> int:
    """Return the nominal valence of an element in a compound of `elements`.

    The lowest common oxidation state for halogens and for the most electronegative element, the
    highest for all others (pymatgen's tables): O -2, F -1, S -2 in sulfides, P +5 and S +6
    beside oxygen, Al +3. A guess by charge balance would need the valence of the redox-active
    metals, which is what changes, and takes minutes for the formula of a doped cell.
    """
    states = Element(element).common_oxidation_states
    if not states:
        raise DelithError(f"{element} has no common oxidation state: leave it out of the host")
    anion = Element(element).is_halogen or element == max(elements, key=lambda e: Element(e).X)
    return int(min(states) if anion else max(states))


def _is_redox_active(element: str) -> bool:
    """Tell whether a metal changes valence; transition metals of groups 3 and 12 do not."""
    return bool(Element(element).is_transition_metal and 4 <= Element(element).group <= 11)
