"""The wheel holds everything that a run needs, away from the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_wheel_stands_alone(tmp_path):
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--quiet", "--no-deps", "-w", tmp_path, ROOT], check=True, cwd=tmp_path
    )
    (wheel,) = tmp_path.glob("delith-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {f"delith/structures/{path.name}" for path in (ROOT / "structures").glob("*.cif")}
    assert shipped <= names
    assert {"delith/py.typed", "delith/figures/delith.mplstyle", "delith/report/page.html"} <= names
    students = (ROOT / "src/delith/potentials/students").iterdir()
    assert {f"delith/potentials/students/{path.name}" for path in students} <= names
    modules = {
        f"delith/{path.relative_to(ROOT / 'src/delith')}"
        for path in (ROOT / "src/delith").rglob("*.py")
    }
    assert modules <= names, "a package is missing from pyproject.toml"

    site, away = tmp_path / "site", tmp_path / "away"
    away.mkdir()
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "-t", site, wheel], check=True)
    (away / "study.yaml").write_text(
        "crystal: LiCoO2\nboundaries: [{kind: twin, plane: [1, 0, 4]}]\nseparation: 4\n"
        "relax: {fmax: 0.3}\nbulk: {fmax: 0.3, smax: 1}\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "delith", "run", "study.yaml", "-o", "out"],
        cwd=away,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert (away / "out" / "boundary_energy.png").stat().st_size > 10_000
    where = subprocess.run(
        [sys.executable, "-c", "import delith; print(delith.__file__)"],
        cwd=away,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(site)
