"""What is exported for OPTIMADE is what its own models take."""

import json

import numpy as np
import pytest
from pymatgen.io.optimade import OptimadeStructureAdapter

from delith.store import exporting, optimade

models = pytest.importorskip("optimade.models")


@pytest.fixture(scope="module")
def lines(undisturbed, tmp_path_factory) -> list[dict]:
    path = tmp_path_factory.mktemp("optimade") / "all.jsonl"
    assert exporting.export(undisturbed.folder, path) == 7
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_entries_are_structures_by_the_models_of_optimade(lines, undisturbed):
    records = {record.key: record for record in undisturbed.records}
    assert [line["id"] for line in lines[2:]] == list(records)
    for line in lines[2:]:
        record, taken = records[line["id"]], models.StructureResource.model_validate(line)
        attributes = taken.attributes
        assert attributes.nsites == len(record.atoms)
        assert attributes.elements == sorted(set(record.atoms.symbols))
        assert np.array_equal(attributes.lattice_vectors, record.atoms.cell[:])
        assert np.array_equal(attributes.cartesian_site_positions, record.atoms.positions)
        assert attributes.species_at_sites == list(record.atoms.symbols)


def test_fields_of_ours_say_what_the_record_holds(lines, undisturbed):
    records = {record.key: record for record in undisturbed.records}
    for line in lines[2:]:
        record, given = records[line["id"]], line["attributes"]
        assert given["_delith_energy"] == record.energy
        assert given["_delith_forces"] == record.forces.tolist()
        assert given["_delith_host"] == record.host.label
        assert given["_delith_lithium_content"] == record.content
        assert given["_delith_problem"] == (record.problem or None)


def test_the_first_lines_say_what_follows(lines):
    assert lines[0] == {"x-optimade": {"meta": {"api_version": "1.2.0"}}}
    information = lines[1]
    assert (information["type"], information["id"]) == ("info", "structures")
    models.EntryInfoResource.model_validate(information)
    ours = {name for name in lines[2]["attributes"] if name.startswith("_")}
    assert information["properties"].keys() == ours
    assert ours == {f"_delith_{name}" for name in optimade.FIELDS}


def test_pymatgen_reads_an_entry(lines, undisturbed):
    structure = OptimadeStructureAdapter.get_structure(lines[2])
    assert (
        structure.composition.formula
        == (
            OptimadeStructureAdapter.get_structure(optimade.entry(undisturbed.records[0]))
        ).composition.formula
    )
    assert structure.volume == pytest.approx(undisturbed.records[0].atoms.get_volume())
