"""A potential that costs nothing, and goes wrong with lithium metal in whatever way is asked for.

Asked for by the environment: TOY is a folder, in which `loads` has a line for each time that the
potential was loaded, and `calls` one for each time that it met lithium metal; MISCHIEF is what it
then does, and TIMES how often.
"""

import errno
import hashlib
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
from ase.calculators.lj import LennardJones

FOLDER = Path(os.environ.get("TOY", "."))


class Toy(LennardJones):
    def calculate(self, atoms=None, properties=None, system_changes=()):
        if "Co" not in atoms.symbols:
            note("calls")
            done = len((FOLDER / "calls").read_text().splitlines())
            if done <= int(os.environ.get("TIMES", sys.maxsize)):
                MISCHIEF[os.environ.get("MISCHIEF", "none")]()
        elif wait := os.environ.get("WAIT"):
            time.sleep(float(wait))
        super().calculate(atoms, ["energy"], system_changes)
        if os.environ.get("MISCHIEF") == "nan" and "Co" not in atoms.symbols:
            self.results["energy"] = np.nan


def note(name: str) -> None:
    with (FOLDER / name).open("a") as file:
        file.write(f"{os.getpid()}\n")


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse() -> None:
    raise KeyError("no parameters for lithium metal")


def fill() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def want() -> None:
    raise MemoryError("cannot allocate 1 TB")


def deaf() -> None:
    """Compiled code that hears no signal."""
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)


MISCHIEF = {
    "none": lambda: None,
    "nan": lambda: None,
    "kill": kill,
    "refuse": refuse,
    "fill": fill,
    "want": want,
    "hang": lambda: time.sleep(10**6),
    "deaf": deaf,
}


def make():
    note("loads")
    return Toy(sigma=2.2, epsilon=0.05, rc=5.0)
