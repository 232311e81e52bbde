"""Commands on records: what they say, what they leave, and with which exit code."""

import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from delith import study
from delith.store import places

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture
def team(pg, quick, undisturbed, tmp_path) -> Path:
    """A results folder whose records are in a database."""
    folder = tmp_path / "team"
    store = places.make(folder, f"{pg.url}#c{time.monotonic_ns()}")
    study.write(quick, folder / "study.yaml")
    with store.writing():
        store.add(*undisturbed.records)
    return folder


def test_records_are_exported(delith, undisturbed, tmp_path):
    code, out, err = delith("export", undisturbed.folder, "-o", "all.csv")
    assert (code, out, err) == (0, "7 records in all.csv\n", "")
    assert len(pd.read_csv(tmp_path / "all.csv")) == 7
    code, _, err = delith("export", undisturbed.folder, "-o", "all.doc")
    assert code == 2
    assert "end the name in" in err


def test_folders_are_merged(delith, undisturbed, tmp_path):
    code, out, err = delith("merge", undisturbed.folder, undisturbed.folder, "-o", "whole")
    assert (code, err) == (0, "")
    assert "7 of 7 relaxations done, 0 to do" in out
    assert out.endswith("7 records added to whole; 7 were there already\n")
    assert (tmp_path / "whole" / "boundary_energy.csv").is_file()
    code, _, err = delith("merge", undisturbed.folder, tmp_path, "-o", "whole")
    assert code == 2
    assert "no study.yaml" in err


def test_a_folder_remembers_its_database(delith, team, quick, tmp_path):
    code, out, err = delith("status", team)
    assert (code, err) == (0, "")
    assert "7 of 7 relaxations done, 0 to do" in out
    study.write(quick, tmp_path / "quick.yaml")
    code, out, err = delith("run", "quick.yaml", "-o", team)
    assert (code, err) == (0, "")
    assert "7 of 7 relaxations, 0 running" in out
    assert not (team / "records.db").exists()
    code, out, err = delith("forget", team)
    assert (code, out, err) == (0, "0 forgotten\n", "")


def test_a_plan_takes_rates_from_a_database(delith, team, quick, tmp_path):
    study.write(quick, tmp_path / "quick.yaml")
    code, out, err = delith("plan", "quick.yaml", "--like", team)
    assert (code, err) == (0, "")
    assert "7 relaxations in" in out


def test_databases_that_cannot_be_used_are_one_message(delith, team, quick, tmp_path, monkeypatch):
    study.write(quick, tmp_path / "quick.yaml")
    run = ("run", "quick.yaml", "--records")
    for url, message in {
        "mysql://server/db": "records can be in postgresql://",
        "postgresql://127.0.0.1:1/db": "check that the server runs",
        "postgresql://me:secret@127.0.0.1:1/db": "holds a password",
    }.items():
        code, _, err = delith(*run, url, "-o", "new")
        assert code == 2
        assert message in err
        assert "Traceback" not in err
    code, _, err = delith(*run, "postgresql://127.0.0.1:1/db", "-o", team)
    assert code == 2
    assert "has its records in" in err
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    code, _, err = delith("status", team)
    assert code == 2
    assert "pip install 'delith[postgres]'" in err


def test_a_folder_that_names_no_database_says_which_file_does(delith, team):
    (team / "records.url").write_text("rubbish")
    code, _, err = delith("status", team)
    assert code == 2
    assert f"{team / 'records.url'}: records can be in" in err


def test_records_in_a_file_are_not_left_behind(delith, undisturbed, quick, tmp_path):
    study.write(quick, tmp_path / "quick.yaml")
    url = "postgresql://127.0.0.1:1/db"
    code, _, err = delith("run", "quick.yaml", "-o", undisturbed.folder, "--records", url)
    assert code == 2
    assert "delith merge" in err
