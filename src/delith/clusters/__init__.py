"""Studies beyond one machine: workers that a batch system starts, behind the face of an executor.

`load` reads a cluster file, `pool` holds its workers. Where a task runs makes no difference to it.
"""

from delith.clusters.engine import pool
from delith.clusters.settings import Cluster, load

__all__ = ["Cluster", "load", "pool"]
