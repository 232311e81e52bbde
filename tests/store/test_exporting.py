"""Exported records say what the folder holds, in words that other programs read."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ase.io import read as ase_read

from delith.basins import EXPLODED
from delith.errors import DelithError
from delith.store import Store, exporting
from delith.training import frames


@pytest.fixture(scope="module")
def folder(undisturbed, tmp_path_factory) -> Path:
    """Seven records, one that failed, and one that came apart."""
    folder = tmp_path_factory.mktemp("exported")
    base = undisturbed.records[-1]
    failed = replace(
        base, key="tfailed", energy=float("nan"), forces=None, problem="failed: no, none"
    )
    wreck = replace(base, key="twreck", problem=f"{EXPLODED}: far away")
    store = Store(folder / "records.db")
    with store.writing():
        store.add(*undisturbed.records, failed, wreck)
    return folder


def assert_table(table: pd.DataFrame, undisturbed) -> None:
    assert len(table) == 9
    rows = table.set_index("record")
    for record in undisturbed.records:
        row = rows.loc[record.key]
        assert row["energy_eV"] == record.energy
        assert row["host"] == record.host.label
        assert row["lithium_content"] == record.content
        assert row["formula"] == record.atoms.get_chemical_formula()
        assert row["volume_A3"] == pytest.approx(record.atoms.get_volume())
        assert row["usable"] == record.usable
        forces = np.linalg.norm(record.forces, axis=1)
        assert row["largest_force_eV_per_A"] == pytest.approx(forces.max())
    assert np.isnan(rows.loc["tfailed", "energy_eV"])
    assert rows.loc["tfailed", "problem"] == "failed: no, none"


def test_a_table_has_every_record(folder, undisturbed, tmp_path):
    assert exporting.export(folder, tmp_path / "all.csv") == 9
    assert_table(pd.read_csv(tmp_path / "all.csv"), undisturbed)


def test_parquet_keeps_types(folder, undisturbed, tmp_path):
    pytest.importorskip("pyarrow")
    assert exporting.export(folder, tmp_path / "all.parquet") == 9
    table = pd.read_parquet(tmp_path / "all.parquet")
    assert_table(table, undisturbed)
    assert table["usable"].dtype == bool
    assert table["shell"].isna().all()
    assert str(table["shell"].dtype) == "Int64"


def test_parquet_without_its_package_is_one_message(folder, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DelithError, match=r"pip install 'delith\[parquet\]'"):
        exporting.export(folder, tmp_path / "all.parquet")
    assert list(tmp_path.iterdir()) == []


def test_extended_xyz_has_structures_with_energies_and_forces(folder, undisturbed, tmp_path):
    assert exporting.export(folder, tmp_path / "all.extxyz") == 7
    back = {atoms.info["record"]: atoms for atoms in ase_read(tmp_path / "all.extxyz", ":")}
    assert back.keys() == {record.key for record in undisturbed.records}
    for record in undisturbed.records:
        atoms = back[record.key]
        assert atoms.get_potential_energy() == pytest.approx(record.energy)
        assert atoms.get_forces() == pytest.approx(record.forces, abs=1e-7)
        assert atoms.get_stress() == pytest.approx(record.stress, abs=1e-7)
        assert atoms.positions == pytest.approx(record.atoms.positions, abs=1e-7)
        assert atoms.info["host"] == record.host.label
        for name in {"grain", "sublattice"} & record.atoms.arrays.keys():
            assert (atoms.arrays[name] == record.atoms.arrays[name]).all()


def test_training_takes_the_file_as_it_takes_the_folder(folder, tmp_path):
    exporting.export(folder, tmp_path / "all.extxyz")
    there, here = frames.read(folder), frames.read(tmp_path / "all.extxyz")
    facts = [
        sorted((f.host, f.parent, f.level, round(f.energy, 6)) for f in some)
        for some in (there, here)
    ]
    assert facts[0] == facts[1]
    assert len(here) == 6  # lithium metal is no cathode


@pytest.mark.parametrize("name", ["all.json", "all", "all.db"])
def test_endings_without_a_format_are_refused(folder, tmp_path, name):
    with pytest.raises(DelithError, match=r"end the name in \.csv, \.parquet"):
        exporting.export(folder, tmp_path / name)


def test_what_cannot_be_exported_is_one_message(folder, tmp_path):
    with pytest.raises(DelithError, match="cannot write"):
        exporting.export(folder, tmp_path / "nowhere" / "all.csv")
    with pytest.raises(DelithError, match="no results folder"):
        exporting.export(tmp_path, tmp_path / "all.csv")
