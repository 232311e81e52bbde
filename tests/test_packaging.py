"""Source distribution and wheel hold everything that a run needs, away from the checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_a_wheel_from_the_source_distribution_stands_alone(tmp_path):
    tree = tmp_path / "tree"
    for folder in ("src", "structures"):
        shutil.copytree(
            ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    build = "from setuptools.build_meta import build_sdist; build_sdist('..')"
    subprocess.run([sys.executable, "-c", build], check=True, cwd=tree, capture_output=True)
    (source,) = tmp_path.glob("delith-*.tar.gz")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--quiet", "--no-deps", "-w", tmp_path, source], check=True, cwd=tmp_path
    )
    (wheel,) = tmp_path.glob("delith-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {f"delith/structures/{path.name}" for path in (ROOT / "structures").glob("*.cif")}
    assert shipped <= names
    assert {"delith/py.typed", "delith/figures/delith.mplstyle", "delith/report/page.html"} <= names
    for folder in ("potentials/students", "potentials/presets"):
        files = (ROOT / "src/delith" / folder).iterdir()
        assert {f"delith/{folder}/{path.name}" for path in files} <= names
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
