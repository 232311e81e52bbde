"""A results folder: every table that has rows, drawn, and nothing of earlier runs beside them."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ase.db import connect

from delith import boundaries, crystals, figures, results, terminal
from delith.errors import DelithError, DelithWarning
from delith.results import OUTPUTS, Results
from delith.study.choices import OccupationChoice


def test_tables_are_written_as_they_are_and_drawn(undisturbed, tmp_path):
    results = Results(tmp_path, 7, undisturbed.records, hosts=undisturbed.hosts)
    results.write()
    written = {name for name, table in results.tables.items() if len(table)}
    assert written == {
        "boundary_energy",
        "hull",
        "voltage",
        "open_boundary_energy",
        "orderings",
        "formation",
        "phases",
        "profile",
        "symmetry",
    }
    for output in OUTPUTS:
        csv = tmp_path / f"{output.name}.csv"
        assert csv.exists() == (output.name in written)
        drawn = output.name in written and output.figure is not None
        name = f"{output.name}_for_twin_104" if output.each else output.name
        for ending in ("png", "pdf"):
            assert (tmp_path / f"{name}.{ending}").exists() == drawn
    voltage = pd.read_csv(tmp_path / "voltage.csv")
    table = results.tables["voltage"]
    assert voltage["voltage_V"].to_numpy() == pytest.approx(table["voltage_V"].to_numpy(), rel=1e-5)


@pytest.mark.slow
def test_every_figure_takes_the_file_as_well(undisturbed, tmp_path):
    results = Results(tmp_path, 7, undisturbed.records)
    results.write()
    for output in OUTPUTS:
        if output.figure and len(results.tables[output.name]):
            table = pd.read_csv(tmp_path / f"{output.name}.csv")
            drawn = list(output.drawn(table))
            assert drawn
            assert all(figure.axes for _, figure in drawn)


def test_every_gamma_says_at_which_level_it_stands(undisturbed):
    assert set(undisturbed.table["level"]) == {"universal"}
    (ax,) = figures.boundary_energy(undisturbed.table).axes
    assert ax.get_legend().get_title().get_text() == "chgnet-r2scan (universal)"


def test_what_is_no_more_goes(undisturbed, tmp_path):
    folder = Path(shutil.copytree(undisturbed.folder, tmp_path / "results"))
    assert (folder / "profile_for_twin_104.png").exists()
    (folder / "profile.txt").touch()
    bulk = [r for r in undisturbed.records if not r.host.count]
    Results(folder, 7, bulk).write()
    assert not (folder / "phases.csv").exists()
    assert not (folder / "open_boundary_energy.pdf").exists()
    assert not (folder / "profile_for_twin_104.png").exists()
    assert (folder / "voltage.csv").exists()
    assert (folder / "profile.txt").exists(), "not ours"


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


def test_gamma_against_content_again_from_the_database_alone(undisturbed):
    """Without this package: the lowest twin of each content less as much of the lowest bulk."""
    with connect(undisturbed.folder / "records.db") as database:
        rows = [
            (r.host, r.lithium_content, r.energy, r.cell) for r in database.select("usable=True")
        ]
    table = undisturbed.table.set_index("lithium_content")
    for x in (1.0, 0.5):
        twins = [(e, c) for host, y, e, c in rows if host.startswith("twin") and y == x]
        energy, cell = min(twins, key=lambda twin: twin[0])
        # bulk of as many units; both ends of two contents are on the hull
        bulk = min(e for host, y, e, _ in rows if host.startswith("bulk") and y == x)
        gamma = (energy - bulk) / (2 * np.linalg.norm(np.cross(*cell[:2]))) * 16.021766
        assert table.loc[x, "gamma_J_per_m2"] == pytest.approx(gamma, abs=1e-6)
        assert table.loc[x, "gamma_same_content_J_per_m2"] == pytest.approx(gamma, abs=1e-6)


def test_gamma_against_voltage_again_from_the_database_alone(undisturbed):
    """Without this package: rows of the ASE database, counted atoms, and the definition."""
    with connect(undisturbed.folder / "records.db") as database:
        rows = [(row.host, row.toatoms(), row.energy) for row in database.select("usable=True")]
    (metal,) = (energy / len(atoms) for host, atoms, energy in rows if host == "Li")
    cells = {
        kind: [
            (energy, atoms.symbols.count("Li"), np.linalg.norm(np.cross(*atoms.cell[:2])))
            for host, atoms, energy in rows
            if host.startswith(kind)
        ]
        for kind in ("bulk", "twin")
    }
    assert (len(cells["bulk"]), len(cells["twin"])) == (3, 3)
    table = Results(undisturbed.folder, 7, undisturbed.records).opened.set_index("voltage_V")
    for voltage in table.index[[0, len(table) // 2, -1]]:
        mu = metal - voltage
        grand_bulk = min(energy - n * mu for energy, n, _ in cells["bulk"])  # of as many units
        gamma, excess = min(
            ((energy - n * mu - grand_bulk) / (2 * area) * 16.021766, n)
            for energy, n, area in cells["twin"]
        )
        assert table.loc[voltage, "gamma_J_per_m2"] == pytest.approx(gamma, abs=1e-6)
        assert table.loc[voltage, "boundary_content"] == excess / 4


def test_profiles_again_from_the_database_alone(undisturbed):
    """Without this package: metals sorted by height, mean spacings, lithium counted in between."""
    table = undisturbed.tables["profile"]
    with connect(undisturbed.folder / "records.db") as database:
        rows = list(database.select("usable=True", kind="twin"))
    for content in (1.0, 0.5):
        lowest = min((r for r in rows if r.lithium_content == content), key=lambda r: r.energy)
        atoms = lowest.toatoms()
        # (104) planes of one formula unit each, 4 of them: a metal, a lithium site, two oxygens
        height = np.linalg.det(atoms.cell[:]) / np.linalg.norm(np.cross(*atoms.cell[:2]))
        up = atoms.get_scaled_positions()[:, 2]
        cobalt = np.sort(up[atoms.symbols == "Co"])
        lithium = up[atoms.symbols == "Li"]
        steps = np.diff(cobalt, append=cobalt[0] + 1) * height
        away = lithium[:, None] - cobalt
        count = np.bincount(np.abs(away - np.rint(away)).argmin(axis=1), minlength=4)
        profile = table[np.isclose(table["lithium_content"], content)].sort_values("layer")
        assert len(profile) == 4
        # which layer is the first one differs by rounding at the face of the cell
        turns = [
            (np.roll(steps, n), np.roll(count, n))
            for n in range(4)
            if np.allclose(np.roll(steps, n), profile["spacing_A"], atol=1e-6)
            and np.array_equal(np.roll(count, n), profile["lithium_filling"])
        ]
        assert turns
        moments = np.abs(lowest.magmoms[atoms.symbols == "Co"])
        assert profile["moment_Co_muB"].mean() == pytest.approx(moments.mean(), abs=1e-6)


@pytest.mark.usefixtures("undrawn")
def test_a_table_that_cannot_be_made_takes_no_other_with_it(undisturbed, tmp_path):
    other = {"twin (104)": boundaries.antiphase(crystals.load("LiCoO2"), (1, 0, 4), separation=4)}
    results = Results(tmp_path, 7, undisturbed.records, hosts=other)
    with pytest.warns(DelithWarning, match=r"no profile\.csv: .*is not twin \(104\) with every Li"):
        results.write()
    assert not (tmp_path / "profile.csv").exists()
    assert (tmp_path / "boundary_energy.csv").exists()
    assert (tmp_path / "phases.csv").exists()


def test_a_look_at_a_folder_makes_no_table_that_it_does_not_show(undisturbed, monkeypatch, capsys):
    """Profiles, symmetries and lattice models take their time."""
    made = []
    counted = tuple(replace(o, table=_noted(made, o)) for o in OUTPUTS)
    monkeypatch.setattr(results, "OUTPUTS", counted)
    terminal.show_status(Results(undisturbed.folder, 7, undisturbed.records))
    assert set(made) == {"decorations", "formation"}
    assert "twin (104)" in capsys.readouterr().out


def _noted(made, output):
    return lambda found: made.append(output.name) or output.table(found)


@pytest.mark.parametrize("show", [terminal.show_status, terminal.show_results])
def test_a_table_that_cannot_be_made_keeps_nothing_else_from_being_shown(
    undisturbed, monkeypatch, capsys, show
):
    def failing(_):
        raise DelithError("no valence fits")

    broken = ("decorations", "formation")
    outputs = tuple(replace(o, table=failing) if o.name in broken else o for o in OUTPUTS)
    monkeypatch.setattr(results, "OUTPUTS", outputs)
    with pytest.warns(DelithWarning, match=r"no (decorations|formation).csv: no valence fits"):
        show(Results(undisturbed.folder, 7, undisturbed.records, hosts=undisturbed.hosts))
    assert "twin (104)" in capsys.readouterr().out


def test_a_boundary_whose_largest_cells_failed_is_no_rival_less(undisturbed, tmp_path):
    """The next smaller separation at which a potential knows it stands for it."""
    wide = [
        replace(
            r,
            key=f"{r.key}w",
            host=replace(r.host, label=f"{r.host.label}, 12 Å", separation=12.0),
        )
        for r in undisturbed.records
        if r.host.count
    ]
    failed = [replace(r, problem="did not settle") for r in wide]
    before = Results(tmp_path, 7, undisturbed.records).tables["phases"]
    after = Results(tmp_path, 7, [*undisturbed.records, *failed]).tables["phases"]
    assert len(before)
    pd.testing.assert_frame_equal(before, after)
    other = [replace(r, key=f"{r.key}o", potential="chgnet") for r in (*undisturbed.records, *wide)]
    both = Results(tmp_path, 7, [*undisturbed.records, *failed, *other]).rivals
    largest = both.groupby("potential")["boundary"].unique().map(list).to_dict()
    assert largest == {"chgnet-r2scan": ["twin (104)"], "chgnet": ["twin (104), 12 Å"]}
