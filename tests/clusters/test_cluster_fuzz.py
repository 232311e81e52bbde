"""A cluster file is either a cluster, of which a script can be made, or an error that says why."""

import copy

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delith import clusters
from delith.clusters import batch, blocks
from delith.errors import DelithError

FUZZ = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
VALID = {
    "scheduler": "slurm",
    "partition": "main",
    "account": "me",
    "time": "24:00:00",
    "nodes": 2,
    "jobs": 3,
    "cores": 8,
    "memory": 10,
    "gpus": 2,
    "cores_per_worker": 2,
    "workers_per_gpu": 2,
    "nodes_per_worker": 1,
    "environment": ["module load vasp"],
    "options": ["#SBATCH --qos=long"],
    "task_time": "01:00:00",
    "attempts": 2,
    "address": "login1",
}
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-2, 5)
    | st.floats()
    | st.text(max_size=12)
    | st.dates()
    | st.binary(max_size=4)
    | st.sampled_from(["local", "pbs", "1:00:00", "99-00:00:00", "a b", "$(reboot)", "a\nb"])
)
OBJECTS = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(SCALARS, SCALARS, max_size=2)


def cluster_or_error(path) -> None:
    try:
        made = clusters.load(path)
    except DelithError:
        return
    assert made.workers >= 1
    if made.scheduler == "local":
        with pytest.raises(DelithError, match="sends no jobs"):
            batch.check_free(made, path.parent)
    else:
        lines = batch.script(made, path.parent).splitlines()
        assert lines[0] == "#!/bin/bash"
        # whatever it asks for stands in one line of the header
        header = lines[1 : lines.index("")]
        assert all(line.startswith("#") for line in header if line not in made.options)
        blocks.workers(made)


@FUZZ
@given(content=OBJECTS)
def test_any_object_is_a_cluster_or_an_error(tmp_path, content):
    path = tmp_path / "any.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    cluster_or_error(path)


@FUZZ
@given(changes=st.dictionaries(st.sampled_from([*VALID, "colour"]), OBJECTS, max_size=3))
def test_a_cluster_changed_anywhere_is_a_cluster_or_an_error(tmp_path, changes):
    path = tmp_path / "changed.yaml"
    content = copy.deepcopy(VALID) | changes
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    cluster_or_error(path)


@FUZZ
@given(content=st.binary(max_size=100) | st.text(max_size=100).map(lambda t: t.encode("utf-8")))
def test_any_bytes_are_a_cluster_or_an_error(tmp_path, content):
    path = tmp_path / "bytes.yaml"
    path.write_bytes(content)
    cluster_or_error(path)
