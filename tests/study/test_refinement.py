"""Monte Carlo over decorations: where it goes, what it asks for, and that it can be replayed."""

import itertools
import random
import zlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from ase import units

from delith import boundaries, decorations, running, study
from delith.records import Record, Task
from delith.running import Results
from delith.store import Store
from delith.study import Study, refinement
from delith.study.choices import ExchangeChoice, RefineChoice
from delith.study.planning import Plan, plan
from delith.study.refinement import Filling, MobileSites, chain
from delith.study.walking import Walk
from idle import Idle

Energy = Callable[[Filling], float]


def ring(size: int) -> MobileSites:
    """Sites on a circle, any rotation of which is a symmetry."""
    return MobileSites((np.arange(size),), (np.add.outer(np.arange(size), np.arange(size)) % size,))


def lopsided() -> MobileSites:
    """Two arrangements that share two sites; one has two more, the other three."""
    sites = np.array([0, 1, 2, 3]), np.array([0, 4, 1, 5, 6])
    return MobileSites(sites, tuple(np.arange(len(s))[None] for s in sites))


def walked(lattice, start, energy: Energy, steps, temperature, seed=0):
    """Where the chain went, and what it asked for."""
    rng = np.random.default_rng(seed)
    asked = []
    known = {lattice.canonical(start): energy(start)}
    walk = chain(lattice, start, known, steps, temperature, rng)
    told = None
    while True:
        try:
            asked.append(walk.send(told))
        except StopIteration as end:
            return end.value, asked
        told = energy(asked[-1])


def crowding(filling: Filling) -> float:
    """Neighbours on a ring of eight repel each other: 0.2 eV."""
    return 0.2 * sum((i + 1) % 8 in filling.filled for i in filling.filled)


def assorted(filling: Filling) -> float:
    """No two fillings alike, up to 0.1 eV."""
    return random.Random(f"{filling.arrangement} {sorted(filling.filled)}").uniform(0, 0.1)


BLOCK = Filling(0, frozenset(range(4)))


@pytest.mark.parametrize("seed", range(5))
def test_a_chain_finds_the_lowest_state(seed):
    path, asked = walked(ring(8), BLOCK, crowding, 200, 600, seed)
    assert len(path) == 200
    assert min(map(crowding, asked)) == 0
    # cold: it stays there
    assert Counter(map(crowding, path)).most_common(1)[0][0] == 0


def test_equivalent_fillings_are_asked_for_once():
    lattice = ring(8)
    path, asked = walked(lattice, BLOCK, crowding, 500, 1e5)
    assert len(set(path)) > 50
    # of 70 fillings ten are distinct, and the energy of the first was known
    assert lattice.count(4) == 10
    assert len(asked) == len(set(asked)) == 9
    assert {*asked, lattice.canonical(BLOCK)} == set(map(lattice.canonical, path))


def test_one_seed_gives_one_chain():
    first, again, other = (walked(ring(8), BLOCK, assorted, 50, 600, s) for s in (1, 1, 2))
    assert first == again
    assert first[0] != other[0]


def test_what_has_no_energy_is_never_accepted():
    def broken(filling):
        return float("inf") if 7 in filling.filled else 0.0

    lattice = MobileSites((np.arange(8),), (np.arange(8)[None],))
    path, asked = walked(lattice, BLOCK, broken, 300, 1e6)
    assert any(7 in filling.filled for filling in asked)
    assert not any(7 in filling.filled for filling in path)


@pytest.mark.slow
@pytest.mark.parametrize("lattice", [ring(5), lopsided()])
def test_a_chain_samples_the_boltzmann_distribution(lattice):
    start = Filling(0, frozenset((0, 1)))

    def energy(filling):
        return assorted(lattice.canonical(filling))

    path, _ = walked(lattice, start, energy, 10_000, 600)
    fillings = [
        Filling(number, frozenset(filled))
        for number, sites in enumerate(lattice.sites)
        for filled in itertools.combinations(sites.tolist(), 2)
    ]
    weights = np.exp([-energy(f) / (600 * units.kB) for f in fillings])
    visits = Counter(path)
    assert visits.keys() <= set(fillings)
    shares = np.array([visits[f] for f in fillings]) / len(path)
    # the spread of the shares themselves is about 0.004
    np.testing.assert_allclose(shares, weights / weights.sum(), atol=0.015)


@pytest.fixture(scope="module")
def arrangements(lco):
    twin = boundaries.twin(lco, (1, 0, 4), 6, (1, 2))
    return decorations.exchange(twin, 2, limit=4)


