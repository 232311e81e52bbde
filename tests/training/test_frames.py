"""Labelled structures: read as they were written, and no parent on two sides of a split."""

from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write
from hypothesis import assume, given
from hypothesis import strategies as st

from delith.errors import DelithError
from delith.training import Frame, TrainSettings, committee, read, split
from delith.training.frames import of_records


def frame(parent="a", host="bulk", level="chgnet", energy=0.0):
    return Frame(Atoms("Li"), energy, np.zeros((1, 3)), None, parent, host, level)


hosts = st.sampled_from(["bulk", "twin (104)", "twin (018)", "antiphase (104)"])


@given(
    st.lists(st.tuples(st.integers(0, 8), hosts), min_size=2, max_size=40),
    st.sampled_from([[], ["twin (104)"], ["twin *"], ["twin *", "antiphase (104)"]]),
    st.floats(0.01, 0.99),
    st.integers(0, 5),
)
def test_every_frame_has_one_place_and_no_parent_has_two(given_, held_out, share, seed):
    frames = [
        replace(frame(parent=f"{host}/{n}", host=host), energy=k)
        for k, (n, host) in enumerate(given_)
    ]
    hosts_ = {f.host for f in frames}
    aside = {h for h in hosts_ if any(p == h or (p[-1] == "*" and p[:-1] in h) for p in held_out)}
    assume(len({f.parent for f in frames if f.host not in aside}) > 1)
    assume(all(any(p == h or (p[-1] == "*" and p[:-1] in h) for h in hosts_) for p in held_out))
    parts = split(frames, held_out, share, seed).parts
    placed = [f.energy for part in parts.values() for f in part]
    assert sorted(placed) == list(range(len(frames)))
    parents = [{f.parent for f in part} for part in parts.values()]
    assert sum(map(len, parents)) == len(set.union(*parents))
    assert {f.host for f in parts["test"]} == aside
    assert parts["training"]
    assert parts["validation"]
    assert parts == split(frames, held_out, share, seed).parts


def test_what_cannot_be_split_is_refused():
    two = [frame("a"), frame("b")]
    with pytest.raises(DelithError, match="several levels of theory"):
        split([*two, frame("c", level="PBE")], [], 0.1)
    with pytest.raises(DelithError, match=r"no host is called 'twin', only \['bulk'\]"):
        split(two, ["twin"], 0.1)
    with pytest.raises(DelithError, match="1 parent structures are too few"):
        split([frame("a"), frame("a")], [], 0.1)


def test_records_are_read_with_their_forces_and_parents(undisturbed):
    frames = read(undisturbed.folder)
    oxides = [record for record in undisturbed.records if record.mobile]
    assert len(frames) == len(oxides)
    by_energy = {f.energy: f for f in frames}
    for record in oxides:
        found = by_energy[record.energy]
        assert found.host == record.host.label
        assert found.level == "chgnet-r2scan"
        np.testing.assert_array_equal(found.forces, record.forces)
        np.testing.assert_array_equal(found.atoms.positions, record.atoms.positions)
    assert len({f.parent for f in frames}) == len(frames), "orderings are no relatives"


def test_wrecks_reference_phases_and_what_is_there_twice_are_left_out(undisturbed):
    lithium = [record for record in undisturbed.records if not record.mobile]
    one, other, *_ = (record for record in undisturbed.records if record.mobile)
    wreck = replace(other, problem="exploded: the volume changed by +80%")
    unfinished = replace(other, key="t0", problem="not converged after 30 steps")
    assert lithium
    found = of_records([*lithium, one, wreck, one, unfinished])
    assert [frame.energy for frame in found] == [one.energy, other.energy]


def test_frames_survive_a_file(undisturbed, tmp_path):
    frames = read(undisturbed.folder)
    write(tmp_path / "frames.extxyz", [f.labelled() for f in frames])
    for before, after in zip(frames, read(tmp_path / "frames.extxyz"), strict=True):
        assert (after.parent, after.host, after.level) == (
            before.parent,
            before.host,
            before.level,
        )
        assert after.energy == pytest.approx(before.energy)
        np.testing.assert_allclose(after.forces, before.forces, atol=1e-7)
        np.testing.assert_allclose(after.stress, before.stress, atol=1e-7)


def labelled(symbols, energy=1.0):
    atoms = Atoms(symbols, np.zeros((len(Atoms(symbols)), 3)), cell=[5, 5, 5], pbc=True)
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=np.zeros((len(atoms), 3)))
    return atoms


def test_a_trajectory_of_another_code_is_one_parent(tmp_path):
    path = tmp_path / "dft.extxyz"
    write(path, [labelled("LiCo"), labelled("LiCo"), labelled("CoO"), labelled("LiCo")])
    first, second, third, fourth = (f.parent for f in read(path))
    assert first == second
    assert len({first, third, fourth}) == 3
    assert {f.host for f in read(path)} == {"dft.extxyz"}


