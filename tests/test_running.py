"""A run killed at any moment and started again ends as if nothing had happened."""

import errno
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sysconfig
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest
from ase.db import connect

from delith import running, study
from delith.errors import DelithError
from delith.running import Results
from delith.store import Store
from delith.study import Study
from idle import Idle

DELITH = Path(sysconfig.get_path("scripts")) / "delith"
OUTPUTS = ("study.yaml", "records.db", "boundary_energy.csv", "boundary_energy.png")


@pytest.fixture
def study_file(quick: Study, tmp_path: Path) -> Path:
    path = tmp_path / "quick.yaml"
    study.write(quick, path)
    return path


def driver(study_file: Path, folder: Path, workers: int = 1) -> subprocess.Popen:
    """A real `delith run`, started from elsewhere, in a session of its own."""
    return subprocess.Popen(
        [DELITH, "run", study_file, "-o", folder, "-j", str(workers)],
        cwd=folder.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def session(leader: int) -> list[int]:
    """Living processes of a session."""
    living = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, number = stat.read_text().rpartition(")")[2].split()[:4]
            if int(number) == leader and state != "Z":
                living.append(int(stat.parent.name))
    return living


def until(condition, patience: float = 300.0) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def rows(folder: Path) -> dict[str, tuple[int, float]]:
    """Row number and time of each record, by key; a key in two rows is an error."""
    found = [(r.task, (r.id, r.ctime)) for r in connect(folder / "records.db").select()]
    assert len(dict(found)) == len(found), "a relaxation is stored twice"
    return dict(found)


def count(folder: Path) -> int:
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(folder / "records.db")) as db:
        return db.execute("SELECT count(*) FROM systems").fetchone()[0]
    return 0


def assert_undisturbed(folder: Path, undisturbed: Results) -> None:
    records = Store(folder / "records.db").records()
    assert {r.key: r.energy for r in records} == pytest.approx(
        {r.key: r.energy for r in undisturbed.records}, abs=1e-6
    )
    assert len(rows(folder)) == len(undisturbed.records)
    name = "boundary_energy.csv"
    assert (folder / name).read_bytes() == (undisturbed.folder / name).read_bytes()
    assert (folder / "boundary_energy.png").stat().st_size > 0


def test_an_undisturbed_run_gives_energies(undisturbed):
    assert len(undisturbed.records) == len(rows(undisturbed.folder)) == 7
    assert all(r.usable for r in undisturbed.records)
    assert list(undisturbed.table["lithium_content"]) == [1.0, 0.5]
    assert undisturbed.table["gamma_J_per_m2"].gt(0).all()
    assert all((undisturbed.folder / name).is_file() for name in OUTPUTS)


def test_a_finished_study_relaxes_nothing_and_writes_the_same(quick, finished):
    before = {name: (finished / name).read_bytes() for name in OUTPUTS}
    again = running.run(finished / "study.yaml", finished, Idle())
    assert {name: (finished / name).read_bytes() for name in OUTPUTS} == before
    assert len(again.records) == 7


@pytest.mark.slow
@pytest.mark.parametrize("lost", [[1], [3, 6]])
def test_only_what_is_missing_is_relaxed(finished, undisturbed, lost):
    before = rows(finished)
    with connect(finished / "records.db", use_lock_file=False) as database:
        database.delete(lost)
    kept = rows(finished)
    with ThreadPoolExecutor(1) as executor:
        running.run(finished / "study.yaml", finished, executor)
    assert_undisturbed(finished, undisturbed)
    assert len(kept) == len(before) - len(lost)
    assert {key: row for key, row in rows(finished).items() if key in kept} == kept


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_more_orderings_are_numbered_anew(quick, tmp_path):
    """Orderings are numbered by Ewald energy: among more, a known one has another number."""
    still = quick.relax.model_copy(update={"steps": 0})
    cells = {"repeat": (2, 1), "lithium": [0.5], "orderings": 3}
    few = quick.model_copy(update=cells | {"relax": still, "bulk": still})
    with ThreadPoolExecutor(1) as executor:
        running.run(few, tmp_path / "one", executor)
        more = few.model_copy(update={"orderings": 5})
        grown = running.run(more, tmp_path / "one", executor)
        afresh = running.run(more, tmp_path / "other", executor)
    numbers = [sorted((r.key, r.ordering) for r in results.records) for results in (grown, afresh)]
    assert numbers[0] == numbers[1]


@pytest.mark.usefixtures("undrawn")
def test_a_wider_study_keeps_what_the_narrow_one_did(quick, finished):
    before = rows(finished)
    wider = quick.model_copy(update={"lithium": [1.0, 0.5, 0.0]})
    with ThreadPoolExecutor(1) as executor:
        results = running.run(wider, finished, executor)
    assert len(results.records) == 9
    after = rows(finished)
    assert {key: after[key] for key in before} == before
    assert len(after) == 9


