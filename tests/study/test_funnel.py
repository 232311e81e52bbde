"""Students, relatives and ceilings save relaxations, and never the lowest ordering."""

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from delith import potentials
from delith.records import Record, Task
from delith.relaxation import GIVEN_UP
from delith.results import Results
from delith.study import Study, funnel
from delith.study.choices import MigrationChoice, RefineChoice, ScreenChoice
from delith.study.errands import Errand
from delith.study.planning import plan
from delith.study.walking import Walk

ORDERINGS = 30


@pytest.fixture(scope="module")
def many(quick) -> Study:
    """Bulk and boundary, each with thirty orderings at half filling."""
    change = {"repeat": (3, 1), "separations": (6.0,), "lithium": [0.5], "orderings": ORDERINGS}
    return quick.model_copy(update=change)


@pytest.fixture(scope="module")
def tasks(many) -> list[Task]:
    found = plan(many).bulk_tasks()
    assert len(found) == ORDERINGS
    return found


def screened(study: Study, names, **choice) -> Study:
    potential = choice.pop("potential", names["committee"])
    screen = ScreenChoice.model_validate({"potential": potential} | choice)
    return study.model_copy(update={"screen": screen})


class Lab:
    """Ends tasks with energies that are known beforehand.

    Parameters
    ----------
    spread, error : float
        Of the energies of the potential, and of what the student makes of them, eV.
    """

    def __init__(self, seed: int = 0, spread: float = 0.5, error: float = 0.0) -> None:
        rng = np.random.default_rng(seed)
        self.true = rng.normal(scale=spread, size=1000)
        # all of a student's energies are off by the same, which means nothing
        self.seen = self.true + 3.7 + rng.normal(scale=error, size=1000)
        self.done: list[Task] = []
        self.problems: dict[tuple[str, int], str] = {}

    def end(self, task: Task) -> Record:
        self.done.append(task)
        student = task.role in ("screened", "judged")
        energies = self.seen if student else self.true
        atoms = task.start.copy()
        # no two orderings come to rest alike
        atoms.positions += np.random.default_rng(task.ordering).normal(scale=0.05, size=(1, 3))
        atoms.positions[0] += 0.01 * task.ordering
        return task.ended(
            energy=float(energies[task.ordering]),
            atoms=atoms,
            converged=True,
            problem=self.problems.get((task.role, task.ordering), ""),
            steps=0,
            energy_std=0.0 if task.role == "judged" else None,
        )

    def run(self, study: Study, tasks: list[Task]) -> list[Record]:
        errand = Errand(funnel.relaxed(study, tasks))
        records: dict[str, Record] = {}
        while not errand.ended:
            records |= {task.key: self.end(task) for task in errand.asked}
            errand.go_on(records)
        assert errand.count <= funnel.most(study, len(tasks))
        assert errand.product is not None
        return errand.product

    @property
    def roles(self) -> Counter[str]:
        return Counter(task.role for task in self.done)


def test_without_a_switch_all_are_relaxed_at_once(many, tasks):
    assert Errand(funnel.relaxed(many, tasks)).asked == tasks


def test_a_perfect_student_leaves_only_what_is_kept(many, tasks, mace_names):
    lab = Lab()
    found = lab.run(screened(many, mace_names, keep=4), tasks)
    assert lab.roles == {"screened": ORDERINGS, "judged": ORDERINGS, "ordering": 4}
    lowest = np.argsort(lab.true[:ORDERINGS])[:4]
    assert sorted(lowest) == [record.ordering for record in found]


@pytest.mark.slow
def test_the_lowest_is_found_by_students_that_err(many, tasks, mace_names):
    """With errors a fifth of the spread, in nearly all runs; with half of the work or less."""
    study = screened(many, mace_names, keep=4)
    hits, work = [], []
    for seed in range(30):
        lab = Lab(seed, error=0.1)
        found = lab.run(study, tasks)
        best = min(found, key=lambda record: record.energy)
        hits.append(best.ordering == np.argmin(lab.true[:ORDERINGS]))
        work.append(lab.roles["ordering"])
    assert np.mean(hits) >= 28 / 30
    assert np.mean(work) < ORDERINGS / 2


def test_a_student_that_knows_nothing_leaves_all_to_the_teacher(many, tasks, mace_names):
    study = screened(many, mace_names, keep=4)
    work = []
    for seed in range(10):
        lab = Lab(seed, spread=0.1, error=10.0)
        lab.run(study, tasks)
        work.append(lab.roles["ordering"])
    # where by chance its errors agree, a run is misled
    assert np.median(work) >= 0.9 * ORDERINGS


