"""What the README shows works as it stands."""

import re
from pathlib import Path

import pytest
import yaml

from delith import clusters, crystals, potentials, study, training
from delith.clusters import Cluster
from delith.energetics.closed import COLUMNS
from delith.study import Study
from delith.study.planning import plan
from delith.training import LearnSettings, TrainSettings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.slow
def test_python_examples_run(capsys, tmp_path, monkeypatch, write_mace):
    monkeypatch.chdir(tmp_path)
    potentials.trust(*(write_mace(tmp_path / f"run_{seed}.model", seed) for seed in (0, 1)))
    examples = blocks("python")
    assert len(examples) == 3
    for example in examples:
        assert len(example.strip().splitlines()) <= 15
        exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert re.search(r"0\.3\d J/m² True", printed)
    assert "7 inversion inversion at" in printed
    assert "Mg on Mn at" in printed
    assert "eV between the models" in printed


def test_studies_shown_are_studies_and_the_first_is_that_of_the_demo():
    shown = [yaml.safe_load(block) for block in blocks("yaml")]
    kinds = {"data": TrainSettings, "training": LearnSettings, "scheduler": Cluster}
    for key, kind in kinds.items():
        assert [kind.model_validate(keys) for keys in shown if key in keys]
    first, *others = (
        Study.model_validate(keys) for keys in shown if not kinds.keys() & keys.keys()
    )
    demo = (ROOT / "workflows" / "lco_demo.yaml").read_text(encoding="utf-8")
    assert first == Study.model_validate(yaml.safe_load(demo))
    assert others
    for other in others:
        crystal = crystals.load(other.crystal)
        for choice in other.boundaries:
            assert choice.build(crystal, 8.0, (1, 1)).count == 2


FILES = sorted((ROOT / "workflows").rglob("*.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_workflows_can_be_planned(path):
    keys = yaml.safe_load(path.read_text(encoding="utf-8"))
    if "data" in keys:
        assert training.load(path).held_out
    elif "scheduler" in keys:
        assert clusters.load(path).workers
    else:
        # with the default, because others need environments of their own
        asked = study.load(path).model_copy(update={"potentials": (potentials.DEFAULT,)})
        assert len(plan(asked))


def test_every_column_is_explained_and_every_linked_file_is_there():
    named = set(re.findall(r"`(\w+)`", README))
    assert set(COLUMNS) <= named
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
