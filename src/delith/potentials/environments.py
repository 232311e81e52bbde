"""Environments of their own for packages whose requirements clash with those of Delith."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from filelock import FileLock

from delith.errors import DelithError

#: What goes into each, beside the torch of this environment.
REQUIREMENTS: Mapping[str, tuple[str, ...]] = {"sevennet": ("sevenn>=0.12",)}

#: File that says that an environment is whole.
_WHOLE = "delith-installed"
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def folder(name: str) -> Path:
    """Where an environment for this Python lies, whether it is there or not."""
    data = os.environ.get("XDG_DATA_HOME") or Path("~/.local/share").expanduser()
    return Path(data) / "delith" / "environments" / f"{name}-{_PYTHON}"


def python(name: str) -> Path:
    """Interpreter of an environment."""
    return folder(name) / "bin" / "python"


def packages(name: str) -> Path:
    """Where an environment keeps its packages."""
    return folder(name) / "lib" / _PYTHON / "site-packages"


def version(name: str, package: str) -> str | None:
    """Version of a package in an environment; None where there is none."""
    if not (folder(name) / _WHOLE).is_file():
        return None
    found = metadata.distributions(name=package, path=[str(packages(name))])
    return next((distribution.version for distribution in found), None)


def install(name: str) -> Path:
    """Make an environment with its packages, or leave it where it is whole.

    Returns
    -------
    Path
        The environment.

    Raises
    ------
    DelithError
        If there is none of that name, or pip fails.
    """
    if name not in REQUIREMENTS:
        raise DelithError(
            f"no environment is called {name!r}, only {', '.join(REQUIREMENTS)}; all else is "
            "installed beside Delith, see delith potentials."
        )
    here = folder(name)
    here.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{here}.lock"):
        if (here / _WHOLE).is_file():
            return here
        shutil.rmtree(here, ignore_errors=True)
        torch = f"torch=={metadata.version('torch').partition('+')[0]}"
        pip = [str(python(name)), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        for command in (
            [sys.executable, "-m", "venv", str(here)],
            [*pip, torch, *REQUIREMENTS[name]],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                last = " | ".join(done.stderr.strip().splitlines()[-3:])
                raise DelithError(f"{' '.join(command)} failed: {last}")
        (here / _WHOLE).touch()
    return here