def test_a_committee_at_variance_sends_the_ordering_on(many, tasks, mace_names):
    class Divided(Lab):
        def end(self, task: Task) -> Record:
            made = super().end(task)
            if task.role != "judged" or task.ordering != high:
                return made
            return task.ended(
                energy=made.energy, atoms=made.atoms, converged=True, problem="", steps=0,
                energy_std=10.0,
            )  # fmt: skip

    lab = Divided()
    high = int(np.argmax(lab.true[:ORDERINGS]))
    found = lab.run(screened(many, mace_names, keep=2), tasks)
    assert high in {record.ordering for record in found}
    assert len(found) == 3


def test_where_the_student_fails_the_teacher_begins_from_the_sites(many, tasks, mace_names):
    lab = Lab()
    lost, hopeless = np.argsort(lab.true[:ORDERINGS])[-2:]
    lab.problems = {
        ("screened", int(lost)): "left its basin: atom 3 (Co) went from 6 to 4",
        ("screened", int(hopeless)): f"{GIVEN_UP} after 5 steps",
    }
    lab.run(screened(many, mace_names, keep=3), tasks)
    sent = {task.ordering: task for task in lab.done if task.role == "ordering"}
    assert sent.pop(int(lost)).guess is None
    assert hopeless not in sent
    assert len(sent) == 3
    assert all(task.guess is not None for task in sent.values())


def test_where_the_student_leads_astray_the_teacher_begins_again(many, tasks, mace_names):
    class Astray(Lab):
        def end(self, task: Task) -> Record:
            made = super().end(task)
            if task.ordering == lowest and task.guess is not None:
                return replace(made, problem="exploded: the volume changed by +60%")
            return made

    lab = Astray()
    lowest = int(np.argmin(lab.true[:ORDERINGS]))
    found = lab.run(screened(many, mace_names, keep=3), tasks)
    (record,) = [record for record in found if record.ordering == lowest]
    assert record.usable
    assert len(found) == 3


def test_the_teacher_goes_on_from_where_the_student_came_to_rest(many, tasks, mace_names):
    lab = Lab()
    found = lab.run(screened(many, mace_names, keep=3), tasks)
    seen = {task.ordering: task for task in lab.done if task.role == "screened"}
    one, *_ = potentials.members(mace_names["committee"])
    for record in found:
        student = seen[record.ordering]
        assert (student.potential, record.potential) == (one, many.potentials[0])
        (task,) = [t for t in lab.done if t.key == record.key]
        np.testing.assert_array_equal(task.guess.positions, Lab().end(student).atoms.positions)
        # what the ordering is, and its basin, is still told by the sites
        np.testing.assert_array_equal(record.start.positions, student.start.positions)
        assert task.key != student.key


def test_a_single_student_is_not_judged(many, tasks, mace_names):
    lab = Lab()
    lab.run(screened(many, mace_names, potential=mace_names["mace"], keep=4), tasks)
    assert lab.roles == {"screened": ORDERINGS, "ordering": 4}


def test_few_orderings_all_go_on_from_where_the_student_came_to_rest(many, tasks, mace_names):
    lab = Lab()
    found = lab.run(screened(many, mace_names, keep=4), tasks[:3])
    assert len(found) == 3
    assert all(task.guess is not None for task in lab.done if task.role == "ordering")


def test_what_the_committee_cannot_judge_goes_on(many, tasks, mace_names):
    class Speechless(Lab):
        def end(self, task: Task) -> Record:
            made = super().end(task)
            if task.role == "judged" and task.ordering == high:
                return replace(made, energy=float("nan"))
            return made

    lab = Speechless()
    high = int(np.argmax(lab.true[:ORDERINGS]))
    found = lab.run(screened(many, mace_names, keep=2), tasks)
    assert high in {record.ordering for record in found}


def test_a_hole_that_the_committee_doubts_does_not_hide_the_lowest(many, tasks, mace_names):
    """The student has three orderings too low by 1 eV, all alike; the lowest is none of them."""

    class Holed(Lab):
        def end(self, task: Task) -> Record:
            made = super().end(task)
            if task.role != "judged" or task.ordering not in holes:
                return made
            return replace(made, energy=made.energy - 1.0, energy_std=0.6)

    lab = Holed(spread=0.1)
    order = np.argsort(lab.true[:ORDERINGS])
    holes = set(order[1:4].tolist())
    found = lab.run(screened(many, mace_names, keep=3), tasks)
    assert min(found, key=lambda record: record.energy).ordering == order[0]


