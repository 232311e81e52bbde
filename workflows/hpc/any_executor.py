"""A study on workers that something else holds, here Dask: any Executor does.

Dask's workers may be on any machines (see dask-jobqueue, dask-kubernetes and others); here they are
two processes on this one. The same goes for executorlib, mpi4py.futures and others: whatever has
`submit` and gives futures is handed to `delith.run`.

    pip install distributed
    python workflows/hpc/any_executor.py STUDY FOLDER
"""

import sys

from distributed import Client, LocalCluster

import delith as dl

if __name__ == "__main__":
    study, folder = sys.argv[1:]
    # one task at a time in a process, which keeps the potential that it has loaded
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
        client.get_executor(pure=False) as executor,
    ):
        results = dl.run(study, folder, executor)
    print(results.table.to_string())
