"""The heat map: dopants by valence, contents from full to empty, layers from the boundary out."""

import pandas as pd

from delith import figures


def test_tiles_are_where_their_numbers_belong():
    rows = [
        ("Ti on Mn", 4.0, 1.0, 0.98, -0.01),
        ("Mg on Mn", 2.0, 1.0, 1.02, -0.25),
        ("Mg on Mn", 3.0, 0.0, 1.03, -0.10),  # as copper would be, where lithium has left
        ("Mg on Mn", 2.0, 1.0, 3.08, -0.02),
        (None, float("nan"), 1.0, float("nan"), 5.0),  # exchanged metals are no dopants
    ]
    names = ["dopant", "valence", "lithium_content", "distance_A", "segregation_energy_eV"]
    ax = figures.heat_map(pd.DataFrame(rows, columns=names)).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Mg 2+ to 3+", "Ti 4+"]
    columns = [label.get_text() for label in ax.get_xticklabels()]
    assert columns == ["x = 1\n1.0 Å", "x = 1\n3.1 Å", "x = 0\n1.0 Å"]
    values = ax.collections[0].get_array()
    assert values[0].tolist() == [-0.25, -0.02, -0.10]
    assert values[1, 0] == -0.01
    assert values.mask[1].tolist() == [False, True, True]
    assert ax.collections[0].get_clim() == (-0.25, 0.25)


def test_where_nothing_came_out_nothing_is_drawn():
    rows = [("Mg on Mn", 2.0, 1.0, 1.0, float("nan"))]
    names = ["dopant", "valence", "lithium_content", "distance_A", "segregation_energy_eV"]
    ax = figures.heat_map(pd.DataFrame(rows, columns=names)).axes[0]
    assert not ax.get_yticklabels()
