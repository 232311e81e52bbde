"""Weight files: where they lie, what identifies them, and which of them may be opened.

A ``.model`` file is a pickle, and opening a pickle runs whatever code it holds. So one is opened
only where its SHA-256 is known: because it came from its publisher by way of the package that
fetches it, or because the user said that it may (`trust`).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import typer
from filelock import FileLock

from delith.errors import DelithError, written

#: Endings of files that are pickles.
PICKLES = (".model",)


def packaged(path: str) -> Path:
    """Where a file of an installed package lies; ``path`` begins with the package's name."""
    root, *parts = Path(path).parts
    # finding a package, unlike importing it, is quick
    spec = find_spec(root)
    folders = (spec.submodule_search_locations if spec else None) or [root]
    return Path(folders[0], *parts)


def cache() -> Path:
    """The user's folder for what can be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()


def cached(url: str) -> Path:
    """Where mace-torch keeps a model that it fetched from an address."""
    name = "".join(c for c in url.rsplit("/", 1)[-1] if c.isalnum() or c == "_")
    return cache() / "mace" / name


def sha256(*paths: Path) -> str:
    """SHA-256 (hexadecimal) of a file; of several, of the list of theirs."""
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return sums[0] if len(sums) == 1 else hashlib.sha256(" ".join(sums).encode()).hexdigest()


def trust(*paths: str | Path) -> dict[str, Path]:
    """Mark weight files as safe to open, on this machine and for this user.

    Parameters
    ----------
    *paths : str or Path
        Pickles whose origin you know: opening one runs the code in it.

    Returns
    -------
    dict
        Each file by its SHA-256, which is what is remembered: a file that changes is not trusted
        any more, one that is moved or copied still is.

    Raises
    ------
    DelithError
        If a file cannot be read, or the list of trusted files not be written.
    """
    found = {}
    for path in map(Path, paths):
        try:
            found[sha256(path)] = path
        except OSError as error:
            raise DelithError(f"cannot read {path}: {error.strerror}.") from error
    file = _list()
    with written(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock"):
            known = _known() | {sum_: str(path.resolve()) for sum_, path in found.items()}
            fresh = file.with_suffix(".new")
            fresh.write_text(json.dumps(known, indent=1))
            fresh.replace(file)
    return found


def opened(path: Path, sums: Sequence[str] = ()) -> io.BytesIO:
    """Read a weight file that may be opened: the very bytes whose sum was compared.

    Parameters
    ----------
    path : Path
    sums : sequence of str
        SHA-256 of files that may be, beside those that are trusted.

    Raises
    ------
    DelithError
        If it cannot be read, or its sum is unknown.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DelithError(f"cannot read the weights {path}: {error.strerror}.") from error
    sum_ = hashlib.sha256(content).hexdigest()
    if sum_ not in sums and sum_ not in _known():
        raise DelithError(
            f"{path} is not known to be safe: it is a pickle, which runs the code in it when it is "
            f"opened, and it is new or was changed. If you know where it comes from: "
            f"delith potentials trust {path}"
        )
    return io.BytesIO(content)


def _list() -> Path:
    return Path(typer.get_app_dir("delith")) / "trusted.json"


def _known() -> dict[str, str]:
    """Trusted files by their sums."""
    file = _list()
    try:
        return dict(json.loads(file.read_text()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise DelithError(
            f"cannot read the list of trusted weights {file} ({error}): mend it, or delete it and "
            "trust the files again."
        ) from error
