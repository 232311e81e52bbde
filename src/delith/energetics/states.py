"""The states of cells in a table, whether it was made here or read from a file."""

from __future__ import annotations

import pandas as pd

#: Behind the name of a boundary whose γ is not of one: the two of the cell differ, or one is
#: decorated.
SUMMED = " (sum of two)"


def states(table: pd.DataFrame) -> pd.Series:
    """State of each row; see `delith.facts.State.label`.

    Parameters
    ----------
    table : pandas.DataFrame
        With state, which is NaN for cells as they are where the table was read from a file.

    Returns
    -------
    pandas.Series
        Empty text for cells as they are.
    """
    return table["state"].astype(object).fillna("")
