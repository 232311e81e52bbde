"""Oxidation states read from magnetic moments."""

from __future__ import annotations

import numpy as np

from delith.crystals.lattice import Floats
from delith.crystals.valence import LADDER, valence
from delith.records import Record

#: Moments (μB, lowest and highest) of each oxidation state. What falls between is not read:
#: there the electron is shared, or the spin state is another one.
MOMENTS = {
    "Co": {4: (0.55, 1.5), 3: (0.0, 0.4), 2: (2.2, 3.0)},
    "Ni": {4: (0.0, 0.5), 3: (0.7, 1.4), 2: (1.5, 2.1)},
    "Mn": {4: (2.5, 3.4), 3: (3.6, 4.2), 2: (4.3, 5.0)},
}


def oxidation_states(record: Record) -> Floats:
    """Oxidation state of every atom of a record.

    Cobalt, nickel and manganese are read from their moments, signs disregarded, by `MOMENTS`. All
    other ions have their nominal valence, except those that change it as well (iron, for one).

    Parameters
    ----------
    record : Record

    Returns
    -------
    ndarray, shape (n,)
        Whole numbers; NaN where the moment lies between two states, where there are no moments
        and where no thresholds are known. Oxygen is always −2: holes on it show in `net_charge`.

    Notes
    -----
    Spin-only moments of octahedral ions, in μB: low-spin Co4+ 1 and Co3+ 0, high-spin Co2+ 3; Ni4+
    0, low-spin Ni3+ 1, Ni2+ 2; Mn4+ 3, high-spin Mn3+ 4 and Mn2+ 5. Covalency takes some of it
    where there is much and gives some where there is little, as Reed and Ceder (Chem. Rev. 104,
    4513, 2004) and Deng et al. (Nat. Mach. Intell. 5, 1031, 2023) read it from DFT and from
    CHGNet. Bulk gives, with CHGNet-r2SCAN and CHGNet: Co3+ (LiCoO2) 0.02 and 0.06, Co4+ (CoO2, as
    measured) 0.7 and 1.1, Co2+ (CoO) 2.7 and 2.7; Ni4+ (Ni0.5Mn1.5O4) 0.04 and 0.27, Ni3+ (LiNiO2)
    0.9 and 1.3, Ni2+ (LiNi0.5Mn1.5O4) 1.6 and 1.7; Mn4+ (the same) 2.8 and 3.2, Mn3+ (LiMn2O4) 3.9
    and 4.0, Mn2+ (MnO) 4.5 and 4.7. In Li0.5CoO2 the moments lie on the way from one state to the
    other, and what is read of them must be held against `net_charge`. Unrelaxed cells that lost
    lithium say little: Ni4+ keeps 1.7 μB there until its shell has shrunk.
    """
    symbols = record.atoms.get_chemical_symbols()
    unread = {element for element, _ in LADDER}
    nominal = {e: np.nan if e in unread else valence(e, symbols) for e in set(symbols)}
    states = np.array([nominal[symbol] for symbol in symbols], dtype=float)
    if record.magmoms is not None:
        moments = np.abs(record.magmoms)
        for element, windows in MOMENTS.items():
            for state, (low, high) in windows.items():
                inside = (moments >= low) & (moments <= high)
                states[inside & (record.atoms.symbols == element)] = state
    return states


def net_charge(record: Record) -> float:
    """Sum of the oxidation states that were read, e per framework formula unit.

    A check of `oxidation_states`, which no neutrality is forced on: zero where the moments account
    for every electron. NaN where one of them could not be read.
    """
    return float(oxidation_states(record).sum() / record.host.formula_units)
