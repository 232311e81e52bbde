"""Numbers as tables show them."""

from __future__ import annotations

from typing import Any

import pandas as pd


def rounded(value: Any, digits: int, unit: str = "") -> str:
    """Return a number with so many digits behind the point; a dash where there is none."""
    return "–" if pd.isna(value) else f"{value:.{digits}f}{unit}"
