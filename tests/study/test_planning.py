"""A plan: cells that match, tasks named by their content, and every error before any work."""

from dataclasses import replace

import numpy as np
import pytest

from delith import boundaries, crystals, study
from delith.errors import DelithError
from delith.records import Task
from delith.study import Study
from delith.study.choices import BoundaryChoice, DopantChoice, ExchangeChoice, ScreenChoice
from delith.study.hosts import host_facts
from delith.study.planning import plan
from delith.study.states import states
from delith.study.walking import Walk

ANTIPHASE = BoundaryChoice(kind="antiphase", plane=(1, 0, 4))


@pytest.fixture(scope="module")
def both(quick) -> Study:
    """A twin and an antiphase boundary on one plane."""
    return quick.model_copy(update={"boundaries": [*quick.boundaries, ANTIPHASE]})


@pytest.fixture(scope="module")
def task(quick) -> Task:
    return plan(quick).bulk_tasks()[-1]


def test_boundaries_on_one_plane_share_their_bulk(both):
    planned = plan(both)
    assert {g.name for g in planned.bulk} == {("bulk for (104)", "", 4), ("bulk for (104)", "", 2)}
    assert len(planned.bulk) == 2
    assert len(planned.boundary) == 4
    assert [phase.name for phase in planned.references] == ["Li"]
    assert len(planned) == 1 + sum(len(g.orderings) for g in planned.bulk + planned.boundary)


def test_boundary_and_bulk_cells_match(both):
    for group in plan(both).boundary:
        host, bulk = group.host, group.reference
        assert bulk.formula_units == host.formula_units
        assert bulk.atoms.get_chemical_formula() == host.atoms.get_chemical_formula()
        np.testing.assert_allclose(bulk.atoms.cell[:2], host.atoms.cell[:2], atol=1e-9)
        assert bulk.atoms.cell[2, 2] == pytest.approx(host.atoms.cell[2, 2])


def test_one_number_of_ions_is_planned_once(quick):
    planned = plan(quick.model_copy(update={"lithium": [1.0, 0.999, 0.501, 0.5]}))
    assert [g.mobile_count for g in planned.bulk] == [4, 2]
    assert [g.mobile_count for g in planned.boundary] == [4, 2]


def test_where_exchanged_ions_went_is_told(quick):
    """Octahedral and tetrahedral ions are two states, also where their records lie together."""
    labels = {}
    for into in ("octahedral", "tetrahedral"):
        choice = ExchangeChoice(number=[1], into=into)
        study = quick.model_copy(update={"exchange": choice, "lithium": [0.25], "repeat": (2, 1)})
        labels[into] = {g.state.label for g in plan(study).boundary if g.host.count}
    assert labels["octahedral"] == {"", "1 Co exchanged, shell 0"}
    assert labels["tetrahedral"] == {"", "1 Co exchanged (tetrahedral), shell 0"}


def test_exchange_and_dopants_are_planned_in_boundary_and_bulk(quick):
    """Decorated bulk waits for the bulk as it is, whose cell it takes; no room, no cell."""
    choices = {
        "exchange": ExchangeChoice(number=[0, 1]),
        "dopants": DopantChoice(elements=["Mg", "Al"], site="Co"),
    }
    planned = plan(quick.model_copy(update=choices))
    assert {g.state.label for g in planned.bulk} == {""}
    found = {(g.host.kind, g.state.label, g.content) for g in planned.boundary}
    doped = {f"{e} on Co, shell {n}" for e in ("Mg", "Al") for n in (0, 1)}
    assert found == (
        {("twin", label, x) for label in {"", *doped} for x in (1.0, 0.5)}
        | {("bulk", f"{e} on Co", x) for e in ("Mg", "Al") for x in (1.0, 0.5)}
        | {("twin", "1 Co exchanged, shell 0", 0.5), ("bulk", "1 Co exchanged", 0.5)}
    )
    for group in planned.boundary:
        assert 1 <= len(group.orderings) <= quick.orderings
        counts = {e: n for e, n in group.orderings[0].symbols.formula.count().items() if e != "Li"}
        expected = {"Co": 3, group.state.dopant[:2]: 1} if group.state.dopant else {"Co": 4}
        assert counts == {"O": 8, **expected}