@pytest.mark.parametrize("duplicates", [False, True])
def test_orderings_that_relax_to_one_structure_count_once(many, tasks, mace_names, duplicates):
    class Merging(Lab):
        """The second lowest falls into the lowest, turned round by a symmetry of the crystal."""

        def end(self, task: Task) -> Record:
            made = super().end(task)
            if task.role in ("screened", "judged") and task.ordering == second:
                made = super().end(self.first)
                made.atoms.positions = made.atoms.cell.sum(axis=0) - made.atoms.positions
                self.done.pop()
                return task.ended(
                    energy=made.energy, atoms=made.atoms, converged=True, problem="", steps=0
                )
            if task.role == "screened" and task.ordering == lowest:
                self.first = task
            return made

    lab = Merging()
    lowest, second = np.argsort(lab.true[:ORDERINGS])[:2]
    order = sorted(tasks, key=lambda task: task.ordering == second)
    study = screened(many, mace_names, keep=3, duplicates=duplicates)
    found = lab.run(study, order)
    assert (second in {record.ordering for record in found}) == duplicates
    assert len(found) == 3


def test_warm_orderings_begin_as_the_first_ended(many, tasks):
    study = many.model_copy(update={"warm": True})
    errand = Errand(funnel.relaxed(study, tasks))
    (first,) = errand.asked
    record = Lab().end(first)
    record.atoms.set_cell(1.03 * record.atoms.cell[:], scale_atoms=True)
    errand.go_on({first.key: record})
    assert [task.ordering for task in errand.asked] == [task.ordering for task in tasks[1:]]
    oxygen = record.atoms.symbols == "O"
    for task in errand.asked:
        np.testing.assert_allclose(task.guess.cell[:], record.atoms.cell[:])
        there = task.guess.positions[task.guess.symbols == "O"]
        np.testing.assert_allclose(there, record.atoms.positions[oxygen], atol=1e-9)
        # ions where the first has none stand on their sites in the strained crystal
        assert len(task.guess) == len(task.start)
        assert np.abs(task.guess.positions - 1.03 * task.start.positions).max() < 1.0
    own = funnel._warmed(first.start, record)
    np.testing.assert_allclose(own.positions, record.atoms.positions, atol=1e-9)


def test_the_window_is_above_the_first(many, tasks):
    study = many.model_copy(update={"window": 0.25})
    errand = Errand(funnel.relaxed(study, tasks))
    (first,) = errand.asked
    record = Lab().end(first)
    errand.go_on({first.key: record})
    assert {task.ceiling for task in errand.asked} == {record.energy + 0.25}
    assert all(task.guess is None for task in errand.asked)


def test_each_switch_gives_tasks_of_their_own(many, tasks):
    keys = {task.key for task in tasks}
    for change in ({"warm": True}, {"window": 0.25}):
        errand = Errand(funnel.relaxed(many.model_copy(update=change), tasks))
        (first,) = errand.asked
        errand.go_on({first.key: Lab().end(first)})
        fresh = {task.key for task in errand.asked}
        assert len(fresh) == len(tasks) - 1
        assert not fresh & keys
        keys |= fresh


@pytest.mark.slow
def test_a_screened_walk_does_not_depend_on_what_ends_first(many, mace_names):
    study = screened(many, mace_names, keep=3).model_copy(update={"warm": True, "window": 1.0})
    walks = []
    for seed in range(3):
        lab, order, walk = Lab(error=0.05), random.Random(seed), Walk(plan(study))
        waiting = walk.start()
        while waiting:
            task = waiting.pop(order.randrange(len(waiting)))
            waiting += walk.follow(lab.end(task))
            assert walk.total >= len(lab.done) + len(waiting)
        assert walk.total == len(lab.done)
        assert set(lab.roles) == {"ordering", "screened", "judged"}
        walks.append(sorted(task.key for task in lab.done))
    assert walks[0] == walks[1] == walks[2]


def walked(study: Study, lab: Lab) -> tuple[Walk, list[Record]]:
    walk = Walk(plan(study))
    ended, fresh = [], walk.start()
    while fresh:
        ended.append(lab.end(fresh.pop(0)))
        fresh += walk.follow(ended[-1])
    assert walk.total == len(ended)
    return walk, ended


def test_hops_begin_in_orderings_of_the_teacher_alone(many, mace_names):
    hopping = {"orderings": 6, "migration": MigrationChoice(elements=["Li"], images=1)}
    study = screened(many.model_copy(update=hopping), mace_names, keep=2)
    _, ended = walked(study, Lab())
    assert {r.potential for r in ended if r.role == "hopped"} == {many.potentials[0]}


