"""Names of files with wildcards, as users write them."""

from __future__ import annotations

from glob import glob
from pathlib import Path


def matching(name: str | Path) -> tuple[Path, ...]:
    """Return the file or folder of a name or, where there is none, all that it matches, sorted.

    A name may have brackets, as those of cells do, and is a pattern only if it is nothing else;
    any part of its path may have wildcards.
    """
    path = Path(name)
    if path.exists():
        return (path,)
    # the one of pathlib takes no absolute patterns, and stumbles over some
    return tuple(sorted(map(Path, glob(str(path)))))  # noqa: PTH207
