"""The command: what it says, where it says it, and with which exit code."""

import hashlib
import os
import signal
import subprocess
import sysconfig
import time
from dataclasses import replace
from pathlib import Path

import pytest
from ase.io import read

from delith import study
from delith.store import Store

DELITH = Path(sysconfig.get_path("scripts")) / "delith"

DISORDERED = """data_disordered
_cell_length_a 4.0
_cell_length_b 4.0
_cell_length_c 4.0
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'P 1'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Li1 Li 0 0 0 0.5
O1 O 0.5 0.5 0.5 1
"""


@pytest.fixture
def quick_file(quick, tmp_path) -> Path:
    path = tmp_path / "quick.yaml"
    study.write(quick, path)
    return path


def test_help_names_the_commands(delith):
    code, out, _ = delith("--help")
    assert code == 0
    assert all(word in out for word in ("run", "status", "build", "potentials"))
    code, out, _ = delith("run", "--help")
    assert code == 0
    assert all(word in out for word in ("--output", "--workers", "Study file"))


def test_a_finished_study_is_shown(delith, quick_file, finished):
    code, out, err = delith("run", quick_file, "-o", finished)
    assert (code, err) == (0, "")
    assert "7 of 7 relaxations, 0 running" in out
    assert "twin (104)" in out
    assert out.endswith(f"{finished}/boundary_energy.csv\n{finished}/boundary_energy.png\n")


def test_status_shows_what_is_done(delith, finished):
    code, out, err = delith("status", finished)
    assert (code, err) == (0, "")
    assert "7 of 7 relaxations done, 0 to do" in out
    assert "twin (104)" in out


def test_what_failed_is_forgotten_and_nothing_else(delith, finished):
    store = Store(finished / "records.db")
    before = store.records()
    bad = replace(before[0], key="t0", problem="failed: OSError: disk full", energy=float("nan"))
    store.add(bad)
    code, out, err = delith("forget", finished)
    assert (code, err) == (0, "")
    assert out.endswith("OSError: disk full\n1 forgotten\n")
    assert [r.key for r in store.records()] == [r.key for r in before]
    code, out, _ = delith("forget", finished)
    assert (code, out) == (0, "0 forgotten\n")
    code, _, err = delith("forget", "nowhere")
    assert code == 2
    assert "it has no records.db" in err


def test_variants_are_listed(delith):
    code, out, _ = delith("variants", "LiNi0.5Mn1.5O4")
    assert code == 0
    assert "P4_332" in out
    assert "Fd-3m (Li-Ni-Mn merged, O as it is): 8 variants" in out
    assert out.count("inversion at") == 4
    code, out, _ = delith("variants", "LiCoO2_spinel", "--parent", "anions")
    assert "translation [0, 0, 1/2]" in out


def test_a_parent_that_is_none_is_one_message(delith):
    code, _, err = delith("variants", "LiCoO2", "--parent", "LiNi0.5Mn1.5O4")
    assert code == 2
    assert "is no parent of LiCoO2" in err
    assert "Traceback" not in err


def test_the_catalogue_marks_what_is_odd(delith):
    code, out, _ = delith("catalogue", "LiCoO2", "--plane", "0 0 3", "--plane", "1 0 4")
    assert code == 0
    assert "twin (104)" in out
    assert out.count("not stoichiometric") == 2


def test_a_plane_without_boundaries_is_one_message(delith, zoo, tmp_path):
    zoo["TiO2"].atoms.write(tmp_path / "rutile.cif")
    code, _, err = delith("catalogue", tmp_path / "rutile.cif", "--plane", "1 1 0")
    assert code == 2
    assert "no domain boundary on the planes asked for" in err


def test_scene_writes_what_it_says(delith):
    code, out, _ = delith("scene", "LiCoO2", "-o", "scene.data", "--size", "20 20 10")
    assert code == 0
    assert "8 variants" in out
    assert "scene.data" in out


def test_build_writes_what_it_says(delith):
    for name in ("twin.cif", "POSCAR", "twin.extxyz"):
        code, out, err = delith("build", "twin", "LiCoO2", "1 0 4", "-o", name, "--separation", 6)
        assert (code, err) == (0, "")
        assert out.endswith(f"{name}\n")
        assert f"{len(read(name))} atoms" in out
    # a minus in front is no option
    code, out, _ = delith("build", "twin", "LiCoO2", "-1 0 -4", "-o", "other.cif")
    assert code == 0
    assert "twin (-1 0 -4)" in out
    code, out, _ = delith(
        *("build", "antiphase", "LiCoO2", "1,0,4", "-o", "apb.cif"),
        *("--vector", "0 0 0.5", "--repeat", "1 2"),
    )
    assert code == 0
    assert "antiphase (104)" in out


def test_potentials_are_listed(delith):
    code, out, err = delith("potentials")
    assert (code, err) == (0, "")
    assert "(default)" in out
    assert "PBE+U" in out
    # what is known to be wrong, by whose name it stands
    assert "\nmace-lco: a student" in out
    assert "\nchgnet-r2scan, chgnet, " in out


