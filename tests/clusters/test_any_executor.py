"""Workers that something else than Delith holds."""

import subprocess
import sys
from pathlib import Path

import pytest

from delith import study
from delith.store import Store

SCRIPT = Path(__file__).parents[2] / "workflows" / "hpc" / "any_executor.py"


@pytest.mark.slow
def test_dask_gives_the_same(toyed, plainly, toy_folder, tmp_path):
    pytest.importorskip("distributed")
    study.write(toyed, tmp_path / "toyed.yaml")
    words = [sys.executable, SCRIPT, "toyed.yaml", "out"]
    subprocess.run(words, cwd=tmp_path, check=True, timeout=300)
    assert {r.key: r.energy for r in Store(tmp_path / "out" / "records.db").records()} == {
        r.key: r.energy for r in plainly.records
    }
    loads = (toy_folder / "loads").read_text().split()
    assert len(loads) == len(set(loads)) <= 2
