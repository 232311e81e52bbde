"""What an image shows, in numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table

from delith.engines.progress import console
from delith.imaging import Image


def show_image(image: Image, columns: pd.DataFrame) -> None:
    """Print the mean intensities of the columns of each site, with the range over columns."""
    across, up = image.size
    counted = f", {image.dose:g} electrons per Å²" if np.isfinite(image.dose) else ", no noise"
    console.print(f"{across:.1f} × {up:.1f} Å, {image.about['thickness_A']:.1f} Å thick{counted}")
    shown = Table(box=SIMPLE_HEAD, title="% of the electrons", title_justify="left")
    shown.add_column("site")
    for name in ("columns", "HAADF", "ABF"):
        shown.add_column(name, justify="right")
    for site, rows in columns.groupby("site"):
        ranges = [
            f"{100 * rows[name].mean():.3g} ({100 * rows[name].min():.3g} to "
            f"{100 * rows[name].max():.3g})"
            for name in ("haadf", "abf")
        ]
        shown.add_row(str(site), str(len(rows)), *ranges)
    console.print(shown)
