"""What the README shows works as it stands."""

import re
from pathlib import Path

import yaml

from delith.energetics.closed import COLUMNS
from delith.study import Study

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_python_example_runs(capsys):
    (example,) = blocks("python")
    assert len(example.strip().splitlines()) <= 15
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert re.search(r"0\.1\d J/m² True", printed)


def test_study_shown_is_the_study_of_the_demo():
    (shown,) = blocks("yaml")
    demo = (ROOT / "workflows" / "lco_demo.yaml").read_text(encoding="utf-8")
    assert Study.model_validate(yaml.safe_load(shown)) == Study.model_validate(yaml.safe_load(demo))


def test_every_column_is_explained_and_every_linked_file_is_there():
    named = set(re.findall(r"`(\w+)`", README))
    assert set(COLUMNS) <= named
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