def test_without_contents_the_crystal_is_full(quick):
    assert [g.mobile_count for g in plan(quick.model_copy(update={"lithium": None})).bulk] == [4]


def test_boundaries_start_in_the_lattice_of_the_lowest_usable_bulk(both, undisturbed):
    low, high = sorted(
        (r for r in undisturbed.records if not r.host.count and r.mobile_count == 2),
        key=lambda r: r.energy,
    )
    stretched = high.atoms.copy()
    stretched.set_cell(stretched.cell * 1.01, scale_atoms=True)
    high = replace(high, atoms=stretched)
    planned = plan(both)
    for bulk, lowest in (
        ([low, high], low),
        ([replace(low, problem="left its basin"), high], high),
        ([replace(low, energy=float("nan"), problem="failed"), high], high),
        ([replace(low, problem="broken"), replace(high, problem="broken")], low),
    ):
        tasks = planned.boundary_tasks(bulk)
        assert {t.host.label for t in tasks} == {"twin (104)", "antiphase (104)"}
        expected = lowest.atoms.cell.standard_form()[0][:]
        for made in tasks:
            assert made.mobile_count == 2
            np.testing.assert_allclose(made.start.cell[:2], expected[:2], atol=1e-9)
            assert made.start.cell[2, 2] == pytest.approx(expected[2, 2])
            leans = made.host.kind == "antiphase"  # a mirror undoes the lean of the other grain
            np.testing.assert_allclose(
                made.start.cell[2, :2], expected[2, :2] if leans else 0, atol=1e-9
            )


def test_boundaries_of_a_bulk_that_failed_are_not_started(quick, undisturbed):
    failed = [
        replace(r, energy=float("nan"), problem="failed")
        for r in undisturbed.records
        if not r.host.count
    ]
    assert plan(quick).boundary_tasks(failed) == []


def test_each_task_of_a_plan_has_its_own_key(both):
    keys = [t.key for t in plan(both).bulk_tasks()]
    assert len(set(keys)) == len(keys)


@pytest.mark.slow
def test_a_task_has_the_same_key_in_another_process(quick, tmp_path, other_process):
    study.write(quick, tmp_path / "study.yaml")
    code = (
        "import sys; from delith import study; from delith.study import planning;"
        "print(*(t.key for t in planning.plan(study.load(sys.argv[1])).bulk_tasks()))"
    )
    told = other_process(code, tmp_path / "study.yaml")
    assert told == [t.key for t in plan(quick).bulk_tasks()]


def moved(task: Task, index: int, by: float) -> Task:
    atoms = task.start.copy()
    atoms.positions[index] += by
    return replace(task, start=atoms)


def test_whatever_changes_the_result_changes_the_key(task):
    swapped = task.start.copy()
    swapped.numbers[swapped.symbols == "Co"] = 28
    wider = task.start.copy()
    wider.set_cell(wider.cell * 1.0005, scale_atoms=True)
    others = [
        *(
            replace(task, settings=task.settings.model_copy(update=change))
            for change in (
                {"fmax": 0.4},
                {"smax": 4.0},
                {"cell": "fixed"},
                {"steps": 29},
                {"rattle": 0.021},
            )
        ),
        replace(task, potential="chgnet"),
        replace(task, weights="0" * 64),
        replace(task, seed=1),
        replace(task, mobile=None),
        replace(task, host=replace(task.host, boundary="another host")),
        replace(task, start=swapped),
        replace(task, start=wider),
        replace(task, start=task.start[::-1]),
        *(moved(task, i, 3e-4) for i in range(len(task.start))),
    ]
    assert len({t.key for t in [task, *others]}) == len(others) + 1


