"""Where work is done is said in one way, whatever the work is."""

import json

import pytest

from delith import standing, study
from delith.store import Store

pytest.importorskip("parsl")


@pytest.fixture
def cluster(tmp_path):
    file = tmp_path / "cluster.yaml"
    file.write_text("{scheduler: local, cores: 1}")
    return file


def energies(folder) -> dict[str, float]:
    return {record.key: record.energy for record in Store(folder / "records.db").records()}


@pytest.mark.slow
def test_labels_and_checks_are_made_on_a_cluster(delith, undisturbed, cluster, tmp_path):
    """The same as here, and their folders say how far they are."""
    words = ("--with", "mace-lco", "--structures", 3)
    label = ("label", undisturbed.folder, *words)
    code, out, err = delith(*label, "-o", "there", "--cluster", cluster)
    assert (code, err) == (0, "")
    assert "3 structures in there" in out
    delith(*label, "-o", "here", "-j", 1)
    there = tmp_path / "there"
    assert energies(there) == energies(tmp_path / "here")
    assert (there / "cluster" / "parsl.log").parent.is_dir()
    assert standing.stored(there)[0].total == 3
    code, out, err = delith("status", there)
    assert (code, err) == (0, "")
    assert "there: 3 of 3 calculations done" in " ".join(out.split())
    words = ("--with", "mace-lco", "-o", "check", "--cluster", cluster)
    code, _, err = delith("check", undisturbed.folder, *words)
    assert (code, err) == (0, "")
    assert (tmp_path / "check" / "check.csv").is_file()
    assert "calculations done" in " ".join(delith("status", "check")[1].split())


@pytest.mark.parametrize(
    "words",
    [
        ("run", "quick.yaml", "-o", "out", "-j", 2),
        ("label", "nowhere", "-o", "out", "-j", 2),
        ("label", "nowhere", "-o", "out", "--device", "cuda"),
        ("check", "nowhere", "--with", "chgnet", "-j", 2),
        ("learn", "learn.yaml", "-o", "out", "-j", 2),
    ],
)
def test_workers_are_asked_for_once(delith, quick, cluster, tmp_path, words):
    study.write(quick, tmp_path / "quick.yaml")
    (tmp_path / "learn.yaml").write_text(json.dumps({"study": "quick.yaml", "training": "t.yaml"}))
    code, _, err = delith(*words, "--cluster", cluster)
    assert code == 2
    assert "its file says where potentials run: no -j, no --device" in err


@pytest.mark.slow
def test_rounds_of_learning_are_shown_each(delith, undisturbed, tmp_path):
    """In the order in which they were made."""
    for name in ("round_0/study", "round_0/labels"):
        (tmp_path / "learnt" / name).mkdir(parents=True)
        store = Store(tmp_path / "learnt" / name / "records.db")
        with store.writing():
            store.add(undisturbed.records[0])
    code, out, err = delith("status", "learnt")
    assert (code, err) == (0, "")
    assert out.index("round_0/study: 1 calculations") < out.index("round_0/labels: 1 calc")
    code, _, err = delith("status", tmp_path / "nothing")
    assert code == 2
    assert "no results folder: it has no study.yaml, no records.db and no rounds" in err
