"""Which phases a study needs, and that they are what their names say."""

import numpy as np
import pytest
from ase.io import write
from ase.spacegroup import crystal

from delith.study import Study
from delith.study.choices import BoundaryChoice, DopantChoice
from delith.study.planning import plan
from delith.study.reservoirs import phases


@pytest.mark.parametrize(
    ("mobile", "elements", "names"),
    [
        ("Li", [], ["Li"]),
        ("Na", [], ["Na"]),
        ("Li", ["Co", "Mg"], ["Li", "CoO", "Co3O4", "O2", "MgO"]),
        ("Li", ["Na"], ["Li", "Na2O", "O2"]),
        ("Na", ["Li", "K"], ["Na", "Li2O", "O2", "K2O"]),
        (None, ["O"], ["O2"]),
        (None, ["Ru"], []),
    ],
)
def test_phases_of_elements(mobile, elements, names):
    found = phases(mobile, elements)
    assert [phase.name for phase in found] == names
    assert all(set(p.atoms.symbols) <= {mobile, *elements, "O"} for p in found)
    assert all(
        np.isclose(sum(p.unit.values()), len(p.primitive_atoms))
        for p in found
        if p.name.endswith("2O")
    )


def test_a_dopant_needs_its_oxide_and_what_it_replaces_goes_to_bulk(quick):
    doped = quick.model_copy(update={"dopants": DopantChoice(elements=["Al"], site="Co")})
    assert {p.name for p in plan(doped).references} == {"Li", "Al2O3", "O2"}


def test_a_boundary_that_conserves_nothing_exchanges_its_metal_with_bulk(quick):
    climbing = BoundaryChoice(kind="antiphase", plane=(0, 0, 3))
    study = quick.model_copy(
        update={"boundaries": [climbing], "lithium": None, "separations": (12.0,)}
    )
    assert {p.name for p in plan(study).references} == {"Li", "O2"}


def test_of_two_metals_of_bulk_the_oxides_tell_what_one_costs_for_the_other():
    doped = Study(
        crystal="LiNi0.5Mn1.5O4",
        boundaries=[BoundaryChoice(kind="antiphase", plane=(1, 0, 0), vector=(0, 0.5, 0.5))],
        dopants=DopantChoice(elements=["Al"], site="Mn"),
    )
    assert {p.name for p in plan(doped).references} == {"Li", "Al2O3", "MnO2", "O2"}


def test_oxides_are_no_reservoirs_of_a_sulphide(tmp_path):
    cell, sites = [3.455, 3.455, 6.195, 90, 90, 120], [(0, 0, 0.5), (0, 0, 0), (1 / 3, 2 / 3, 0.25)]
    made = crystal(("Li", "Ti", "S"), sites, spacegroup=164, cellpar=cell)
    write(tmp_path / "LiTiS2.cif", made)
    domain = BoundaryChoice(kind="domain", plane=(0, 0, 1), variant=1)
    study = Study(crystal=str(tmp_path / "LiTiS2.cif"), boundaries=[domain], separation=8.0)
    assert [p.name for p in plan(study).references] == ["Li"]


def test_reference_tasks_keep_the_box_of_a_molecule(quick):
    doped = quick.model_copy(update={"dopants": DopantChoice(elements=["Al"], site="Co")})
    tasks = {task.host.label: task for task in plan(doped).reference_tasks()}
    assert tasks["O2"].settings.cell == "fixed"
    assert tasks["Li"].settings == quick.bulk
    # a cell of its own kind, whatever bulk may do
    flat = doped.model_copy(update={"bulk": quick.bulk.model_copy(update={"cell": "normal"})})
    assert {task.settings.cell for task in plan(flat).reference_tasks()} == {"full", "fixed"}
    assert all(task.host.count == 0 and task.mobile is None for task in tasks.values())
    assert tasks["Al2O3"].host.formula_units == 2
    assert len(tasks["Al2O3"].start) == 10
