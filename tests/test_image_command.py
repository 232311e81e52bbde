"""`delith image`: which cell it takes, what it writes, and what it says where it cannot."""

import importlib
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from ase import Atoms
from ase.io import write

from delith import cli, imaging, running
from delith.errors import DelithError
from delith.facts import State


@pytest.fixture
def cell(tmp_path):
    """A column of Co beside one of Li, 5 Å high."""
    atoms = Atoms("CoLi", [[0.5, 1.0, 1.5], [0.5, 3.0, 4.5]], cell=[2.0, 5.0, 6.0], pbc=True)
    write(tmp_path / "cell.cif", atoms)
    return tmp_path / "cell.cif"


def call(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["delith", "image", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code or 0


@pytest.mark.slow
def test_a_structure_file_becomes_an_image_a_table_and_pictures(
    cell, tmp_path, monkeypatch, capsys
):
    small = imaging.Microscope(haadf=(30, 50))
    # the function of the same name hides the module
    module = importlib.import_module("delith.imaging.scan")
    monkeypatch.setattr(module, "Microscope", lambda: small)
    words = ["--thickness", 2, "--height", 4, "--phonons", 0, "--dose", 1e4]
    assert call(monkeypatch, cell, "-o", tmp_path / "made" / "pair", *words) == 0
    made = {path.name for path in (tmp_path / "made").iterdir()}
    assert made == {
        "pair.tif",
        "pair.png",
        "pair.pdf",
        "pair_columns.csv",
        "pair_columns.png",
        "pair_columns.pdf",
    }
    image = imaging.load(tmp_path / "made" / "pair.tif")
    assert image.dose == 1e4
    assert image.size == pytest.approx((6, 5))
    table = pd.read_csv(tmp_path / "made" / "pair_columns.csv").set_index("site")
    assert table.loc["Co", "haadf"] > table.loc["Li", "haadf"]
    assert np.allclose(table.loc["Co", ["x_A", "y_A"]].astype(float), [1.5, 1.0], atol=1e-3)
    assert "10000 electrons" in capsys.readouterr().out


def test_without_abtem_and_with_bad_input_it_is_one_message(cell, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "abtem", None)
    for words, said in (
        ([cell], "pip install 'delith[images]'"),
        ([tmp_path / "no.cif"], "cannot read"),
        ([cell, "--along", "2 2"], "common divisor"),
        ([cell, "--along", "1 0 0"], "along must be 2 whole numbers"),
        ([tmp_path], "no study.yaml"),
        ([cell, "-o", cell / "image"], f"cannot write to {cell}"),
    ):
        assert call(monkeypatch, *words) == 2
        assert said in capsys.readouterr().err
    text = tmp_path / "text.cif"
    text.write_text("text")
    with pytest.raises(DelithError, match="is no structure file"):
        imaging.find(text)


def test_the_lowest_cell_of_a_results_folder(undisturbed):
    records = [r for r in undisturbed.orderings if r.usable and r.host.count]
    contents = sorted({r.content for r in records})
    label = records[0].host.label
    found = imaging.find(undisturbed.folder, label, contents[0])
    lowest = min((r for r in records if r.content == contents[0]), key=lambda r: r.energy)
    assert np.allclose(found.positions, lowest.atoms.positions)
    with pytest.raises(DelithError, match=r"no cells of .* fit.*There are: .*x = "):
        imaging.find(undisturbed.folder, label, 0.123)
    with pytest.raises(DelithError, match="no boundary is called"):
        imaging.find(undisturbed.folder, "nothing")


def elsewhere(record, **changes):
    """The same with an atom in another place, by which it is told."""
    atoms = record.atoms.copy()
    atoms.positions[0] += 0.5
    return replace(record, atoms=atoms, **changes)


def test_cells_of_several_potentials_are_told_apart(undisturbed, monkeypatch):
    label = next(r.host.label for r in undisturbed.orderings if r.host.count)
    other = [elsewhere(r, potential="chgnet") for r in undisturbed.records]
    both = replace(undisturbed, records=[*undisturbed.records, *other])
    monkeypatch.setattr(running, "status", lambda source: both)
    with pytest.raises(DelithError, match=r"--potential.*x = 1, chgnet; .*x = 1, chgnet-r2scan"):
        imaging.find(undisturbed.folder, label, 1.0)
    one, two = (
        imaging.find(undisturbed.folder, label, 1.0, potential=name)
        for name in ("chgnet-r2scan", "chgnet")
    )
    assert one in [r.atoms for r in undisturbed.records]
    assert two in [r.atoms for r in other]
    assert one != two


def test_a_state_that_is_named_in_full_is_meant(undisturbed, monkeypatch):
    first, tenth = (State(exchanged=1, metal="Co", shell=n) for n in (1, 10))
    full = next(r for r in undisturbed.orderings if r.host.count and r.content == 1)
    moved = [elsewhere(full, state=tenth), replace(full, state=first)]
    monkeypatch.setattr(running, "status", lambda source: replace(undisturbed, records=moved))
    assert imaging.find(undisturbed.folder, state=first.label) == full.atoms
    with pytest.raises(DelithError, match="2 cells"):
        imaging.find(undisturbed.folder, state="1 Co")
