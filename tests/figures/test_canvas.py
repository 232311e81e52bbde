"""One style, whatever the process around has set."""

import matplotlib
import pandas as pd
from PIL import Image

from delith import figures


def test_a_saved_figure_does_not_depend_on_the_settings_of_the_process(tmp_path):
    row = {"boundary": "twin", "potential": "chgnet", "lithium_content": 1.0, "state": ""}
    row |= {"gamma_J_per_m2": 0.1, "gamma_spread_J_per_m2": 0.0, "boundaries_equivalent": True}
    table = pd.DataFrame([row, row | {"lithium_content": 0.5, "gamma_J_per_m2": 0.2}])
    figures.save(figures.boundary_energy(table), tmp_path / "plain")
    with matplotlib.rc_context({"font.size": 20}):
        figures.save(figures.boundary_energy(table), tmp_path / "other")
    for ending in (".png", ".pdf"):
        one, other = (tmp_path / f"{name}{ending}" for name in ("plain", "other"))
        assert one.read_bytes() == other.read_bytes()


def test_a_figure_says_what_it_is_of(tmp_path):
    table = pd.DataFrame(
        [
            {
                "boundary": "twin",
                "potential": "chgnet",
                "lithium_content": 1.0,
                "state": "",
                "gamma_J_per_m2": 0.1,
                "gamma_spread_J_per_m2": 0.0,
                "boundaries_equivalent": True,
            }
        ]
    )
    figures.save(figures.boundary_energy(table), tmp_path / "told", "delith run study.yaml; γ")
    assert Image.open(tmp_path / "told.png").text["Description"] == "delith run study.yaml; γ"
    assert b"/Subject" in (tmp_path / "told.pdf").read_bytes()