def test_orderings_and_fillings_are_two_names_of_one_thing(arrangements):
    lattice = MobileSites.of(arrangements)
    orderings = [
        (number, atoms)
        for number, host in enumerate(arrangements)
        for atoms in decorations.lithium(host, 1 / 6, limit=1000)
    ]
    fillings = [lattice.filling(arrangements, number, atoms) for number, atoms in orderings]
    assert len(set(fillings)) == len(fillings) == lattice.count(2)
    for filling, (_, atoms) in zip(fillings, orderings, strict=True):
        assert lattice.canonical(filling) == filling
        assert lattice.atoms(arrangements, filling) == atoms


def test_ions_stay_where_they_can_when_metals_move(arrangements):
    lattice = MobileSites.of(arrangements)
    assert len({tuple(sites) for sites in lattice.sites}) > 1
    rng = np.random.default_rng(0)
    filling = Filling(0, frozenset(lattice.sites[0][:3].tolist()))
    seen = set()
    for _ in range(200):
        after, _ = lattice.propose(filling, rng)
        sites = set(lattice.sites[after.arrangement].tolist())
        assert len(after.filled) == 3
        assert after.filled <= sites
        if after.arrangement != filling.arrangement:
            assert filling.filled & sites <= after.filled
        else:
            assert len(after.filled - filling.filled) <= 1
        filling = after
        seen.add(filling.arrangement)
    assert seen == set(range(len(arrangements)))


def finished(task: Task, problem: str = "") -> Record:
    """A record with an energy that nobody could guess, the same in every process."""
    stretched = task.start.copy()
    stretched.set_cell(1.01 * task.start.cell, scale_atoms=True)
    return task.ended(
        energy=0.3 * zlib.crc32(task.key.encode()) / 2**32,
        atoms=stretched,
        converged=True,
        problem=problem,
        steps=0,
    )


def relaxed(planned: Plan, seed: int = 0, problem: str = "") -> list[Task]:
    """Tasks of a plan whose relaxations end in an order of the seed."""
    order = random.Random(seed)
    walk = Walk(planned)
    waiting, done = walk.start(), []
    while waiting:
        assert walk.total >= len(done) + len(waiting)
        task = waiting.pop(order.randrange(len(waiting)))
        done.append(task)
        waiting += walk.follow(finished(task, problem))
    assert walk.total == len(done)
    return done


@pytest.fixture(scope="module")
def wide(quick) -> Study:
    change = {
        "separations": (6,),
        "exchange": ExchangeChoice(number=[0, 1]),
        "refine": RefineChoice(steps=8),
    }
    return quick.model_copy(update=change)


def test_the_order_in_which_relaxations_end_changes_nothing(wide):
    planned = plan(wide)
    runs = [relaxed(planned, seed) for seed in range(4)]
    first = sorted((task.group, task.ordering, task.key) for task in runs[0])
    assert len(first) > len(planned)
    assert len({key for _, _, key in first}) == len(first)
    for other in runs[1:]:
        assert sorted((task.group, task.ordering, task.key) for task in other) == first


def test_a_chain_asks_for_cells_like_those_of_its_group(wide):
    planned = plan(wide)
    tasks = relaxed(planned)
    for group in (*planned.bulk, *planned.boundary):
        mine = sorted((t for t in tasks if t.group[1:] == group.name), key=lambda t: t.ordering)
        assert [t.ordering for t in mine] == list(range(len(mine)))
        for task in mine[len(group.orderings) :]:
            assert task.start.get_chemical_formula() == mine[0].start.get_chemical_formula()
            np.testing.assert_allclose(task.start.cell[:], mine[0].start.cell[:], atol=1e-12)
            assert (task.settings, task.seed, task.host) == (
                mine[0].settings,
                mine[0].seed,
                mine[0].host,
            )
            # what does not move is where it is in the other orderings
            still = task.start[task.start.symbols == "O"].get_scaled_positions()
            there = mine[0].start[mine[0].start.symbols == "O"].get_scaled_positions()
            np.testing.assert_allclose((still - there + 0.5) % 1, 0.5, atol=1e-9)
    moved = {t.group for t in tasks if t.ordering >= wide.orderings}
    assert {state for _, _, state, _ in moved} == {"", "1 Co exchanged", "1 Co exchanged, shell 0"}


