"""Workers in jobs of a real Slurm, killed at random: the same records."""

import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"


@pytest.mark.slow
def test_workers_killed_in_jobs_change_no_record(slurm, tmp_path):
    pytest.importorskip("parsl")
    cluster = tmp_path / "cluster.yaml"
    cluster.write_text("{scheduler: slurm, cores: 1, nodes: 2, time: 00:20:00, attempts: 5}")
    words = [sys.executable, SOAK, "60", "--seed", "2", "--every", "10", "--cluster", cluster]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "60 records stored; the same as undisturbed: True" in done.stdout
    assert not slurm.alive()
