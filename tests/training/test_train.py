"""A committee from a results folder: trained, tested on what it has not seen, gone on with."""

import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from ase.build import bulk
from ase.io import read, write

from delith import potentials, training
from delith.errors import DelithError
from delith.potentials.weights import sha256
from delith.training import TrainSettings
from delith.training.frames import of_records
from delith.training.trainer import STAGES


def settings(**given) -> TrainSettings:
    tiny = {"held_out": ["twin *"], "models": 1, "channels": 4, "epochs": 1, "cutoff": 3.5}
    return TrainSettings.model_validate(tiny | given)


@pytest.fixture(scope="module")
def data(undisturbed) -> list[str]:
    return [str(undisturbed.folder)]


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    return training.train(settings(data=data, models=2), tmp_path_factory.mktemp("trained"))


@pytest.mark.slow
def test_the_committee_is_a_potential_and_its_card_has_its_sums(trained, data):
    committee = potentials.load(trained.potential)
    assert committee.num_models == 2
    card = (trained.folder / "card.md").read_text()
    for model in sorted(trained.folder.glob("member_*.model")):
        assert sha256(model) in card
    assert "Level of theory: chgnet-r2scan." in card
    assert f"\n- {os.path.relpath(data[0])}\n" in card
    members = [p.read_bytes() for p in trained.folder.glob("member_*.model")]
    assert members[0] != members[1]


@pytest.mark.slow
def test_held_out_boundaries_are_tested_and_not_trained_on(trained):
    assert set(trained.errors.loc[trained.errors["part"] == "test", "host"]) == {"twin (104)"}
    seen = (trained.folder / "member_0" / "train.xyz").read_text()
    seen += (trained.folder / "member_0" / "valid.xyz").read_text()
    tested = trained.errors.loc[trained.errors["part"] != "test", "frames"].sum()
    assert len(re.findall("REF_energy", seen)) == tested
    assert trained.gammas["held_out"].all()
    assert trained.gammas["gamma_J_per_m2"].notna().all()
    written = pd.read_csv(trained.folder / "gamma.csv")
    assert written["gamma_J_per_m2"].to_numpy() == pytest.approx(
        trained.gammas["gamma_J_per_m2"].to_numpy(), rel=1e-4
    )


@pytest.mark.slow
def test_each_folder_of_the_data_has_a_gamma_of_its_own(trained, data, tmp_path):
    """Cells of another size may have the same label there: they must not mix."""
    shutil.copytree(data[0], tmp_path / "more")
    shutil.copytree(trained.folder, tmp_path / "both")
    for name in ("train.yaml", "split.csv"):
        (tmp_path / "both" / name).unlink()
    both = settings(data=[*data, str(tmp_path / "more")], models=2)
    made = training.train(both, tmp_path / "both")  # of the models that are there
    assert len(made.gammas) == 2 * len(trained.gammas)
    for _, rows in made.gammas.groupby("data"):
        plain = rows.drop(columns="data").reset_index(drop=True)
        assert plain.equals(trained.gammas.drop(columns="data"))


@pytest.mark.slow
def test_what_is_there_is_kept_and_other_settings_are_refused(trained, data):
    before = {path: path.stat().st_mtime_ns for path in trained.folder.glob("member_*.model")}
    again = training.train(settings(data=data, models=2), trained.folder)
    assert again.gammas.equals(trained.gammas)
    assert {p: p.stat().st_mtime_ns for p in before} == before
    with pytest.raises(DelithError, match="committee of other settings"):
        training.train(settings(data=data, models=2, epochs=2), trained.folder)


@pytest.mark.slow
def test_training_begins_with_a_committee(trained, data, tmp_path):
    """At a rate of nothing it stays what it was, but for the energies of single atoms."""
    begin = settings(data=data, begin=trained.potential, models=3, learning_rate=1e-9, batch=1)
    went_on = training.train(begin, tmp_path / "same")
    members = [
        [potentials.load(str(path)) for path in sorted(folder.glob("member_*.model"))]
        for folder in (trained.folder, went_on.folder)
    ]
    for number, after in enumerate(members[1]):
        before = members[0][number % 2]
        shifts = []
        for frame in training.frames.read(Path(data[0]))[::5]:
            told = []
            for member in (before, after):
                frame.atoms.calc = member
                told.append((frame.atoms.get_forces(), frame.atoms.get_potential_energy()))
            assert np.abs(told[0][0] - told[1][0]).max() < 1e-4
            shifts.append((told[1][1] - told[0][1]) / len(frame.atoms))
        assert np.ptp(shifts) < 0.05
    with pytest.raises(DelithError, match="begin: channels is 2 here and 4 in"):
        training.train(begin.model_copy(update={"channels": 2}), tmp_path / "other")
    wide = begin.model_copy(update={"channels": 8, "models": 1})
    wider = potentials.load(training.train(wide, tmp_path / "wide").potential)
    same, others = members[1][0], wider.get_forces(frame.atoms)
    assert np.abs(same.get_forces(frame.atoms) - others).max() < 1e-4
    (trained.folder / "member_0.model").write_bytes(b"0")
    with pytest.raises(DelithError, match="not known to be safe"):
        training.train(begin, tmp_path / "changed")


