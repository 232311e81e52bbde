"""What a study will cost, said before it runs, and not far from what it then does."""

from dataclasses import replace

import numpy as np
import pytest

from delith import crystals
from delith.clusters import Cluster
from delith.errors import DelithError
from delith.study import estimating
from delith.study.estimating import CALLS, Cost, Estimate, Part, estimate, schedule
from delith.study.planning import plan


@pytest.fixture(scope="module")
def students(quick):
    return quick.model_copy(update={"potentials": ("mace-lco",)})


def test_tasks_are_those_of_the_plan(students):
    found = estimate(students)
    assert found.known == found.most == len(plan(students)) == 7
    assert [part.name for part in found.parts] == ["bulk", "boundary", "references"]
    assert sum(part.tasks for part in found.parts) == 7
    assert found.counted == "x counts Li per CoO2; the crystal holds 1"
    sizes = [len(atoms) for group in plan(students).boundary for atoms in group.orderings]
    assert found.parts[1].atoms == (min(sizes), max(sizes))
    low, high = found.core_hours
    assert 0 < low < high
    assert "force call" in found.costs[0].told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("LiNi0.8Mn0.2O2", "x counts Li per Ni0.8Mn0.2O2; the crystal holds 1"),
        ("mine", "x counts Li per MnNi4O10; the crystal holds 5"),
    ],
)
def test_what_contents_count_is_said(tmp_path, name, told):
    """It is the formula that the file is called after, or else the smallest there is."""
    atoms = crystals.load("LiCoO2").atoms.repeat((5, 1, 1))
    metals = np.flatnonzero(atoms.symbols == "Co")
    atoms.symbols[metals] = "Ni"
    atoms.symbols[metals[::5]] = "Mn"
    atoms.write(tmp_path / f"{name}.cif")
    assert estimating._counted(crystals.load(str(tmp_path / f"{name}.cif"))) == told


def test_rates_of_a_folder_are_taken(quick, undisturbed, students):
    """And give back what its own study took."""
    found = estimate(quick, undisturbed.folder)
    low, high = found.core_hours
    spent = sum(r.provenance["core_seconds"] for r in undisturbed.records) / 3600
    assert low < spent < high
    assert "7 relaxations in" in found.costs[0].told
    with pytest.raises(DelithError, match="has no record of mace-lco"):
        estimate(students, undisturbed.folder)


def test_single_structures_are_no_relaxations(quick, undisturbed, monkeypatch):
    """As labels and checks have them; where there are relaxations too, these count."""
    (first, *_) = undisturbed.records
    spent = first.provenance | {"core_seconds": 1.0 * len(first.atoms)}
    alone = replace(first, provenance=spent | {"settings": {"steps": 0}})
    relaxed = replace(first, provenance=spent | {"core_seconds": 70.0 * len(first.atoms)})
    for records, bounds in (([alone], CALLS), ([alone] * 9 + [relaxed], (70, 70))):
        rates, _ = estimating._stored_rates(first.potential, records, undisturbed.folder)
        assert rates == pytest.approx(bounds)


def test_more_that_may_come_is_in_the_upper_bound(students):
    found = estimate(students.model_copy(update={"starts": 3}))
    assert found.most > found.known


def test_dft_is_not_timed(students):
    found = estimate(students.model_copy(update={"potentials": ("vasp-pbe+u", "mace-lco")}))
    assert found.core_hours is None
    assert [cost.core_hours is None for cost in found.costs] == [True, False]
    with pytest.raises(DelithError, match="give a folder of such with --like"):
        schedule(found, Cluster(scheduler="slurm", cores=1))


def test_time_and_jobs_on_a_cluster():
    """1000 to 4000 core hours on 2 jobs of 100 cores: 5 to 20 hours, and the longest task."""
    cost = Cost("p", "", (1000.0, 4000.0), longest=1.0)
    asked = Estimate((Part("bulk", 1000, (4, 8)),), 1000, 1000, (cost,))
    cluster = Cluster(scheduler="slurm", cores=100, jobs=2, time=4 * 3600)
    found = schedule(asked, cluster)
    assert found.workers == 200
    assert found.hours == pytest.approx((5, 21))
    assert found.jobs == (2 * 2, 2 * 6)
    dft = cluster.model_copy(update={"cores_per_worker": 50})
    assert schedule(asked, dft).workers == 4
    assert schedule(asked, dft).hours == pytest.approx((5, 20 + 1 / 50))
    few = Estimate(asked.parts, 3, 3, asked.costs)
    assert schedule(few, cluster).workers == 3
    wide = cluster.model_copy(update={"nodes": 4, "nodes_per_worker": 4, "cores_per_worker": 100})
    assert schedule(asked, wide).workers == 2
