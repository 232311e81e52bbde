"""Studies beyond one machine: workers that a batch system starts, behind the face of an executor.

`load` reads a cluster file, `pool` holds its workers; `submit` sends a whole study as a job. Where
a task runs makes no difference to it.
"""

from delith.clusters.batch import FOLDER, cancel, check_free, jobs, submit
from delith.clusters.engine import pool
from delith.clusters.settings import Cluster, load

__all__ = ["FOLDER", "Cluster", "cancel", "check_free", "jobs", "load", "pool", "submit"]