def test_what_does_not_change_the_result_leaves_the_key(task):
    elsewhere = task.start.copy()
    elsewhere.positions[::2] += elsewhere.cell[0] - 2 * elsewhere.cell[2]
    others = [
        replace(task, start=elsewhere),
        replace(task, ordering=7),
        replace(task, host=replace(task.host, separation=99.0)),
        # as where the study holds it at other separations too
        replace(task, host=replace(task.host, label=f"{task.host.label}, 4.0 Å")),
    ]
    assert {t.key for t in others} == {task.key}


def test_the_last_bits_of_a_coordinate_do_not_change_the_key(quick):
    # atoms at the edge of the cell and at round numbers are what a built cell is full of
    thick = quick.model_copy(update={"separations": (12.0,)})
    for made in plan(thick).bulk_tasks():
        noisy = [moved(made, slice(None), sign * 1e-12) for sign in (-1, 1)]
        assert {t.key for t in noisy} == {made.key}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"crystal": "LiCoO3"}, "LiCoO3.*neither a file"),
        ({"potentials": ("chgnet-r2",)}, "Did you mean 'chgnet-r2scan'"),
        ({"boundaries": [BoundaryChoice(kind="twin", plane=(1, 0, 0))]}, "not a mirror plane"),
        ({"boundaries": [BoundaryChoice(kind="twin", plane=(0, 0, 0))]}, "not a plane"),
        (
            {"boundaries": [BoundaryChoice(kind="antiphase", plane=(0, 0, 1), position=2)]},
            r"2 antiphase position\(s\)",
        ),
        ({"boundaries": 2 * [ANTIPHASE]}, "stands twice"),
        (
            {"boundaries": [BoundaryChoice(kind="twin", plane=(1, 0, 4), vector=(0, 0, 0.5))]},
            "only an antiphase boundary takes a vector",
        ),
        (
            {"boundaries": [BoundaryChoice(kind="antiphase", plane=(1, 0, 4), variant=1)]},
            "kind domain, and no other",
        ),
        ({"boundaries": [BoundaryChoice(kind="twin", plane=(1, 0, 4), position=99)]}, "position"),
        (
            {"boundaries": [BoundaryChoice(kind="domain", plane=(1, 0, 4), variant=8)]},
            "has 8 variants",
        ),
        ({"boundaries": [BoundaryChoice(kind="inversion", plane=(1, 0, 4))]}, "no inversion"),
        ({"dopants": DopantChoice(elements=["Po"], site="Co")}, "knows nothing of Po"),
        ({"dopants": DopantChoice(elements=["Mg"], site="Mn")}, "no atoms on sites 'Mn'"),
        ({"dopants": DopantChoice(elements=["Mg"], site="Co", shells=[9])}, "no shell 9"),
        ({"exchange": ExchangeChoice(number=[99])}, "at most|only|can"),
        (
            {"exchange": ExchangeChoice(number=[1]), "lithium": [1.0]},
            "1 exchanged ions take the place of Li.*add lower contents",
        ),
        ({"lithium": [0.3]}, "0.3 would be 1.2 atoms.*can have 0.25 or 0.5"),
        ({"lithium": [1.0, 1.2]}, "outside 0 to 1"),
        ({"separations": (0.1,)}, "cannot stand 0.1 Å apart"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_runs(quick, change, named):
    with pytest.raises(DelithError, match=named):
        plan(quick.model_copy(update=change))


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        ({}, "mace-lco-dft"),
        ({"dopants": {"elements": ["Mg"], "site": "Co"}}, "chgnet-r2scan"),
        ({"potential": "chgnet"}, "chgnet"),
    ],
)
def test_a_study_that_names_no_potential_has_the_one_that_dft_has_taught_its_elements(
    change, taken
):
    asked = {"crystal": "LiCoO2", "boundaries": [{"kind": "antiphase", "plane": [1, 1, 0]}]}
    planned = plan(Study.model_validate(asked | {"separation": 4, "orderings": 1} | change))
    assert planned.study.potentials == (taken,)
    assert {task.potential for task in planned.bulk_tasks()} == {taken}


