"""Tasks are computed once."""

from concurrent.futures import ThreadPoolExecutor

from delith.crystals import load
from delith.engines.computing import compute_all
from delith.relaxation import SINGLE_POINT, RelaxSettings
from delith.store import places
from delith.study.reservoirs import reference_task


def test_what_is_asked_for_twice_is_computed_once(tmp_path):
    task = reference_task(load("Li"), "mace-lco", RelaxSettings(), 0)
    task = task.another(task.start, settings=SINGLE_POINT)
    with ThreadPoolExecutor(1) as executor:
        found = compute_all([task, task], tmp_path, executor)
    assert [record.key for record in found] == [task.key]
    assert len(places.existing(tmp_path).records()) == 1
