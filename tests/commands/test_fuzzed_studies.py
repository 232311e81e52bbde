"""Whatever stands in a study file, the command prepares it or says in one message what is wrong."""

import shutil

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delith import running, study
from delith.errors import DelithError

VALID = {
    "crystal": "LiCoO2",
    "boundaries": [{"kind": "twin", "plane": [1, 0, 4]}],
    "separation": 4,
    "potential": "mace-lco",
    "orderings": 2,
}
WALL = {
    "kind": ["twin", "antiphase", "inversion", "domain", "interface"],
    "plane": [[1, 0, 4], [0, 0, 3], [0, 0, 1], [1, 1, 0], [2, 0, 8], [0, 0, 0], [-1, 0, 4]],
    "vector": [[0, 0, 0.5], [0, 0, "1/2"], [0, 0, 0], [1, 0, 0], [0.1, 0.2, 0.3]],
    "variant": [0, 1, 3, 99],
    "parent": ["sites", "anions"],
    "elements": [["Co", "Li"], ["Ni", "Mn"], ["Co", "Co"]],
    "position": [0, 1, 7],
}
#: What a study may hold, likely and less so; nothing that makes large cells.
KEYS = {
    "crystal": ["LiCoO2_spinel", "LiNi0.5Mn1.5O4", "LiCoO3", "broken.cif", "."],
    "separation": [1e-6, 0.5, 6],
    "repeat": [[1, 2], [0, 1]],
    "lithium": [[1.0, 0.5], [0.0], [0.123], [2.0], []],
    "potential": ["chgnet", "magic", "mace-lnmo", "none.model", "none.py:make", "+d3", "a:b", ":"],
    "relax": [{"cell": "normal"}, {"fmax": -1}, {"steps": 0}],
    "dopants": [
        {"elements": ["Mg"], "site": "Co"},
        {"elements": ["Xx"], "site": "Co"},
        {"elements": ["Mg"], "site": "Ni", "shells": [9]},
        {"elements": ["Mg"], "site": "Co", "number": 50},
    ],
    "exchange": [[0, 1], [99], {"number": [1], "element": "O"}, {"number": [1], "shells": [9]}],
    "screen": ["mace-lco", "mace-lco-1", "magic"],
    "refine": [{"steps": 2}, {"steps": 0}],
    "migration": [{"elements": ["Li"], "images": 3}, {"elements": ["Xx"]}, {"hops": {"there": 1}}],
    "vibrations": [{"lithium": [1.0]}, {"lithium": [0.3]}],
    "occupation": [{"temperatures": [300]}, {"cutoffs": [-1]}],
}


def chosen(keys: dict[str, list]) -> st.SearchStrategy:
    return st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(values) for name, values in keys.items()}
    )


@pytest.mark.slow
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wall=chosen(WALL), changes=chosen(KEYS))
def test_a_study_is_prepared_or_refused(tmp_path, wall, changes):
    file, folder = tmp_path / "study.yaml", tmp_path / "out"
    shutil.rmtree(folder, ignore_errors=True)
    (tmp_path / "broken.cif").write_text("data_nothing")
    walls = [VALID["boundaries"][0] | wall]
    file.write_text(yaml.safe_dump(VALID | {"boundaries": walls} | changes))
    try:
        running.prepare(file, folder)
    except DelithError:
        made = None
    else:
        made = study.load(folder / "study.yaml")
    assert folder.exists() == (made is not None)
