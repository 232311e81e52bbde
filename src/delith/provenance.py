"""Where a number comes from: versions of what computes, and what a figure says of itself."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from delith import potentials
from delith.potentials.weights import sha256
from delith.records import Calculation

#: Packages that every calculation leans on.
PACKAGES = ("delith", "ase", "numpy", "torch")


def versions(*names: str) -> dict[str, str]:
    """Return the versions of Python, of `PACKAGES` and of what potentials need.

    Parameters
    ----------
    *names : str
        Potentials, as in `delith.potentials.info`.
    """
    found = {"python": platform.python_version()}
    found |= {package: metadata.version(package) for package in PACKAGES}
    for info in map(potentials.info, names):
        found[info.package] = info.version or "not installed"
        if info.dispersion:
            # simple-dftd3, see `delith.potentials.dispersion`
            found["dftd3"] = _version("dftd3")
    return found


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def of_figures(study: Path, command: str, records: Iterable[Calculation]) -> str:
    """Say in a line what figures are of, and what makes them again.

    The same for the same study, weights and versions, whenever and wherever they are drawn.

    Parameters
    ----------
    study : Path
        The study file.
    command : str
    records : iterable of Record
        Those that the figures are made of.
    """
    weights = dict(sorted({(record.potential, record.weights) for record in records}))
    return "; ".join(
        [
            command,
            *([f"{study.name} SHA-256 {sha256(study)}"] if study.is_file() else []),
            # a potential may be named by its file, which lies elsewhere for others
            *(f"{Path(name).name} SHA-256 {weights[name]}" for name in weights),
            ", ".join(f"{name} {version}" for name, version in versions(*weights).items()),
        ]
    )
