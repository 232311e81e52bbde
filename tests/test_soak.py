"""A hundred relaxations while workers are killed at random; more with benchmarks/soak.py."""

import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[1] / "benchmarks" / "soak.py"


@pytest.mark.slow
def test_workers_killed_at_random_change_no_record(tmp_path):
    words = [sys.executable, SOAK, "100", "--seed", "1", "--every", "8"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "100 records stored; the same as undisturbed: True" in done.stdout