def test_what_is_no_data_is_refused(tmp_path):
    with pytest.raises(DelithError, match="no results folder"):
        read(tmp_path)
    (tmp_path / "text.extxyz").write_text("no structure\n")
    with pytest.raises(DelithError, match="cannot read structures from"):
        read(tmp_path / "text.extxyz")
    write(tmp_path / "bare.extxyz", [labelled("LiCo"), Atoms("LiCo", cell=[5, 5, 5], pbc=True)])
    with pytest.raises(DelithError, match=r"structure 2 of .* has no energy or no forces"):
        read(tmp_path / "bare.extxyz")


def test_structures_that_no_model_can_learn_are_refused(tmp_path):
    bad = labelled("LiCo", energy=float("nan"))
    write(tmp_path / "nan.extxyz", [labelled("LiCo"), bad])
    with pytest.raises(DelithError, match=r"structure 2 of .* that are no numbers"):
        read(tmp_path / "nan.extxyz")
    molecule = labelled("LiCo")
    molecule.pbc = False
    molecule.cell = None
    write(tmp_path / "molecule.extxyz", molecule)
    with pytest.raises(DelithError, match=r"structure 1 of .* is not periodic"):
        read(tmp_path / "molecule.extxyz")


def test_files_of_one_name_are_several_hosts(tmp_path, monkeypatch):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "dft.extxyz", [labelled("LiCo"), labelled("CoO")])
    write(tmp_path / "alone.extxyz", labelled("LiCoO"))
    found = {}
    monkeypatch.setattr(committee, "_claim", lambda folder, settings, parts: found.update(p=parts))
    monkeypatch.setattr(committee, "train_members", _stop)
    data = [str(tmp_path / "*" / "dft.extxyz"), str(tmp_path / "alone.extxyz")]
    with pytest.raises(StopIteration):
        committee.train(TrainSettings(data=data, held_out=["b/*"]), tmp_path / "out")
    hosts = {f.host for part in found["p"].parts.values() for f in part}
    assert hosts == {"a/dft.extxyz", "b/dft.extxyz", "alone.extxyz"}
    assert {f.host for f in found["p"].test} == {"b/dft.extxyz"}


def test_what_is_held_out_has_no_elements_of_its_own(tmp_path):
    """It could not be tested, which would be found out after the training."""
    write(tmp_path / "known.extxyz", [labelled("LiCo"), labelled("CoO")])
    write(tmp_path / "strange.extxyz", [labelled("LiNi")])
    data = [str(tmp_path / "*.extxyz")]
    with pytest.raises(DelithError, match="held_out: Ni would be in no structure"):
        committee.train(TrainSettings(data=data, held_out=["strange*"]), tmp_path / "out")
    with pytest.raises(DelithError, match="level: nothing in the data is of 'PBE', only of ''"):
        committee.train(TrainSettings(data=data, level="PBE"), tmp_path / "out")


def test_data_are_files_as_they_are_called_or_patterns(tmp_path):
    """A name with brackets is a pattern only where there is no such file."""
    for name in ("cells [x=1].xyz", "a_1.xyz", "a_2.xyz"):
        (tmp_path / name).touch()
    data = [str(tmp_path / name) for name in ("cells [x=1].xyz", "a_[12].xyz")]
    found = TrainSettings(data=data).paths
    assert [path.name for path in found] == ["cells [x=1].xyz", "a_1.xyz", "a_2.xyz"]


def test_of_several_levels_one_can_be_named(undisturbed, tmp_path, monkeypatch):
    """As in the folder of a study with a screen, or with two potentials."""
    one, *others = [replace(r, potential="student") for r in undisturbed.records]
    both = [*undisturbed.records, *(replace(r, key=f"s{r.key}") for r in (one, *others))]
    monkeypatch.setattr(committee, "records_in", lambda folder: both)
    found = {}
    monkeypatch.setattr(committee, "_claim", lambda folder, settings, parts: found.update(p=parts))
    monkeypatch.setattr(committee, "train_members", _stop)
    given = {"data": [str(undisturbed.folder)]}
    with pytest.raises(DelithError, match=r"several levels of theory.*: level"):
        committee.train(TrainSettings.model_validate(given), tmp_path)
    with pytest.raises(StopIteration):
        committee.train(TrainSettings.model_validate(given | {"level": "student"}), tmp_path)
    frames = [f for part in found["p"].parts.values() for f in part]
    assert {f.level for f in frames} == {"student"}
    assert len(frames) == len(of_records(undisturbed.records))


def test_a_potential_that_changed_is_another_level(undisturbed, tmp_path, monkeypatch):
    one, *others = undisturbed.records
    since = [*others, replace(one, weights="of before")]
    monkeypatch.setattr(committee, "records_in", lambda folder: since)
    given = TrainSettings.model_validate({"data": [str(undisturbed.folder)]})
    with pytest.raises(DelithError, match=r"2 versions of chgnet-r2scan.*label all of them by one"):
        committee.train(given, tmp_path)


def _stop(*_):
    raise StopIteration
