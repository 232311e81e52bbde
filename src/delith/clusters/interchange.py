"""Parsl's go-between of driver and workers, which ends with its driver.

Left to itself it outlives a driver that is killed, and the jobs of the workers with it. Run as a
file, not as a module: it needs nothing of Delith, whose packages take a while to import.
"""

import os
import pickle
import signal
import sys
import threading
import time


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the driver
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()

    from parsl.executors.high_throughput.interchange import Interchange

    Interchange(**pickle.load(sys.stdin.buffer)).start()
