"""Active learning: what is unsure is labelled, training goes on, and γ is followed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml

from delith import study
from delith.errors import DelithError
from delith.training import frames, learning
from delith.training.learning import LearnSettings, learn, least_sure

TINY = {"channels": 4, "cutoff": 3.5, "models": 2, "radial": [8], "correlation": 2}
# so much that energies change from round to round
TINY |= {"epochs": 20, "learning_rate": 0.1}


def test_the_least_sure_come_first_and_wrecks_not_at_all(undisturbed):
    known = [record for record in undisturbed.records if record.mobile]
    doubts = np.linspace(0.1, 0.9, len(known))
    records = [replace(r, forces_std=d) for r, d in zip(known, doubts, strict=True)]
    records[-1] = replace(records[-1], problem="exploded: the volume changed by +80%")
    chosen = least_sure([*records, *undisturbed.records], 3)
    assert [r.forces_std for r in chosen] == sorted(doubts[:-1], reverse=True)[:3]


@pytest.fixture(scope="module")
def files(quick, undisturbed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("learning")
    few = {"steps": 3, "fmax": 0.5, "smax": 5}
    study.write(quick.model_copy(update={"lithium": [0.5]}), folder / "study.yaml")
    content = yaml.safe_load((folder / "study.yaml").read_text())
    content |= {"relax": content["relax"] | few, "bulk": content["bulk"] | few}
    (folder / "study.yaml").write_text(yaml.safe_dump(content))
    (folder / "train.yaml").write_text(yaml.safe_dump({"data": [str(undisturbed.folder)]} | TINY))
    given = {"study": "study.yaml", "training": "train.yaml", "frames": 2, "rounds": 1}
    (folder / "learn.yaml").write_text(yaml.safe_dump(given | {"settled": 1e-9}))
    return folder


@pytest.mark.slow
def test_each_round_labels_and_goes_on(files, tmp_path):
    settings = learning.load(files / "learn.yaml")
    learnt = learn(settings, tmp_path)
    assert not learnt.settled
    labelled = frames.records_in(tmp_path / "round_0" / "labels")
    assert len(labelled) == 2
    assert {r.potential for r in labelled} == {"chgnet-r2scan"}
    first, second = (tmp_path / f"round_{k}" / "committee" for k in (0, 1))
    counts = [
        (f / "member_0" / "train.xyz").read_text().count("REF_energy") for f in (first, second)
    ]
    assert counts[1] > counts[0]
    log = (second / "member_0" / "log.txt").read_text()
    assert "Using foundation model begin.model as initial checkpoint" in log
    written = pd.read_csv(tmp_path / "rounds.csv")
    assert sorted(set(written["round"])) == [0, 1]
    # unconverged cells of untrained models may leave γ open, yet every round is in the table
    assert learnt.committee.folder == second


@pytest.mark.parametrize(
    ("before", "now", "settled"),
    [
        ([0.3, 0.5], [0.304, 0.499], True),
        ([0.3, 0.5], [0.306, 0.5], False),
        ([0.3, 0.5], [0.3, np.nan], False),
        ([0.3, np.nan], [0.3, np.nan], True),
    ],
)
def test_settled_is_what_stays_and_stays_told(before, now, settled):
    rounds = [
        pd.DataFrame(
            {"boundary": ["a", "b"], "state": "", "lithium_content": 1.0, "gamma_J_per_m2": gammas}
        )
        for gammas in (before, now)
    ]
    assert learning._settled(rounds, 0.005) == settled
    assert not learning._settled(rounds[:1], 0.005)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("study: a.yaml", "training"),
        ("{study: a.yaml, training: b.yaml, rounds: 0}", "rounds"),
        ("{study: a.yaml, training: b.yaml, wrong: 0}", "wrong"),
    ],
)
def test_bad_learning_files_are_errors_a_person_can_act_on(text, complaint, tmp_path):
    (tmp_path / "learn.yaml").write_text(text)
    with pytest.raises(DelithError, match=complaint):
        learning.load(tmp_path / "learn.yaml")


def test_files_are_found_beside_the_learning_file(files, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = learning.load(files / "learn.yaml")
    assert settings == LearnSettings(
        study=str(files / "study.yaml"),
        training=str(files / "train.yaml"),
        frames=2,
        rounds=1,
        settled=1e-9,
    )


def test_a_teacher_or_study_that_cannot_be_is_said_before_anything_is_trained(files, tmp_path):
    settings = learning.load(files / "learn.yaml").model_copy(update={"teacher": "nobody"})
    with pytest.raises(DelithError, match="nobody"):
        learn(settings, tmp_path / "learnt")
    assert not (tmp_path / "learnt").exists()


@pytest.mark.parametrize(
    ("training", "teacher", "complaint"),
    [
        ({"models": 1}, "chgnet-r2scan", "models: one alone is never unsure"),
        ({}, "chgnet", "the first data are of 'chgnet-r2scan' and the teacher is 'chgnet'"),
        ({"level": "mace-lco"}, "chgnet-r2scan", "the first data are of 'mace-lco'"),
    ],
)
def test_what_would_learn_nothing_is_said_before_anything_is_trained(
    files, tmp_path, training, teacher, complaint
):
    given = yaml.safe_load((files / "train.yaml").read_text()) | training
    (tmp_path / "train.yaml").write_text(yaml.safe_dump(given))
    changes = {"training": str(tmp_path / "train.yaml"), "teacher": teacher}
    settings = learning.load(files / "learn.yaml").model_copy(update=changes)
    with pytest.raises(DelithError, match=complaint):
        learn(settings, tmp_path / "learnt")
    assert not (tmp_path / "learnt").exists()
