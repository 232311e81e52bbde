"""mace-torch's trainer, in a process that ends with the one that began it.

Called with the number of that process and the trainer's inputs, which are trained one after the
other. What is there of one is kept.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from pathlib import Path

#: How often (seconds) it looks whether that one is still there.
TICK = 1.0


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(TICK)
    os._exit(1)


if __name__ == "__main__":
    parent, *inputs = sys.argv[1:]
    threading.Thread(target=_end_with, args=[int(parent)], daemon=True).start()

    from mace.cli.run_train import main

    for each in inputs:
        if not Path(each).with_suffix(".model").is_file():
            logging.getLogger().handlers.clear()  # of the one before
            sys.argv[1:] = ["--config", each]
            main()