def test_elements_a_potential_does_not_know_are_named(tmp_path, quick, lco):
    exotic = lco.atoms.copy()
    exotic.numbers[exotic.symbols == "Co"] = 84
    exotic.write(tmp_path / "exotic.cif")
    with pytest.raises(DelithError, match="chgnet-r2scan knows nothing of Po"):
        plan(quick.model_copy(update={"crystal": str(tmp_path / "exotic.cif")}))
    # what the potential knows, its student may not
    exotic.numbers[exotic.numbers == 84] = 70
    exotic.write(tmp_path / "exotic.cif")
    changes = {"potentials": ("chgnet",), "screen": ScreenChoice(potential="chgnet-r2scan")}
    with pytest.raises(DelithError, match="chgnet-r2scan knows nothing of Yb"):
        plan(quick.model_copy(update={"crystal": str(tmp_path / "exotic.cif"), **changes}))


@pytest.mark.parametrize(
    ("sites", "why"),
    [
        # metals that do not move
        (("Ti", "O"), "it holds none of Li, Na, K,.*leave the key out, or .*mobile="),
        # as in LiC6
        (("Li", "C"), "without Li no metal would stay in it,.*leave the key out, or .*mobile="),
    ],
)
def test_contents_of_a_crystal_in_which_nothing_moves_are_refused(tmp_path, quick, zoo, sites, why):
    atoms = zoo["TiO2"].atoms.copy()
    for old, new in zip(("Ti", "O"), sites, strict=True):
        atoms.symbols[atoms.symbols == old] = new
    atoms.write(tmp_path / "rutile.cif")
    still = {"crystal": str(tmp_path / "rutile.cif")}
    with pytest.raises(DelithError, match=f"rutile has no mobile element: {why}"):
        plan(
            quick.model_copy(
                update=still
                | {
                    "boundaries": [BoundaryChoice(kind="twin", plane=(1, 1, 0))],
                    "separations": (8.0,),
                }
            )
        )


@pytest.mark.parametrize(("position", "own"), [(0, 1.2), (1, 0.8)])
def test_boundaries_with_lithium_sites_of_their_own_are_full_where_bulk_is(quick, position, own):
    """These (003) antiphase boundaries hold a layer of lithium more, or less, than bulk."""
    choice = BoundaryChoice(kind="antiphase", plane=(0, 0, 3), position=position)
    alone = {"boundaries": [choice], "separations": (12.0,), "repeat": (2, 1)}
    for given, expected in (
        (None, [own]),
        ([1.0, 0.5, 0.0], [x for x in (own, 1.0, 0.5, 0.0) if x <= own]),
        ([0.5], [0.5]),
    ):
        planned = plan(quick.model_copy(update=alone | {"lithium": given}))
        assert [g.content for g in planned.bulk] == (given or [1.0])
        assert [g.content for g in planned.boundary] == expected
        # each waits for one bulk content, the nearest: whatever the order, none is left behind
        begun = []
        for group in planned.bulk:
            bulk = [
                t.ended(energy=0.0, atoms=t.start, converged=True, problem="", steps=0)
                for t in planned.bulk_tasks()
                if t.mobile_count == group.mobile_count
            ]
            tasks = planned.boundary_tasks(bulk)
            assert {abs(t.content - group.content) <= 0.2 + 1e-6 for t in tasks} == {True}
            begun += [t.key for t in tasks]
        assert len(begun) == len(set(begun)) == sum(len(g.orderings) for g in planned.boundary)


def test_cells_that_hold_less_than_bulk_need_contents(quick):
    """There would be no bulk to compare with."""
    doped = {"dopants": DopantChoice(elements=["Mg"], site="Li", shells=[0])}
    with pytest.raises(DelithError, match=r"has no bulk to compare with.*list contents"):
        plan(quick.model_copy(update={"lithium": None, "separations": (12.0,), **doped}))


def test_a_content_that_a_boundary_cannot_have_is_refused(quick):
    """Between what it holds at most and full bulk: it would be left out without a word."""
    short = {"kind": "antiphase", "plane": [0, 0, 3], "vector": [0, 0, 0.5], "position": 1}
    given = quick.model_dump() | {"boundaries": [short], "separations": [5], "repeat": [2, 2]}
    with pytest.raises(DelithError, match=r"antiphase \(003\) at 0.75 holds 0.6667 at most"):
        plan(Study.model_validate(given | {"lithium": [0.75]}))
    there = plan(Study.model_validate(given | {"lithium": [0.75, 0.5], "orderings": 1}))
    assert [group.content for group in there.boundary] == [0.5]


