"""Which phases a study needs, and that they are what their names say."""

import pytest

from delith.choices import BoundaryChoice, DopantChoice
from delith.planning import plan
from delith.reservoirs import phases


@pytest.mark.parametrize(
    ("elements", "names"),
    [
        (["Li"], ["Li"]),
        (["Na"], ["Na"]),
        (["Li", "Co", "Mg"], ["Li", "CoO", "Co3O4", "O2", "MgO"]),
        (["O"], ["O2"]),
        (["Ru"], []),
    ],
)
def test_phases_of_elements(elements, names):
    found = phases(elements)
    assert [phase.name for phase in found] == names
    assert all(set(p.atoms.symbols) <= {*elements, "O"} for p in found)


def test_a_dopant_and_what_it_replaces_need_their_oxides(quick):
    doped = quick.model_copy(update={"dopants": DopantChoice(elements=["Al"], site="Co")})
    assert {p.name for p in plan(doped).references} == {"Li", "Al2O3", "CoO", "Co3O4", "O2"}


def test_a_boundary_that_conserves_nothing_needs_what_it_gains(quick):
    climbing = BoundaryChoice(kind="antiphase", plane=(0, 0, 3))
    study = quick.model_copy(
        update={"boundaries": [climbing], "lithium": None, "separations": (12.0,)}
    )
    assert {p.name for p in plan(study).references} >= {"Li", "CoO", "Co3O4"}


def test_reference_tasks_keep_the_box_of_a_molecule(quick):
    doped = quick.model_copy(update={"dopants": DopantChoice(elements=["Al"], site="Co")})
    tasks = {task.host.label: task for task in plan(doped).reference_tasks()}
    assert tasks["O2"].settings.cell == "fixed"
    assert tasks["Li"].settings == quick.bulk
    assert all(task.host.count == 0 and task.mobile is None for task in tasks.values())
    assert tasks["Co3O4"].host.formula_units == 2
    assert len(tasks["Co3O4"].start) == 14
