"""Results computed apart come together whole, once each, and only where they belong together."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alike import assert_same
from delith import merging, running, study
from delith.errors import DelithError, DelithWarning
from delith.records import Record
from delith.store import places
from delith.study import Study
from delith.study.planning import plan
from delith.study.walking import Walk


def changed(quick: Study, **keys: object) -> Study:
    return Study.model_validate(quick.model_dump() | keys)


def energies(folder: Path) -> dict[str, float]:
    records = places.existing(folder).records()
    assert len(records) == len({record.key for record in records})
    return {record.key: record.energy for record in records}


def folder_of(content: Study, folder: Path, records: list[Record]) -> Path:
    """A results folder that holds these."""
    running.prepare(content, folder)
    store = places.store_of(folder)
    with store.writing():
        store.add(*records)
    return folder


@pytest.fixture(scope="module")
def parts(quick, tmp_path_factory) -> tuple[Path, Path]:
    """The contents of `quick`, each done by itself."""
    folders = []
    for x in quick.lithium:
        folders.append(tmp_path_factory.mktemp("parts") / f"x{x}")
        with ThreadPoolExecutor(1) as executor:
            running.run(changed(quick, lithium=[x]), folders[-1], executor)
    return tuple(folders)


def test_contents_done_apart_make_the_study(parts, quick, undisturbed, tmp_path):
    merged = merging.merge(parts, tmp_path / "whole")
    assert energies(tmp_path / "whole") == {r.key: r.energy for r in undisturbed.records}
    assert (merged.added, merged.twice) == (7, 1)  # lithium metal
    assert merged.results.table.equals(undisturbed.table)
    assert study.load(tmp_path / "whole" / "study.yaml") == quick
    assert (tmp_path / "whole" / "boundary_energy.png").is_file()
    written = (tmp_path / "whole" / "boundary_energy.csv").read_text()
    assert written == (undisturbed.folder / "boundary_energy.csv").read_text()


@pytest.mark.usefixtures("undrawn")
def test_a_merger_again_changes_nothing(parts, tmp_path):
    merging.merge(parts, tmp_path / "whole")
    before = energies(tmp_path / "whole")
    again = merging.merge(parts, tmp_path / "whole")
    assert (again.added, again.twice) == (0, 8)
    assert energies(tmp_path / "whole") == before


@pytest.mark.usefixtures("undrawn")
def test_one_part_can_be_merged_into_the_other(parts, undisturbed, tmp_path):
    first = shutil.copytree(parts[0], tmp_path / "first")
    merged = merging.merge([first, parts[1]], first)
    assert (merged.added, merged.twice) == (4, 1)
    assert energies(first) == {r.key: r.energy for r in undisturbed.records}


@pytest.mark.usefixtures("undrawn")
@pytest.mark.usefixtures("undrawn")
def test_records_that_begin_from_other_bulk_are_told(quick, undisturbed, tmp_path):
    """Another machine's bulk differs in its last digits, and with it where boundaries begin."""
    elsewhere = [replace(r, key=f"{r.key}x") if r.host.count else r for r in undisturbed.records]
    there = folder_of(quick, tmp_path / "there", elsewhere)
    bulk = folder_of(quick, tmp_path / "bulk", [r for r in undisturbed.records if not r.host.count])
    count = sum(r.host.count > 0 for r in elsewhere)
    with pytest.warns(
        DelithWarning, match=rf"{count} records enter no table.*the {count} that are"
    ):
        merging.merge([bulk, there], tmp_path / "whole")


def test_what_failed_in_one_is_taken_from_the_other(quick, undisturbed, tmp_path):
    good = undisturbed.records
    bad = [replace(good[0], energy=float("nan"), problem="failed: no", forces=None), *good[1:]]
    with_failure = folder_of(quick, tmp_path / "bad", bad)
    for order in ([with_failure, undisturbed.folder], [undisturbed.folder, with_failure]):
        whole = tmp_path / f"whole of {order[0].name}"
        merging.merge(order, whole)
        back = {r.key: r for r in places.existing(whole).records()}
        assert back.keys() == {r.key for r in good}
        for record in good:
            assert_same(back[record.key], record)


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_results_that_differ_are_said_to(quick, undisturbed, tmp_path):
    first = undisturbed.records[0]
    off = replace(first, energy=first.energy + 0.5)
    other = folder_of(quick, tmp_path / "other", [off])
    with pytest.warns(DelithWarning, match=r"differ by up to .* eV an atom"):
        merging.merge([undisturbed.folder, other], tmp_path / "whole")
    assert energies(tmp_path / "whole")[first.key] == first.energy


