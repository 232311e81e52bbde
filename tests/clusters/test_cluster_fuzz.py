"""A cluster file is either a cluster, of which a script can be made, or an error that says why."""

import pytest
from hypothesis import given

from delith import clusters
from delith.clusters import batch, blocks
from delith.errors import DelithError
from fuzzing import FUZZ, files

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
WORDS = ["local", "pbs", "1:00:00", "99-00:00:00", "a b", "$(reboot)", "a\nb"]


@pytest.mark.slow
@FUZZ
@given(content=files(VALID, *WORDS))
def test_any_file_is_a_cluster_or_an_error(tmp_path, content):
    path = tmp_path / "any.yaml"
    path.write_bytes(content)
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
