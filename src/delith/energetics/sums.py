"""From the sum over the two boundaries of a cell to one of them."""

from __future__ import annotations

import pandas as pd

from delith.energetics.states import states


def gamma_of_one(table: pd.DataFrame, *at: str) -> pd.Series:
    """Boundary energy of one boundary, J/m².

    Parameters
    ----------
    table : pandas.DataFrame
        With boundary, potential, state, gamma_J_per_m2 and boundaries_equivalent.
    *at : str
        Columns that say under which conditions: Li content, or chemical potential.

    Returns
    -------
    pandas.Series
        γ where both boundaries of the cell are equivalent. Where only one of them was decorated,
        the sum less γ of the plain boundary under the same conditions: that of the decorated one.
        NaN where the boundaries differ by nature, so that only their sum is defined. It takes the
        other boundary for unchanged: in thin cells, and where a whole layer is decorated, so that
        the boundary itself moves, it is not.
    """
    keys = ["boundary", "potential", *at]
    gamma = table["gamma_J_per_m2"].astype(float)
    plain = table[states(table).eq("") & table["boundaries_equivalent"]]
    known = plain.set_index(keys)["gamma_J_per_m2"].astype(float)
    known = known[~known.index.duplicated()]  # asked for twice, as where two ranges meet
    other = known.reindex(pd.MultiIndex.from_frame(table[keys])).to_numpy()
    return gamma.where(table["boundaries_equivalent"].astype(bool), gamma - other)