def test_studies_that_ask_for_more_are_united(quick):
    more = {
        "boundaries": [{"kind": "antiphase", "plane": [1, 0, 4]}, *quick.boundaries],
        "separations": [4, 6],
        "lithium": [0.5, 0.0],
        "orderings": 9,
        "starts": 3,
        "potentials": ["chgnet"],
    }
    whole = merging.united({"a": quick, "b": changed(quick, **more)})
    assert [choice.kind for choice in whole.boundaries] == ["twin", "antiphase"]
    assert whole.lithium == [1.0, 0.5, 0.0]
    assert (whole.separations, whole.orderings, whole.starts) == ((4, 6), 9, 3)
    assert whole.potentials == ("chgnet-r2scan", "chgnet")


@pytest.mark.parametrize(
    "keys",
    [
        {"crystal": "LiCoO2_spinel"},
        {"relax": {"fmax": 0.1}},
        {"seed": 1},
        {"lithium": None},
        {"dopants": {"elements": ["Mg"], "site": "Co"}},
    ],
    ids=lambda keys: next(iter(keys)),
)
def test_studies_that_differ_in_more_are_refused(quick, undisturbed, tmp_path, keys):
    other = tmp_path / "other"
    other.mkdir()
    study.write(changed(quick, **keys), other / "study.yaml")
    with pytest.raises(DelithError, match=f"differ in .*{next(iter(keys))}"):
        merging.merge([undisturbed.folder, other], tmp_path / "whole")
    assert not (tmp_path / "whole").exists()


def test_crystals_from_files_are_told_by_what_the_files_say(quick, lco, tmp_path):
    studies = {}
    for name, cell in (("a", lco.atoms), ("b", lco.atoms), ("c", lco.atoms.repeat((2, 1, 1)))):
        (tmp_path / name).mkdir()
        cell.write(tmp_path / name / "mine.cif")
        studies[name] = changed(quick, crystal=str(tmp_path / name / "mine.cif"))
    assert merging.united({"a": studies["a"], "b": studies["b"]}) == studies["a"]
    with pytest.raises(DelithError, match="differ in crystal"):
        merging.united({"a": studies["a"], "c": studies["c"]})


def test_folders_without_a_study_are_refused(undisturbed, tmp_path):
    with pytest.raises(DelithError, match=r"no study\.yaml"):
        merging.merge([undisturbed.folder, tmp_path], tmp_path / "whole")


@pytest.mark.slow
def test_a_merger_can_go_into_a_database(pg, undisturbed, tmp_path):
    merging.merge([undisturbed.folder], tmp_path / "shared", f"{pg.url}#merged")
    assert not (tmp_path / "shared" / "records.db").exists()
    assert energies(tmp_path / "shared") == {r.key: r.energy for r in undisturbed.records}
    again = merging.merge([undisturbed.folder], tmp_path / "shared")
    assert (again.added, again.twice) == (0, 7)


def as_built(content: Study) -> list[Record]:
    """What a study would hold if nothing moved when it is relaxed."""
    walk, records = Walk(plan(content)), []
    asked = walk.start()
    while asked:
        task = asked.pop()
        atoms = len(task.start)
        records.append(
            task.ended(
                energy=-6.0 * atoms,
                atoms=task.start,
                converged=True,
                problem="",
                steps=1,
                forces=np.zeros((atoms, 3)),
                stress=np.zeros(6),
                provenance={"settings": task.settings.model_dump(), "seed": task.seed},
            )
        )
        asked += walk.follow(records[-1])
    return records


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_separations_done_apart_make_the_study(quick, tmp_path):
    """Labels tell what else a study holds, keys do not."""
    apart = [changed(quick, separations=[distance], starts=1) for distance in (4, 6)]
    folders = [folder_of(each, tmp_path / f"{k}", as_built(each)) for k, each in enumerate(apart)]
    merged = merging.merge(folders, tmp_path / "whole")
    assert len(merged.results.records) == merged.results.total == merged.added
    assert set(merged.results.table["boundary"]) == {"twin (104), 4.0 Å", "twin (104), 6.0 Å"}