def test_a_chain_passes_over_what_the_student_has_relaxed(many, mace_names):
    """It may ask for an ordering that the screen held back, of which the student is done."""
    refining = {"orderings": 12, "refine": RefineChoice(steps=20, temperature=1e5)}
    study = screened(many.model_copy(update=refining), mace_names, keep=2)
    walk, ended = walked(study, Lab())
    listed = {(r.group, r.ordering) for r in ended if r.role == "screened" and r.ordering < 12}
    assert len(listed) == 24
    assert all(chain.ended for chain in walk._chains.values())
    assert len(walk._chains) == 2


def test_a_first_ordering_that_failed_is_no_ceiling(many, tasks):
    study = many.model_copy(update={"window": 0.3})
    errand = Errand(funnel.relaxed(study, tasks))
    (first,) = errand.asked
    wreck = replace(Lab().end(first), energy=-1e3, problem="exploded: the volume changed by +60%")
    errand.go_on({first.key: wreck})
    assert [task.ceiling for task in errand.asked] == [None] * (len(tasks) - 1)


def test_an_ordering_begun_again_counts_once(many, tasks, tmp_path):
    task = tasks[0]
    first = replace(Lab().end(replace(task, guess=task.start)), problem="not converged")
    again, other = Lab().end(task), Lab().end(tasks[1])
    for records in ([first, again, other], [again, first, other]):
        assert Results(tmp_path, 3, records).orderings == [again, other]


class Rugged(Lab):
    """The lowest ordering comes to rest elsewhere from every rattle."""

    def __init__(self, lowest: int, *below: float) -> None:
        super().__init__()
        self.lowest, self.below = lowest, below

    def end(self, task: Task) -> Record:
        made = super().end(task)
        if task.ordering != self.lowest or task.role != "ordering":
            return made
        return replace(made, energy=made.energy - self.below[task.seed])


@pytest.mark.parametrize(
    ("below", "relaxed_again"),
    [
        ((0.0, 0.0), 1),
        ((0.0, 0.3, 0.3), 2),
        ((0.0, 0.3, 0.1, 0.3), 3),
        ((0.3, 0.0, 0.1, 0.2, 0.4), 3),
        ((0.3, 0.0, 0.3), 2),
    ],
)
def test_the_lowest_is_relaxed_until_its_energy_was_found_twice(
    many, tasks, tmp_path, below, relaxed_again
):
    """Four rattles at most; what was lowest counts, here and among the records of a folder."""
    plain = Lab()
    lowest = int(np.argmin(plain.true[:ORDERINGS]))
    lab = Rugged(lowest, *below)
    found = lab.run(many.model_copy(update={"starts": 4}), tasks)
    assert len(lab.done) == ORDERINGS + relaxed_again
    assert {task.ordering for task in lab.done[ORDERINGS:]} == {lowest}
    assert len({task.key for task in lab.done}) == len(lab.done)
    assert [record.ordering for record in found] == list(range(ORDERINGS))
    best = plain.true[lowest] - max(below[: relaxed_again + 1])
    assert found[lowest].energy == pytest.approx(best)
    records = [lab.end(task) for task in list(lab.done)]
    counted = Results(tmp_path, 0, records).orderings
    assert [record.energy for record in counted] == [record.energy for record in found]


def test_further_rattles_are_counted_and_change_no_walk(many):
    study = many.model_copy(update={"starts": 3})
    walk, ended = walked(study, Lab())
    assert len(ended) == walk.total == 2 * (ORDERINGS + 1) + 1


def test_where_nothing_ended_well_other_rattles_may(many, tasks):
    class Sliding(Lab):
        def end(self, task: Task) -> Record:
            made = super().end(task)
            return made if task.seed == 2 else replace(made, problem="left its basin: it slid")

    lab = Sliding()
    found = lab.run(many.model_copy(update={"starts": 4}), tasks)
    assert [record.ordering for record in found if record.usable] == [
        int(np.argmin(lab.true[:ORDERINGS]))
    ]
    assert len(lab.done) == ORDERINGS + 3


def test_every_potential_of_a_study_is_given_what_the_student_let_through(many, mace_names):
    """They share what the student does, which is done once."""
    several = {"orderings": 6, "potentials": (mace_names["mace"], *many.potentials)}
    study = screened(many.model_copy(update=several), mace_names, keep=2)
    _, ended = walked(study, Lab())
    orderings = [r for r in ended if r.role == "ordering" and r.host.label != "Li"]
    relaxed = Counter((r.potential, r.host.label) for r in orderings)
    assert {potential for potential, _ in relaxed} == set(study.potentials)
    assert len(relaxed) == 4
    assert min(relaxed.values()) >= 2
    assert Counter(r.role for r in ended)["screened"] == 12
