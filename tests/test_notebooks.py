"""Notebooks run from top to bottom, and are what their scripts say."""

import re
from pathlib import Path

import jupytext
import pytest
from nbconvert.preprocessors import ExecutePreprocessor

FOLDER = Path(__file__).parents[1] / "workflows" / "notebooks"
SCRIPTS = sorted(FOLDER.glob("*.py"))


def cells(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def test_there_are_notebooks():
    assert len(SCRIPTS) >= 4
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == {path.stem for path in SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_holds_its_script_and_was_run_as_a_whole(script):
    notebook = jupytext.read(script.with_suffix(".ipynb"))
    assert cells(notebook) == cells(jupytext.read(script)), "make notebooks"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not re.search(r"/(home|root|work)/", script.with_suffix(".ipynb").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_runs(script):
    notebook = jupytext.read(script)
    ran, _ = ExecutePreprocessor(timeout=600).preprocess(
        notebook, {"metadata": {"path": str(FOLDER)}}
    )
    shown = [out for cell in ran.cells for out in cell.get("outputs", [])]
    assert any("image/png" in out.get("data", {}) for out in shown)
