"""The site builds without a warning, and what its pages show works."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml

from delith.cli import app
from delith.clusters import Cluster
from delith.study import Study

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), flags=re.DOTALL)


def commands(command, path=()):
    """Every command by its words."""
    for name, sub in getattr(command, "commands", {}).items():
        yield from commands(sub, (*path, name))
    if path:
        yield path, command


KNOWN = dict(commands(typer.main.get_command(app)))


@pytest.mark.slow
@by_name
def test_python_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = {"__name__": "shown"}
    for code in blocks(page, "python"):
        exec(compile(code, page.name, "exec"), known)


@by_name
def test_studies_and_clusters_are_such(page):
    for text in blocks(page, "yaml"):
        keys = yaml.safe_load(text)
        (Cluster if "scheduler" in keys else Study).model_validate(keys)


@by_name
def test_commands_exist_with_their_options(page):
    for line in "\n".join(blocks(page, "sh")).splitlines():
        words = shlex.split(line, comments=True)
        if not words or words[0] != "delith":
            continue
        path = max((p for p in KNOWN if tuple(words[1 : 1 + len(p)]) == p), key=len)
        options = {opt for each in KNOWN[path].params for opt in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if re.match(r"--?[a-z]", word)} <= options, line


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", DOCS, tmp_path]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    shown = (tmp_path / "reference.html").read_text()
    for name in ("delith.boundaries.twin", "delith.relaxation.relax", "delith.report.write"):
        assert f'id="{name}"' in shown
    assert "<math " in (tmp_path / "physics.html").read_text()
    for page in tmp_path.rglob("*.html"):
        loaded = re.findall(r"<(?:script|link)[^>]*(?:src|href)=\"(http[^\"]*)", page.read_text())
        assert not loaded, f"{page.name} needs the network"
