"""A record can be computed again from what is stored of it, and says what is not the same."""

from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from delith import running
from delith.engines.losses import LostError
from delith.errors import DelithError
from delith.potentials import dft
from delith.records import Record
from delith.reproducing import Reproduction, reproduce, task_of
from delith.store import Store
from idle import Idle


@pytest.fixture(scope="module")
def warmed(quick, tmp_path_factory):
    """A study whose orderings begin where others ended."""
    warm = quick.model_copy(update={"warm": True, "potentials": ("mace-lco",), "orderings": 3})
    with ThreadPoolExecutor(1) as executor:
        return running.run(warm, tmp_path_factory.mktemp("warmed"), executor)


def stored(results) -> list[Record]:
    return Store(results.folder / "records.db").records()


@pytest.mark.slow
def test_all_that_was_asked_for_is_stored(warmed):
    """The key is a hash of it."""
    records = stored(warmed)
    assert any(record.provenance["guess"] for record in records)
    for record in records:
        assert task_of(record).key == record.key


@pytest.mark.slow
def test_the_same_comes_out_again(warmed):
    """Where the optimizer began elsewhere too."""
    guessed = next(r for r in stored(warmed) if r.provenance["guess"])
    plain = next(r for r in stored(warmed) if not r.provenance["guess"] and r.host.count)
    with ThreadPoolExecutor(1) as executor:
        for record in (guessed, plain):
            again = reproduce(warmed.folder, record.key, executor)
            assert again.agreed
            assert again.changes == {}
            assert again.comparisons[0].difference < 1e-6


def test_what_differs_is_told(undisturbed):
    (record, *_) = stored(undisturbed)
    other = replace(record, energy=record.energy + 1e-3 * len(record.atoms), weights="0" * 64)
    versions = record.provenance["versions"] | {"torch": "1.0"}
    other = replace(other, provenance=record.provenance | {"versions": versions})
    found = Reproduction(other, record)
    assert not found.agreed
    assert [each.quantity for each in found.comparisons if not each.agrees] == ["energy"]
    assert found.changes.keys() == {"SHA-256 of the weights", "torch"}
    assert found.changes["torch"][0] == "1.0"


def test_each_quantity_is_compared(undisturbed):
    (record, *_) = stored(undisturbed)
    moved, strained = record.atoms.copy(), record.atoms.copy()
    moved.positions[0, 1] += 0.1
    strained.set_cell(1.01 * strained.cell, scale_atoms=True)
    forces = np.add(record.forces, [10, 0, 0])
    for changes, quantities in (
        ({"atoms": moved}, ["positions"]),
        ({"atoms": strained}, ["cell"]),
        ({"forces": forces}, ["forces"]),
        ({"forces": None}, ["forces"]),
    ):
        found = Reproduction(record, replace(record, **changes))
        assert [c.quantity for c in found.comparisons if not c.agrees] == quantities
    wrapped = record.atoms.copy()
    wrapped.positions[0] += wrapped.cell[0]
    assert Reproduction(record, replace(record, atoms=wrapped)).agreed


def test_what_cannot_be_done_again_is_said(undisturbed):
    (record, *_) = stored(undisturbed)
    for told, reason in (
        ({"guessed": True}, "where its optimizer began is not stored"),
        ({"settings": {"fmax": "much"}}, "does not say all"),
    ):
        with pytest.raises(DelithError, match=reason):
            task_of(replace(record, provenance=record.provenance | told))
    with pytest.raises(DelithError, match="does not say all"):
        task_of(replace(record, provenance={}))
    failed = replace(record, energy=np.nan, problem="failed: OSError: disk full")
    with pytest.raises(DelithError, match="nothing to compare with: it failed"):
        task_of(failed)
    with pytest.raises(DelithError, match="there is no record t0"):
        reproduce(undisturbed.folder, "t0")
    with pytest.raises(DelithError, match="no results folder"):
        reproduce("nowhere", "t0")


def test_a_process_that_is_killed_is_said(undisturbed):
    (record, *_) = stored(undisturbed)
    for error in (LostError("given up after 3 attempts"), BrokenExecutor("it has ended")):
        executor = Idle()
        executor.submit = lambda *_, error=error: _failed(error)
        with pytest.raises(DelithError, match=r"cannot be computed here: .*(given up|ended)"):
            reproduce(undisturbed.folder, record, executor)


def _failed(error):
    future = Future()
    future.set_exception(error)
    return future


def test_nothing_remembered_of_dft_is_taken(undisturbed, monkeypatch):
    seen = []
    monkeypatch.setattr("delith.reproducing.perform", lambda task: seen.append(dft.MEMORY.get()))
    with ThreadPoolExecutor(1) as executor:
        reproduce(undisturbed.folder, stored(undisturbed)[0], executor)
    assert seen[0] is not None
    assert not seen[0].exists()
    assert dft.MEMORY.get() is None
