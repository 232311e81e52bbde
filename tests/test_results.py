"""A results folder: every table that has rows, drawn, and nothing of earlier runs beside them."""

import pandas as pd
import pytest

from delith.choices import OccupationChoice
from delith.errors import DelithWarning
from delith.results import OUTPUTS, Results


def test_tables_are_written_as_they_are_and_drawn(undisturbed, tmp_path):
    results = Results(tmp_path, 7, undisturbed.records)
    results.write()
    written = {name for name, table in results.tables.items() if len(table)}
    assert written == {
        "boundary_energy",
        "hull",
        "voltage",
        "open_boundary_energy",
        "formation",
        "phases",
        "profile",
    }
    for output in OUTPUTS:
        csv = tmp_path / f"{output.name}.csv"
        assert csv.exists() == (output.name in written)
        drawn = output.name in written and output.figure is not None
        name = "profile_for_twin_104" if output.each else output.name
        for ending in ("png", "pdf"):
            assert (tmp_path / f"{name}.{ending}").exists() == drawn
    voltage = pd.read_csv(tmp_path / "voltage.csv")
    table = results.tables["voltage"]
    assert voltage["voltage_V"].to_numpy() == pytest.approx(table["voltage_V"].to_numpy(), rel=1e-5)


def test_every_figure_takes_the_file_as_well(undisturbed, tmp_path):
    results = Results(tmp_path, 7, undisturbed.records)
    results.write()
    for output in OUTPUTS:
        if output.figure and len(results.tables[output.name]):
            table = pd.read_csv(tmp_path / f"{output.name}.csv")
            assert all(figure.axes for _, figure in output.drawn(table))


def test_what_is_no_more_goes(undisturbed, tmp_path):
    results = Results(tmp_path, 7, undisturbed.records)
    results.write()
    bulk = [r for r in undisturbed.records if not r.host.count]
    fewer = Results(tmp_path, 7, bulk)
    fewer.write()
    assert not (tmp_path / "phases.csv").exists()
    assert not (tmp_path / "open_boundary_energy.pdf").exists()
    assert not (tmp_path / "profile_for_twin_104.png").exists()
    assert (tmp_path / "voltage.csv").exists()


def test_voltages_of_a_real_run_are_those_of_its_records(undisturbed):
    """From the energies alone, by the formula: two contents, one step."""
    lithium = next(r for r in undisturbed.records if r.host.label == "Li")
    metal = lithium.energy / len(lithium.atoms)
    bulk = [r for r in undisturbed.records if r.host.kind == "bulk"]
    lowest = {n: min(r.energy for r in bulk if r.mobile_count == n) for n in (4, 2)}
    by_hand = metal - (lowest[4] - lowest[2]) / 2
    table = Results(undisturbed.folder, 7, undisturbed.records).tables["voltage"]
    assert table[table["kind"] == "bulk"]["voltage_V"].item() == pytest.approx(by_hand)
    assert 2.5 < by_hand < 4.5


def test_too_few_orderings_for_a_lattice_model_are_said_and_nothing_else_is_lost(undisturbed):
    results = Results(undisturbed.folder, 7, undisturbed.records, occupation=OccupationChoice())
    with pytest.warns(DelithWarning, match="no lithium at finite temperature"):
        assert results.tables["isotherms"].empty
    assert len(results.tables["boundary_energy"]) == 2
