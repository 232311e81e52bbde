"""γ of one boundary of the two in a cell."""

from io import StringIO

import pandas as pd
import pytest

from delith.energetics.sums import gamma_of_one


def test_a_table_from_a_file_tells_of_one_what_the_table_written_to_it_tells():
    row = {"boundary": "twin", "potential": "chgnet", "lithium_content": 1.0}
    plain = row | {"state": "", "gamma_J_per_m2": 0.3, "boundaries_equivalent": True}
    moved = row | {"state": "1 Co exchanged", "gamma_J_per_m2": 0.7, "boundaries_equivalent": False}
    made = pd.DataFrame([plain, moved])
    read = pd.read_csv(StringIO(made.to_csv(index=False)))
    for table in (made, read):
        assert gamma_of_one(table, "lithium_content").tolist() == pytest.approx([0.3, 0.4])
