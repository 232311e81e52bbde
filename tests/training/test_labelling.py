"""Structures to learn from: disturbed within bounds, spread over the study, computed once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from ase.geometry import find_mic
from ase.spacegroup.symmetrize import prep_symmetry

from delith import potentials, training
from delith.errors import DelithError
from delith.training.labelling import LabelSettings, tasks

TEACHER = "chgnet-r2scan"


def made(records, **settings):
    return tasks(records, TEACHER, LabelSettings(**settings))


def test_every_group_has_its_share(undisturbed):
    cells = {(r.host.label, r.mobile_count) for r in undisturbed.records if r.mobile}
    few = made(undisturbed.records, structures=len(cells))
    assert {(t.host.label, t.mobile_count) for t in few} == cells
    many = made(undisturbed.records, structures=4 * len(cells))
    count = [sum((t.host.label, t.mobile_count) == cell for t in many) for cell in cells]
    assert set(count) == {4}
    assert len({t.key for t in many}) == len(many)
    assert {t.role for t in many} == {"disturbed"}


def test_cold_and_unstrained_they_lie_on_the_way_to_the_relaxed_structure(undisturbed):
    known = {(r.host.label, r.mobile_count, r.ordering): r for r in undisturbed.records}
    relaxed = 0
    for task in made(undisturbed.records, structures=30, temperature=0, strain=0):
        record = known[task.host.label, task.mobile_count, task.ordering]
        way = np.linalg.norm(task.start.cell[:] - record.start.cell[:])
        whole = np.linalg.norm(record.atoms.cell[:] - record.start.cell[:])
        share = way / whole
        assert -1e-9 < share < 1 + 1e-9
        ends = [a.get_scaled_positions(wrap=False) for a in (record.start, record.atoms)]
        moved = ends[1] - ends[0]
        expected = ends[0] + share * (moved - np.rint(moved))
        off = (task.start.get_scaled_positions(wrap=False) - expected) @ task.start.cell[:]
        assert find_mic(off, task.start.cell)[1].max() < 1e-6
        relaxed += share > 1 - 1e-9
    assert 8 < relaxed < 22, "about half"


def test_heat_and_strain_are_what_was_asked_for(undisturbed):
    records = [replace(r, start=r.atoms) for r in undisturbed.records]
    cold = made(records, structures=200, temperature=0, strain=0)
    hot = made(records, structures=200, temperature=1000, strain=0)
    # Einstein's crystal: k⟨u²⟩ = kT for each coordinate, the mean of T uniform up to 1000 K
    moves = [
        find_mic(h.start.positions - c.start.positions, c.start.cell)[0]
        for h, c in zip(hot, cold, strict=True)
    ]
    assert np.mean(np.concatenate(moves) ** 2) == pytest.approx(8.617e-5 * 500 / 8.0, rel=0.15)
    strained = made(records, structures=200, temperature=0, strain=0.04)
    strains = np.array(
        [
            np.linalg.solve(c.start.cell[:], s.start.cell[:]) - np.eye(3)
            for s, c in zip(strained, cold, strict=True)
        ]
    )
    np.testing.assert_allclose(strains, strains.transpose(0, 2, 1), atol=1e-9)
    assert 0.035 < np.abs(strains).max() <= 0.04


def test_a_mirror_plane_may_be_left(undisturbed):
    """What lies in it is as it was: here the plane in which every atom lies, across a."""
    full = [r for r in undisturbed.records if r.mobile_count == r.host.formula_units]
    records = [replace(r, atoms=r.start) for r in full]
    hot = {"structures": 20, "temperature": 1000, "strain": 0.04}
    whole, half = made(records, **hot), made(records, mirror=True, **hot)
    for free, kept in zip(whole, half, strict=True):
        rotations, _, _ = prep_symmetry(kept.start, 1e-5)
        assert any(np.array_equal(r, np.diag([-1, 1, 1])) for r in rotations)
        moved = kept.start.get_scaled_positions() - free.start.get_scaled_positions()
        moved -= np.rint(moved)
        assert np.abs(moved[:, 0]).max() > 1e-3
        assert np.abs(moved[:, 1:]).max() < 1e-9
        lengths = kept.start.cell.lengths() / free.start.cell.lengths()
        assert lengths == pytest.approx(1, abs=0.005)


def test_labels_are_computed_once_and_learnt_from_with_their_parents(undisturbed, tmp_path):
    settings = LabelSettings(structures=3)

    def labelled(size):
        with ThreadPoolExecutor(1) as executor:
            asked = settings.model_copy(update={"structures": size})
            return training.label(undisturbed.folder, tmp_path, TEACHER, asked, executor)

    first, more = labelled(3), labelled(4)
    assert [r.energy for r in more[:3]] == [r.energy for r in first]
    assert [r.provenance for r in more[:3]] == [r.provenance for r in first]
    frames = training.read(tmp_path)
    assert len(frames) == 4
    parents = {f.parent for f in training.read(undisturbed.folder)}
    assert {f.parent for f in frames} <= parents
    assert all(np.abs(f.forces).max() > 0.1 for f in frames)


@pytest.mark.slow
def test_a_committee_chooses_what_it_is_unsure_of(undisturbed):
    """Of five disturbances each: more doubt than of the first ones, over the same groups."""
    committee = potentials.load("mace-lco")
    plain, chosen = (
        made(undisturbed.records, structures=8, unsure=name) for name in (None, "mace-lco")
    )
    assert [t.host.label for t in plain] == [t.host.label for t in chosen]
    doubts = []
    for asked in (plain, chosen):
        worst = []
        for task in asked:
            committee.calculate(task.start)
            worst.append(np.linalg.norm(committee.results["forces_std"], axis=1).max())
        doubts.append(np.mean(worst))
    assert doubts[1] > 1.2 * doubts[0]
    with pytest.raises(DelithError, match="mace-lco-1 is one model and no committee"):
        made(undisturbed.records, structures=1, unsure="mace-lco-1")


def test_labels_are_written_for_other_trainers(undisturbed, tmp_path):
    with ThreadPoolExecutor(1) as executor:
        settings = LabelSettings(structures=3)
        told = training.label(undisturbed.folder, tmp_path, TEACHER, settings, executor)
    frames = training.read(tmp_path / "frames.extxyz")
    assert [f.energy for f in frames] == pytest.approx([r.energy for r in told])
    assert [f.parent for f in frames] == [f.parent for f in training.read(tmp_path)]
    assert {f.level for f in frames} == {TEACHER}
    for frame, record in zip(frames, told, strict=True):
        assert frame.forces == pytest.approx(record.forces, abs=1e-7)
        assert frame.stress == pytest.approx(record.stress, abs=1e-7)


def test_what_cannot_be_labelled_is_refused(undisturbed, tmp_path):
    with pytest.raises(DelithError, match="no results folder"):
        training.label(tmp_path, tmp_path / "out", TEACHER, LabelSettings())
    with pytest.raises(DelithError, match="folder of their own"):
        training.label(undisturbed.folder, undisturbed.folder, TEACHER, LabelSettings())
    with pytest.raises(DelithError, match="no relaxed orderings"):
        made([r for r in undisturbed.records if not r.mobile])


def test_a_bad_number_is_an_error_a_person_can_act_on(undisturbed, delith, tmp_path):
    code, _, said = delith("label", undisturbed.folder, "-o", tmp_path, "--strain", "0.2")
    assert code == 2
    assert "Traceback" not in said
    assert "strain: Input should be less than 0.2" in said


def test_a_teacher_that_knows_too_few_elements_is_refused(undisturbed):
    with pytest.raises(DelithError, match="mace-lnmo knows nothing of Co"):
        tasks(undisturbed.records, "mace-lnmo", LabelSettings())