@pytest.mark.slow
def test_energies_are_learnt_after_forces_and_go_on_with_them(data, tmp_path):
    folder = training.train(settings(data=data, epochs=9), tmp_path).folder
    work = folder / "member_0"
    first, second = (yaml.safe_load((work / f"{n}.yaml").read_text()) for n in STAGES)
    assert first["energy_weight"] / first["forces_weight"] == 100
    assert second["energy_weight"] / second["forces_weight"] > 3000
    assert (first["max_num_epochs"], second["max_num_epochs"]) == (3, 6)
    rows = [
        [json.loads(row) for row in (work / "results" / f"{n}_run-0_train.txt").open()]
        for n in STAGES
    ]
    # what the second begins with, the first ended with; another network would be eV off
    ended, began = (
        next(row["rmse_f"] for row in found if row["mode"] == "eval")
        for found in (rows[0][::-1], rows[1])
    )
    assert began == pytest.approx(ended, rel=1e-3)
    forces = (work / "forces.model").read_bytes()
    for path in (folder / "member_0.model", work / "energies.model"):
        path.unlink()
    checkpoints = sorted((work / "checkpoints").glob("energies_*.pt"), key=os.path.getmtime)
    checkpoints[-1].unlink()
    training.train(settings(data=data, epochs=9), tmp_path)
    assert (work / "forces.model").read_bytes() == forces
    assert (folder / "member_0.model").is_file()


@pytest.mark.slow
def test_of_what_is_replayed_only_forces_are_learnt(data, tmp_path):
    """Energies that lie 100 eV an atom higher would else show; and what the data lack is kept."""
    teacher = potentials.load("mace-lco")
    for seed in range(6):
        lithium = bulk("Li", cubic=True).repeat(2)
        lithium.rattle(0.1, seed=seed)
        lithium.calc = teacher
        lithium.get_stress()
        write(tmp_path / f"{seed}.extxyz", lithium)
    others = [
        dataclasses.replace(frame, energy=frame.energy + 100 * len(frame.atoms), level="another")
        for frame in training.frames.read(Path(data[0]))
    ]
    write(tmp_path / "others.xyz", [frame.labelled() for frame in others], format="extxyz")
    given = settings(
        data=[str(tmp_path / "?.extxyz")], replay=[str(tmp_path / "others.xyz")], held_out=[],
        begin="mace-lco", channels=32, cutoff=4.5, epochs=6,
    )  # fmt: skip
    made = training.train(given, tmp_path / "made")
    told = read(made.folder / "member_0" / "train.xyz", ":")
    replayed = [atoms for atoms in told if atoms.info.get("config_energy_weight") == 0]
    assert len(replayed) == len(others)
    assert all(atoms.info["config_weight"] < 0.1 for atoms in replayed)
    errors = made.errors.set_index("part")
    assert errors.loc["training", "energy_rmse_meV_per_atom"].max() < 200
    assert errors.loc["replay", "energy_rmse_meV_per_atom"].min() > 90_000
    card = (made.folder / "card.md").read_text()
    assert f"\n- {os.path.relpath(tmp_path / 'others.xyz')}\n" in card
    network = potentials.load(str(made.folder / "member_0.model")).models[0]
    assert network.atomic_numbers.tolist() == [3, 8, 27]


@pytest.mark.slow
def test_training_begins_at_another_level_of_theory(data, tmp_path):
    """Levels differ by whole eV an atom, which a network could never learn at a low rate."""
    frames = [
        dataclasses.replace(
            frame,
            energy=frame.energy + float(np.sum(np.where(frame.atoms.numbers == 8, 400.0, -90.0))),
            level="another",
        )
        for frame in training.frames.read(Path(data[0]))
    ]
    write(tmp_path / "frames.extxyz", [frame.labelled() for frame in frames])
    # nothing held out: one Li content alone does not tell one element's energy from another's
    begin = TrainSettings(
        data=[str(tmp_path / "frames.extxyz")], begin="mace-lco", models=1, epochs=1,
        learning_rate=1e-9,
    )  # fmt: skip
    made = training.train(begin, tmp_path / "made")
    assert made.errors["energy_rmse_meV_per_atom"].max() < 50


