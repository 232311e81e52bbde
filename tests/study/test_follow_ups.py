"""Vibrations and hops in a study: computed once, gone on from, kept apart from the orderings."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import numpy as np
import phonopy
import pytest

import delith as dl
from delith import running
from delith.errors import DelithError
from delith.records import Record, Task
from delith.study.choices import MigrationChoice, VibrationChoice
from delith.study.follow_ups import migrations
from delith.study.planning import plan
from delith.study.walking import Walk
from idle import Idle

COARSE = VibrationChoice(supercell=(1, 1, 1), fmax=0.2, displacement=0.05)


@pytest.fixture(scope="module")
def shaking(quick):
    return quick.model_copy(update={"lithium": [1.0], "orderings": 1, "vibrations": COARSE})


@pytest.fixture(scope="module")
def shaken(shaking, tmp_path_factory):
    with ThreadPoolExecutor(1) as executor:
        return running.run(shaking, tmp_path_factory.mktemp("shaken"), executor)


@pytest.mark.slow
def test_roles_keep_displaced_cells_out_of_the_energies(shaken, quick):
    roles = {record.role for record in shaken.records}
    assert roles == {"ordering", "settled", "displaced"}
    assert {r.role for r in shaken.orderings} == {"ordering"}
    assert len(shaken.orderings) == 3
    assert shaken.table["orderings"].item() == shaken.table["bulk_orderings"].item() == 1
    assert shaken.total == len(shaken.records)


@pytest.mark.slow
def test_free_energy_is_that_of_the_phonons(shaken):
    """From the two sets of phonons, by the formula."""
    table = shaken.tables["free_energy"].set_index("temperature_K")
    by_kind = {v.record.host.kind: v for v in shaken.vibrations}
    twin, bulk = by_kind["twin"], by_kind["bulk"]
    units = twin.record.host.formula_units / bulk.record.host.formula_units
    free = [v.phonons.thermal([300.0]).free_energy[0] for v in (twin, bulk)]
    excess = (free[0] - units * free[1]) / (2 * twin.record.area) * 16.021766
    assert table.loc[300.0, "vibrational_J_per_m2"] == pytest.approx(excess)
    static = (twin.record.energy - units * bulk.record.energy) / (2 * twin.record.area) * 16.021766
    assert table.loc[300.0, "static_J_per_m2"] == pytest.approx(static)


@pytest.mark.slow
def test_phonopy_opens_what_is_written(shaken):
    for each in shaken.vibrations:
        path = shaken.folder / "phonons" / each.record.key / "phonopy_params.yaml"
        opened = phonopy.load(path)
        found = opened.run_qpoints([[0.5, 0, 0]]).frequencies[0]
        np.testing.assert_allclose(
            found * 33.356409, each.phonons.frequencies([0.5, 0, 0])[0], atol=0.1
        )


@pytest.mark.slow
def test_a_second_run_computes_nothing_and_says_the_same(shaken, shaking):
    again = running.run(shaking, shaken.folder, Idle())
    assert again.tables["free_energy"].equals(shaken.tables["free_energy"])
    status = running.status(shaken.folder)
    assert status.total == len(status.records) == len(shaken.records)
    assert status.tables["free_energy"].equals(shaken.tables["free_energy"])


def walked(study, forces=True) -> list[Record]:
    """Every record of a walk in which relaxations end where they start."""
    walk = Walk(plan(study))
    ended, fresh = [], walk.start()
    while fresh:
        task = fresh.pop(0)
        ended.append(record(task, forces))
        fresh += walk.follow(ended[-1])
    assert walk.total == len(ended)
    return ended


def record(task: Task, forces: bool) -> Record:
    given = np.zeros((len(task.start), 3)) if forces else None
    return task.ended(
        energy=-1.0, atoms=task.start, converged=True, problem="", steps=0, forces=given
    )


def test_vibrations_wait_for_every_relaxation_and_share_a_supercell(shaking):
    wide = shaking.model_copy(
        update={"lithium": [1.0, 0.0], "vibrations": VibrationChoice(lithium=[0.0])}
    )
    records = walked(wide)
    last = max(k for k, r in enumerate(records) if r.role == "ordering")
    first = min(k for k, r in enumerate(records) if r.role != "ordering")
    assert first > last
    later = [r for r in records if r.role != "ordering"]
    assert {r.content for r in later} == {0.0}
    ratio = {
        r.host.kind: len(d.atoms) / len(r.atoms)
        for r in later
        if r.role == "settled"
        for d in later
        if d.role == "displaced" and d.host == r.host
    }
    assert ratio["twin"] == ratio["bulk"] > 1


def test_a_potential_without_forces_gives_no_phonons(shaking):
    walk = Walk(plan(shaking))
    fresh = walk.start()
    while fresh:
        fresh += walk.follow(record(fresh.pop(0), forces=False))
    assert walk.vibrations
    assert all(each.phonons is None for each in walk.vibrations)


@pytest.fixture(scope="module")
def hopping(quick):
    choice = MigrationChoice(images=1, fmax=0.5, steps=2, elements=["Li", "Co"])
    return quick.model_copy(update={"lithium": [0.5], "orderings": 1, "migration": choice})


@pytest.fixture(scope="module")
def hopped(hopping, tmp_path_factory):
    with ThreadPoolExecutor(1) as executor:
        return running.run(hopping, tmp_path_factory.mktemp("hopped"), executor)


@pytest.mark.slow
def test_hops_of_boundary_and_bulk_come_to_a_table(hopped):
    table = hopped.tables["barriers"]
    assert set(table["kind"]) == {"twin", "bulk"}
    assert set(table["element"]) == {"Li", "Co"}
    assert {r.role for r in hopped.records} == {"ordering", "settled", "hopped", "image"}
    assert hopped.total == len(hopped.records)
    for each in hopped.migrations:
        assert each.start.role == "settled"
        assert each.end.role == "hopped"
        np.testing.assert_allclose(each.start.atoms.cell[:], each.end.atoms.cell[:])
        if each.path and not each.problem:
            assert each.path.energies[0] == pytest.approx(each.start.energy, abs=1e-4)
            assert each.path.energies[-1] == pytest.approx(each.end.energy, abs=1e-4)
        # whatever is left open says why
        row = table[(table["boundary"] == each.start.host.label) & (table["hop"] == each.hop.label)]
        assert row["barrier_eV"].isna().item() == bool(row["problem"].item())


@pytest.mark.slow
def test_bands_are_replayed_from_the_store(hopped, hopping):
    again = running.run(hopping, hopped.folder, Idle())
    assert again.tables["barriers"].equals(hopped.tables["barriers"])
    assert running.status(hopped.folder).tables["barriers"].equals(hopped.tables["barriers"])


@pytest.mark.slow
def test_half_a_band_is_gone_on_with(hopped, hopping, tmp_path):
    """Stopped at any image a run goes on to the same barriers."""

    def stop(progress):
        if progress.ended and progress.ended.role == "image" and progress.done % 7 == 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), ThreadPoolExecutor(1) as executor:
        running.run(hopping, tmp_path, executor, stop)
    with ThreadPoolExecutor(1) as executor:
        results = running.run(hopping, tmp_path, executor)
    assert results.tables["barriers"].equals(hopped.tables["barriers"])


def test_each_place_has_its_own_number_of_hops():
    host = dl.boundaries.twin(dl.crystals.load("LiCoO2"), (1, 0, 4), 6.0, (2, 1))
    (ordering,) = dl.decorations.lithium(host, 0.5, 1)

    def places(hops):
        found = MigrationChoice(hops=hops).build(host, ordering)
        return Counter(hop.place for hop in found)

    every = places(100)
    assert len(every) > 1
    assert places(2) == {place: min(n, 2) for place, n in every.items()}
    assert places({"along": 1, "bulk": 3}) == {"along": 1}


def test_hops_are_of_the_lowest_ordering_whatever_failed_beside_it(hopping):
    """What failed has no energy, and stands before, between or behind the others."""
    planned = plan(hopping.model_copy(update={"orderings": 3, "repeat": (2, 1)}))
    tasks = {task.key: task for task in planned.bulk_tasks()}
    ends = [(-2.0, ""), (float("nan"), "failed: out of memory"), (-3.0, "")]
    records = [
        task.ended(energy=energy, atoms=task.start, converged=True, problem=problem, steps=0)
        for task, (energy, problem) in zip(tasks.values(), ends, strict=True)
    ]
    for known in permutations(records):
        begun = migrations(hopping.migration, planned.bulk, tasks, known, seed=0)
        assert begun
        assert {next(steps)[0].ordering for steps in begun} == {records[2].ordering}


def test_ions_that_are_not_there_are_named_before_anything_runs(hopping):
    wrong = hopping.model_copy(update={"migration": MigrationChoice(elements=["Fe"])})
    with pytest.raises(DelithError, match="no Fe that could hop"):
        plan(wrong)


@pytest.mark.parametrize("further", ["vibrations", "migration"])
def test_contents_that_no_cell_has_are_named_before_anything_runs(shaking, hopping, further):
    study = {"vibrations": shaking, "migration": hopping}[further]
    choice = getattr(study, further).model_copy(update={"lithium": [0.7]})
    with pytest.raises(DelithError, match=f"{further}: no cell has a content of 0.7, only"):
        plan(study.model_copy(update={further: choice}))