TWIN = "boundaries: [{kind: twin, plane: [1, 0, 4]}]\n"


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("missing.yaml", None, "missing.yaml"),
        ("broken.yaml", "crystal: [", "broken.yaml"),
        ("binary.yaml", b"\xff\xfe\x00\x81", "binary.yaml"),
        ("unknown.yaml", f"crystal: LiCoO2\n{TWIN}colour: blue\n", "colour: no such key"),
        ("nowhere.yaml", f"crystal: LiCoO3\n{TWIN}", "LiCoO3"),
        ("disordered.yaml", f"crystal: disordered.cif\n{TWIN}", "partly occupied"),
        ("plane.yaml", "crystal: LiCoO2\nboundaries: [{kind: twin, plane: [1, 0, 0]}]", "(100)"),
        ("potential.yaml", f"crystal: LiCoO2\n{TWIN}potential: magic\n", "magic"),
        ("content.yaml", f"crystal: LiCoO2\n{TWIN}lithium: [0.123]\n", "0.123"),
    ],
)
def test_a_study_that_cannot_be_done_is_one_message(delith, tmp_path, name, content, named):
    (tmp_path / "disordered.cif").write_text(DISORDERED)
    if content is not None:
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / name).write_bytes(data)
    code, _, err = delith("run", name, "-o", "results")
    assert code == 2
    assert err.startswith("delith: ")
    assert named in err
    assert not (tmp_path / "results").exists()


def test_a_folder_that_cannot_be_used_is_one_message(delith, quick_file, finished):
    for folder in (quick_file, quick_file / "below"):
        code, _, err = delith("run", quick_file, "-o", folder)
        assert code == 2
        assert f"cannot write to {folder}" in err
    (finished / "records.db").write_bytes(b"garbage" * 1000)
    for words in (("run", quick_file, "-o", finished), ("status", finished)):
        code, _, err = delith(*words)
        assert code == 2
        assert "records.db is damaged" in err
    code, _, err = delith("status", quick_file.parent)
    assert code == 2
    assert "no results folder" in err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("twin", "LiCoO3", "1 0 4", "-o", "a.cif"), "no crystal 'LiCoO3'"),
        (("twin", "LiCoO2", "1 0 0", "-o", "a.cif"), "not a mirror plane"),
        (("twin", "LiCoO2", "1 0", "-o", "a.cif"), "plane must be 3 whole numbers"),
        (("tilt", "LiCoO2", "1 0 4", "-o", "a.cif"), "kind: Input should be 'twin'"),
        (("twin", "LiCoO2", "1 0 4", "-o", "a.abc"), "cannot tell the format"),
        (("twin", "LiCoO2", "1 0 4", "-o", "no/where/a.cif"), "cannot write"),
        (("twin", "LiCoO2", "1 0 4", "-o", "a.cif", "--vector", "0 0 1"), "takes a vector"),
        (("twin", "LiCoO2", "1 0 4", "-o", "a.cif", "--repeat", "0 1"), "repeat"),
        (("twin", "LiCoO2", "1 0 4", "-o", "a.cif", "--separation", "nan"), "nan"),
        (("antiphase", "LiCoO2", "1 0 4", "-o", "a.cif", "--vector", "nan 0 0"), "vector"),
        (("twin", "LiCoO2", "nan 0 4", "-o", "a.cif"), "plane"),
        (("twin", "LiCoO2", "inf 0 4", "-o", "a.cif"), "plane"),
    ],
)
def test_a_boundary_that_cannot_be_built_is_one_message(delith, tmp_path, words, named):
    code, _, err = delith("build", *words)
    assert code == 2
    assert named in err
    assert not (tmp_path / "a.cif").exists()


def test_words_that_make_no_command_are_one_message(delith):
    for words in (("fly",), ("run",), ("run", "a.yaml", "-j", "0"), ("run", "a.yaml", "--what")):
        code, _, err = delith(*words)
        assert code == 2
        assert "Usage" in err


def interrupted(study_file: Path, folder: Path, ready) -> tuple[int, str]:
    """Press Ctrl-C once ``ready()``: the whole process group gets the signal."""
    process = subprocess.Popen(
        [DELITH, "run", study_file, "-o", folder, "-j", "1"],
        cwd=folder.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # who started the tests may have it ignored, as shells do for what they run in background
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    end = time.monotonic() + 300
    while not ready() and time.monotonic() < end:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    return process.returncode, err


def assert_tells_how_to_go_on(code: int, err: str) -> None:
    assert code == 130
    assert "Traceback" not in err
    assert "safe in the results folder; the same command goes on from there." in err


@pytest.mark.slow
def test_ctrl_c_says_what_is_safe(quick_file, tmp_path):
    folder = tmp_path / "results"

    def one_is_done() -> bool:
        # a record makes the file grow beyond its empty tables
        file = folder / "records.db"
        return file.exists() and file.stat().st_size > empty.stat().st_size

    from delith.store import Store

    empty = tmp_path / "empty.db"
    with Store(empty).writing():
        pass
    code, err = interrupted(quick_file, folder, one_is_done)
    assert_tells_how_to_go_on(code, err)
    assert len(Store(folder / "records.db").records()) >= 1


@pytest.mark.slow
def test_ctrl_c_while_workers_start_is_as_quiet(quick_file, tmp_path):
    folder = tmp_path / "results"
    started = []

    def workers_import() -> bool:
        if (folder / "records.db").exists():
            started.append(time.monotonic())
        return bool(started) and time.monotonic() - started[0] > 0.7

    assert_tells_how_to_go_on(*interrupted(quick_file, folder, workers_import))


def test_weights_are_trusted_by_command(delith, tmp_path):
    file = tmp_path / "mine.model"
    file.write_bytes(b"weights")
    code, out, err = delith("potentials", "trust", str(file))
    assert (code, err) == (0, "")
    assert out.split() == [hashlib.sha256(b"weights").hexdigest(), str(file)]
    code, out, err = delith("potentials", "trust", str(tmp_path / "none.model"))
    assert (code, out) == (2, "")
    assert "cannot read" in err
    assert "Traceback" not in err