@pytest.mark.slow
def test_a_driver_killed_is_gone_on_from(study_file, undisturbed, tmp_path):
    folder = tmp_path / "results"
    process = driver(study_file, folder)
    try:
        until(lambda: count(folder) >= 1)
        with pytest.raises(DelithError, match="another delith run is working"):
            running.run(study_file, folder, Idle())
    finally:
        process.kill()
    process.wait()
    # workers whose driver was killed end by themselves
    until(lambda: not session(process.pid), patience=20)
    kept = rows(folder)
    assert 1 <= len(kept) <= 7
    part = running.status(folder)
    assert part.total == 7
    assert len(part.records) == len(kept)
    with ThreadPoolExecutor(1) as executor:
        running.run(study_file, folder, executor)
    assert_undisturbed(folder, undisturbed)
    assert {key: row for key, row in rows(folder).items() if key in kept} == kept


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["driver", "worker"])
@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_again_and_again(study_file, undisturbed, tmp_path, seed, victim):
    choose = random.Random(f"{victim} {seed}")
    folder = tmp_path / "results"
    kept: dict[str, tuple[int, float]] = {}
    for _ in range(4):
        process = driver(study_file, folder, workers=2)
        time.sleep(choose.uniform(1.0, 10.0))
        workers = [pid for pid in session(process.pid) if pid != process.pid]
        target = choose.choice(workers) if victim == "worker" and workers else process.pid
        with suppress(ProcessLookupError):
            os.kill(target, signal.SIGKILL)
        _, told = process.communicate(timeout=120)
        until(lambda leader=process.pid: not session(leader), patience=20)
        if target != process.pid and process.returncode:
            assert process.returncode == 2
            assert "run the same command again" in told
        if (folder / "records.db").exists():
            now = rows(folder)
            assert {key: now[key] for key in kept} == kept
            kept = now
    last = driver(study_file, folder)
    _, told = last.communicate(timeout=120)
    assert last.returncode == 0, told
    assert_undisturbed(folder, undisturbed)
    now = rows(folder)
    assert {key: now[key] for key in kept} == kept


def test_status_of_a_finished_study(finished, undisturbed):
    status = running.status(finished)
    assert status.total == len(status.records) == 7
    assert status.table.equals(undisturbed.table)


@pytest.mark.usefixtures("undrawn")
def test_a_folder_stands_alone(quick, lco, tmp_path):
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    lco.atoms.write(inputs / "mine.cif")
    study.write(
        quick.model_copy(update={"crystal": "mine.cif", "lithium": [1.0]}), inputs / "a.yaml"
    )
    with ThreadPoolExecutor(1) as executor:
        results = running.run(inputs / "a.yaml", tmp_path / "results", executor)
    shutil.rmtree(inputs)
    moved = results.folder.rename(tmp_path / "moved")
    assert len(running.status(moved).records) == 3
    again = running.run(moved / "study.yaml", moved, Idle())
    assert again.table.equals(results.table)


@pytest.mark.usefixtures("undrawn")
def test_the_default_folder_is_named_after_the_file(study_file, finished, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    finished.rename(tmp_path / "runs" / "quick")
    assert running.run(study_file, executor=Idle()).folder == Path("runs/quick")


def test_a_study_that_is_no_file_needs_a_folder(quick):
    with pytest.raises(DelithError, match="give a folder"):
        running.run(quick)


@pytest.mark.parametrize("name", ["LiNiO2", "other.cif"])
def test_a_folder_of_another_crystal_is_left_as_it_is(quick, finished, lco, tmp_path, name):
    """Its study and tables would be lost; a study that only grew goes on there."""
    if name.endswith(".cif"):  # of the same name, and the same atoms elsewhere
        lco.atoms.write(finished / name)
        text = (finished / "study.yaml").read_text().replace("LiCoO2", name)
        (finished / "study.yaml").write_text(text)
        wide = lco.atoms.copy()
        wide.set_cell(wide.cell[:] * 1.05, scale_atoms=True)
        wide.write(tmp_path / name)
        name = str(tmp_path / name)
    before = {path.name: path.read_bytes() for path in finished.iterdir() if path.is_file()}
    with pytest.raises(DelithError, match=r"holds a study of another crystal .* with -o"):
        running.run(quick.model_copy(update={"crystal": name}), finished, Idle())
    after = {path.name: path.read_bytes() for path in finished.iterdir() if path.is_file()}
    assert after == before


def test_files_that_a_study_in_python_names_are_found_from_anywhere(quick, tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text("from ase.calculators.emt import EMT as make\n")
    monkeypatch.chdir(tmp_path)
    prepared = running.prepare(quick.model_copy(update={"potentials": ("mine.py:make",)}), "out")
    assert study.load(prepared / "study.yaml").potentials == (f"{tmp_path}/mine.py:make",)


def test_folders_that_cannot_be_looked_into_are_said(tmp_path):
    with pytest.raises(DelithError, match=r"cannot read .*: File name too long"):
        running.status(tmp_path / ("long" * 80))


def test_a_damaged_store_stops_a_run_before_it_begins(quick, finished):
    (finished / "records.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(DelithError, match="is damaged"):
        running.run(quick, finished, Idle())
    assert (finished / "records.db").read_bytes() == b"garbage" * 1000


def test_a_disk_that_is_full_spoils_no_crystal(quick, lco, tmp_path, monkeypatch):
    """What a folder holds of the user's file is not written again, or not in its place."""
    lco.atoms.write(tmp_path / "mine.cif")
    asked = quick.model_copy(update={"crystal": str(tmp_path / "mine.cif")})
    folder = tmp_path / "results"
    folder.mkdir()

    def full(source, copy):
        Path(copy).write_bytes(b"")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", full)
        with pytest.raises(DelithError, match="No space left"):
            running.write_study(asked, folder)
    assert not (folder / "mine.cif").exists()
    running.write_study(asked, folder)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", full)
        running.write_study(asked, folder)
    assert study.load(folder / "study.yaml").crystal_content == asked.crystal_content
