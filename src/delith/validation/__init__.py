"""How a potential compares with what is measured of bulk cathodes.

A boundary energy is worth no more than the bulk under it: these anchors say what a potential gets
right before any boundary is built. Deviations are shown, never tuned away. Each family of anchors
is a module with ``anchors(calculator, potential)``.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import pandas as pd

from delith import potentials
from delith.errors import DelithError, DelithWarning
from delith.validation import licoo2, lnmo, oxides, raman, ranking
from delith.validation.anchor import Anchor

__all__ = ["COLUMNS", "FAMILIES", "Anchor", "anchors"]

COLUMNS = (
    "potential",
    "quantity",
    "computed",
    "reference",
    "deviation",
    "demand",
    "met",
    "source",
)

FAMILIES = (licoo2, lnmo, raman, ranking, oxides)


def anchors(names: Sequence[str] | None = None) -> pd.DataFrame:
    """Compute the bulk anchors of every family for potentials.

    Parameters
    ----------
    names : sequence of str, optional
        Potentials; by default every one that is installed and knows more than one chemistry.

    Returns
    -------
    pandas.DataFrame
        potential, quantity, computed, reference, deviation, demand, met, source; of families with
        elements that a potential does not know nothing.
    """
    universal = [entry for entry in potentials.available() if entry.level == "universal"]
    names = names or [entry.name for entry in universal if entry.installed]
    rows = []
    for name in names:
        calculator = potentials.load(name)
        for family in FAMILIES:
            try:
                found = family.anchors(calculator, name)
            except DelithError as error:
                # a potential of one chemistry knows nothing of the others
                text = f"{name} has no anchors of {family.__name__.rpartition('.')[2]}: {error}"
                warnings.warn(text, DelithWarning, stacklevel=2)
                continue
            for anchor in found:
                deviation = anchor.computed - anchor.reference
                rows.append({"potential": name, **vars(anchor), "deviation": deviation})
    return pd.DataFrame(rows, columns=list(COLUMNS))
