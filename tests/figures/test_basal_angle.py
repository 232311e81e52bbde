"""Angles between basal planes: markers for the lowest ordering, bars for all."""

import pandas as pd

from delith import figures

ROWS = [(1.0, 110.5, 110.5, 110.5), (0.5, 112.4, 111.8, 112.9), (0.0, 110.6, 110.6, 110.6)]


def test_markers_bars_and_units(tmp_path):
    names = ["lithium_content", "basal_angle_deg", "smallest_deg", "largest_deg"]
    table = pd.DataFrame(ROWS, columns=names).assign(
        boundary="twin (104)", potential="chgnet", state=""
    )
    table.to_csv(tmp_path / "basal_angle.csv", index=False)
    for given in (table, pd.read_csv(tmp_path / "basal_angle.csv")):
        (ax,) = figures.basal_angle(given).axes
        (line,) = ax.get_lines()
        assert list(line.get_ydata()) == [110.6, 112.4, 110.5]
        (bars,) = ax.collections
        assert [list(s[:, 1]) for s in bars.get_segments()][1] == [111.8, 112.9]
        assert "°" in ax.get_ylabel()
        assert ax.xaxis_inverted(), "delithiation runs from left to right"