def test_what_training_cannot_begin_with_is_said(data, tmp_path):
    for begin, complaint in [
        ("chgnet", "chgnet is no MACE model"),
        ("mace-lnmo", "the data have Co, which mace-lnmo does not know"),
        ("mace-nothing", "mace-nothing"),
    ]:
        given = settings(data=data, begin=begin, channels=32, cutoff=4.5)
        with pytest.raises(DelithError, match=complaint):
            training.train(given, tmp_path / begin)
        assert not (tmp_path / begin).exists()  # the name is free for settings that are right


@pytest.mark.slow
def test_ctrl_c_ends_the_trainers_and_says_how_to_go_on(data, tmp_path):
    (tmp_path / "train.yaml").write_text(
        f"data: {data}\nmodels: 1\nchannels: 4\ncutoff: 3.5\nepochs: 100000\n"
    )
    folder = tmp_path / "out"
    command = [sys.executable, "-m", "delith", "train", tmp_path / "train.yaml", "-o", folder]
    driver = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # who started the tests may have it ignored, as shells do for what they run in background
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    log, end = folder / "member_0" / "log.txt", time.monotonic() + 120
    while not (log.is_file() and "Epoch 0" in log.read_text()) and time.monotonic() < end:
        time.sleep(0.5)
    driver.send_signal(signal.SIGINT)
    _, said = driver.communicate(timeout=30)
    assert driver.returncode == 130
    assert "Traceback" not in said
    assert "the same command goes on from there." in said
    written = log.read_text()
    assert "Epoch 0" in written
    time.sleep(3)
    assert log.read_text() == written, "the trainer goes on"


def test_models_that_this_did_not_make_are_not_opened(data, tmp_path):
    (tmp_path / "member_0.model").write_bytes(b"whatever code is in it")
    with pytest.raises(DelithError, match="not known to be safe"):
        training.train(settings(data=data), tmp_path)


@pytest.mark.slow
def test_data_that_grew_are_refused(data, undisturbed, tmp_path):
    with pytest.raises(DelithError, match="trainer failed"):
        training.train(settings(data=data, device="meta"), tmp_path)
    split = pd.read_csv(tmp_path / "split.csv")
    assert split["structures"].sum() == len(of_records(undisturbed.records))
    split.iloc[1:].to_csv(tmp_path / "split.csv", index=False)
    with pytest.raises(DelithError, match=r"other settings or data .*split\.csv"):
        training.train(settings(data=data, device="meta"), tmp_path)


@pytest.mark.slow
def test_structures_weigh_what_the_training_file_says(data, tmp_path):
    with pytest.raises(DelithError, match="trainer failed"):
        # with a device that the trainer does not know: what it is given is there
        training.train(
            settings(data=data, held_out=[], weights={"bulk *": 0.25}, device="meta"), tmp_path
        )
    split = pd.read_csv(tmp_path / "split.csv").query("part == 'training'")
    lighter = split.loc[split["host"].str.startswith("bulk"), "structures"].sum()
    told = [atoms.info["config_weight"] for atoms in read(tmp_path / "member_0/train.xyz", ":")]
    assert 0 < lighter < len(told)
    assert sorted(told) == [0.25] * lighter + [1] * (len(told) - lighter)


def test_weights_of_hosts_that_are_not_there_are_refused(data, tmp_path):
    with pytest.raises(DelithError, match=r"weights: no host is called 'bluk', only \['bulk for"):
        training.train(settings(data=data, weights={"bluk": 2}), tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_a_trainer_that_fails_says_where_its_log_is(data, tmp_path):
    """With a device that torch has and the trainer does not know."""
    with pytest.raises(DelithError, match=r"trainer failed: see .*log\.txt"):
        training.train(settings(data=data, device="meta"), tmp_path)


def test_a_device_that_is_not_there_leaves_the_folder_as_it_was(data, tmp_path):
    """It can be trained in on another."""
    with pytest.raises(DelithError, match="cannot compute on 'abacus' here"):
        training.train(settings(data=data, device="abacus"), tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("data: [none.extxyz]", "data: there is no .*none.extxyz"),
        ("held_out: [a]", "data: Field required"),
        ("data: [x]\nepoch: 3", r"epoch: no such key \(keys of a training"),
        ("data: [x]\nvalidation: 2", "validation: .* less than 1"),
        ("[1, 2]", "must hold keys such as data:"),
        ("{", "is no YAML"),
    ],
)
def test_bad_training_files_are_errors_a_person_can_act_on(text, complaint, delith, tmp_path):
    (tmp_path / "train.yaml").write_text(text)
    code, _, said = delith("train", "train.yaml", "-o", tmp_path)
    assert code == 2
    assert "Traceback" not in said
    assert re.search(complaint, said)