def test_every_separation_is_a_cell_of_its_own_with_its_own_bulk(quick):
    planned = plan(quick.model_copy(update={"separations": (4.0, 8.0)}))
    labels = [g.host.label for g in planned.boundary]
    assert labels == ["twin (104), 4.0 Å"] * 2 + ["twin (104), 8.0 Å"] * 2
    assert len({g.host.label for g in planned.bulk}) == 2
    records = [task for task in planned.bulk_tasks() if task.ordering == 0]
    assert {task.host.formula_units for task in records} == {4, 8}
    for group in planned.boundary:
        assert group.reference.formula_units == group.host.formula_units
        assert host_facts(group.host, group.reference).boundary == "twin (104)"


def test_separations_of_the_same_plane_are_refused(quick):
    with pytest.raises(DelithError, match="differ by a plane"):
        plan(quick.model_copy(update={"separations": (4.0, 4.1)}))


def test_interfaces_of_several_separations_each_have_their_mixed_bulk():
    mixed = BoundaryChoice(kind="interface", plane=(1, 0, 0), elements=["Ni", "Mn"])
    given = {"crystal": "LiNi0.5Mn1.5O4", "boundaries": [mixed], "separations": [8, 16]}
    planned = plan(Study.model_validate(given))
    labels = [g.host.label for g in planned.boundary]
    assert len(set(labels)) == len(labels) == 4


def test_every_potential_does_the_same_and_follows_its_own_bulk(quick):
    names = ("chgnet-r2scan", "chgnet")
    planned = plan(quick.model_copy(update={"potentials": names}))
    assert len(planned) == 2 * len(plan(quick))
    walk = Walk(planned)
    first = walk.start()
    assert [t.potential for t in first if t.host.kind == "bulk"] == ["chgnet-r2scan"] * 3 + [
        "chgnet"
    ] * 3
    full = [t for t in first if t.mobile_count == 4]
    assert [t.potential for t in full] == list(names)
    ended = [
        task.ended(energy=0.0, atoms=task.start, converged=True, problem="", steps=0)
        for task in full
    ]
    for record in ended:
        assert {t.potential for t in walk.follow(record)} == {record.potential}


def test_layers_of_unlike_boundaries_are_states_of_their_own(quick):
    """One has three layers of nickel and the other four: the last is what is asked for by −1."""
    ordered = crystals.load("LiNi0.5Mn1.5O4")
    host = boundaries.interface(ordered, (1, 0, 0), ["Ni", "Mn"], separation=8)
    for element in ("Mg", "Al"):
        choice = DopantChoice(elements=[element], site="Ni", shells=[0, 2, 3, -1])
        changes = {"dopants": choice, "exchange": None}
        _, *made = states(quick.model_copy(update=changes), host).items()
        assert [state.shell for state, _ in made] == [0, 2, 3]
        assert len({state.label for state, _ in made}) == 3
        for state, found in made:
            assert state.distance == min(
                each.changes[-1].distance for each in found if each.changes[-1].shell == state.shell
            )


def test_unlike_boundaries_share_the_orderings_of_a_dopant(quick):
    """Bulk has as many: a minimum over twice as many would be lower by that alone."""
    ordered = crystals.load("LiNi0.5Mn1.5O4")
    host = boundaries.interface(ordered, (1, 0, 0), ["Ni", "Mn"], separation=8)
    for number in (1, 2, 3):
        choice = DopantChoice(elements=["Mg"], site="Mn", shells=[0])
        changes = {"dopants": choice, "exchange": None, "orderings": number}
        plain, made = states(quick.model_copy(update=changes), host).values()
        assert len(plain) == 1
        assert len(made) == number
        assert len({each.boundary for each in made}) == min(number, 2)