def test_a_chain_starts_from_the_lowest_planned_ordering(wide, monkeypatch):
    started = []

    def spy(lattice, start, known, **options):
        started.append((known[lattice.canonical(start)], min(known.values()), len(known)))
        return chain(lattice, start, known, **options)

    monkeypatch.setattr(refinement, "chain", spy)
    relaxed(plan(wide))
    assert all(energy == lowest for energy, lowest, _ in started)
    assert {number for *_, number in started} == {wide.orderings}


def test_where_nothing_can_be_swapped_there_is_no_chain(wide):
    still = wide.model_copy(update={"lithium": [1.0, 0.0], "exchange": None})
    planned = plan(still)
    assert Walk(planned).total == len(planned)
    assert len(relaxed(planned)) == len(planned)
    # nor where every ordering is planned
    all_listed = wide.model_copy(update={"exchange": None, "orderings": 100})
    assert Walk(plan(all_listed)).total == len(plan(all_listed))


def test_a_group_of_which_nothing_is_usable_has_no_chain(wide):
    planned = plan(wide)
    assert len(relaxed(planned, problem="not converged")) == len(planned)


@pytest.mark.slow
def test_another_process_walks_the_same_way(wide, tmp_path, other_process):
    study.write(wide, tmp_path / "study.yaml")
    code = (
        "import sys; sys.path[:0] = sys.argv[1:3]; import test_refinement as t;"
        "print(*(k.key for k in t.relaxed(t.plan(t.study.load(sys.argv[3])))))"
    )
    told = other_process(code, *Path(__file__).parents[:2], tmp_path / "study.yaml")
    assert told == [task.key for task in relaxed(plan(wide))]


# --- with a potential -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny(quick) -> Study:
    """One planned ordering of each, two of bulk and three of the boundary to be had."""
    change = {"orderings": 1, "refine": RefineChoice(steps=3, temperature=5000)}
    return quick.model_copy(update=change)


@pytest.fixture(scope="module")
def refined(tiny, tmp_path_factory) -> Results:
    with ThreadPoolExecutor(1) as executor:
        return running.run(tiny, tmp_path_factory.mktemp("refined"), executor)


def facts(records) -> dict[str, tuple]:
    assert len({r.key for r in records}) == len(records)
    return {r.key: (r.group, r.ordering, r.energy) for r in records}


def min_by_group(found) -> dict[tuple, float]:
    ordered = sorted(found.values(), key=lambda fact: -fact[2])
    return {group: energy for group, _, energy in ordered}


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_refinement_adds_records_and_lowers_no_group(refined, tiny, tmp_path):
    plain_folder = tmp_path / "plain"
    with ThreadPoolExecutor(1) as executor:
        plain = running.run(tiny.model_copy(update={"refine": None}), plain_folder, executor)
    before, after = facts(plain.records), facts(refined.records)
    assert len(after) > len(before) == 5
    assert before.items() <= after.items()
    # γ itself may rise, where refinement lowers the bulk it is measured against
    was, now = (min_by_group(found) for found in (before, after))
    assert was.keys() == now.keys()
    assert all(now[group] <= was[group] for group in was)
    row = refined.table[refined.table["lithium_content"] == 0.5].iloc[0]
    assert row["orderings"] + row["bulk_orderings"] == len(after) - 3


@pytest.mark.slow
def test_a_run_stopped_after_every_record_ends_as_an_undisturbed_one(tiny, refined, tmp_path):
    known = 0
    for count in itertools.count(1):

        def stop(progress, count=count):
            if progress.ended and progress.done >= count:
                raise KeyboardInterrupt

        executor = ThreadPoolExecutor(1)
        try:
            running.run(tiny, tmp_path, executor, stop)
        except KeyboardInterrupt:
            stored = Store(tmp_path / "records.db").records()
            assert len(stored) == known + 1
            known += 1
            status = running.status(tmp_path)
            assert facts(status.records) == facts(stored)
            assert status.total >= len(refined.records)
        else:
            break
        finally:
            executor.shutdown(cancel_futures=True)
    assert known == len(refined.records)
    assert facts(Store(tmp_path / "records.db").records()) == facts(refined.records)
    name = "boundary_energy.csv"
    assert (tmp_path / name).read_bytes() == (refined.folder / name).read_bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_a_finished_chain_relaxes_nothing_and_is_told_whole(refined, tiny):
    reports = []
    again = running.run(tiny, refined.folder, Idle(), reports.append)
    assert facts(again.records) == facts(refined.records)
    assert reports[-1].done == reports[-1].total == len(refined.records)
    status = running.status(refined.folder)
    assert status.total == len(status.records) == len(refined.records)
    assert status.table.equals(refined.table)
