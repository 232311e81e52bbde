"""Students in the package: small, opened without being trusted by hand, near their teacher."""

import shutil

import numpy as np
import pytest

from delith import crystals, potentials
from delith.errors import DelithError
from delith.potentials.weights import opened, sha256
from delith.study.choices import DopantChoice, ScreenChoice
from delith.study.planning import plan

STUDENTS = [entry for entry in potentials.available() if entry.level == "student"]


@pytest.fixture(params=STUDENTS, ids=lambda entry: entry.name)
def student(request):
    return request.param


def test_they_are_committees_of_a_megabyte_each_at_most(student):
    assert len(student.files) > 1
    assert all(file.stat().st_size < 1e6 for file in student.files)
    assert sorted(student.sums) == sorted(map(sha256, student.files))


def test_their_card_says_what_they_were_trained_on_and_how_they_err(student):
    card = student.files[0].with_name(f"{student.name}.md").read_text()
    for sum_ in student.sums:
        assert sum_ in card
    assert "held_out" in card
    assert "\n- /" not in card, "a path of the machine on which it was trained"


def test_a_file_that_was_tampered_with_is_not_opened(student, tmp_path):
    file = tmp_path / "changed.model"
    shutil.copy(student.files[0], file)
    opened(file, student.sums)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(DelithError, match="not known to be safe"):
        opened(file, student.sums)


def test_each_member_is_a_potential_of_its_own(student):
    names = potentials.members(student.name)
    assert [potentials.info(name).files for name in names] == [(f,) for f in student.files]
    assert len({potentials.weights_sha256(name) for name in names}) == len(names)
    assert potentials.info(names[0]).caveat == student.caveat
    with pytest.raises(DelithError, match="No potential is called"):
        potentials.info(f"{student.name}-{len(names) + 1}")


#: What each was made for.
CRYSTALS = {"mace-lco": "LiCoO2", "mace-lnmo": "LiNi0.5Mn1.5O4"}


@pytest.mark.slow
def test_they_know_their_teacher_near_the_crystal(student):
    atoms = crystals.load(CRYSTALS[student.name]).atoms
    found = {}
    for name in (student.name, "chgnet-r2scan"):
        potential = potentials.load(name)
        rows = []
        for seed in range(3):
            moved = atoms.copy()
            moved.rattle(0.03, seed=seed)
            moved.calc = potential
            rows.append((moved.get_potential_energy() / len(moved), moved.get_forces()))
        found[name] = rows
    for (energy, forces), (true, pulls) in zip(*found.values(), strict=True):
        assert energy == pytest.approx(true, abs=0.01)
        assert np.sqrt(np.mean((forces - pulls) ** 2)) < 0.4 * np.sqrt(np.mean(pulls**2))


def test_what_it_was_not_trained_on_is_refused_before_anything_runs(quick):
    doped = {"dopants": DopantChoice(elements=["Mg"], site="Co"), "lithium": [1.0]}
    study = quick.model_copy(update=doped | {"screen": ScreenChoice(potential="mace-lco")})
    with pytest.raises(DelithError, match="mace-lco knows nothing of Mg"):
        plan(study)
