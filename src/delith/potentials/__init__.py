"""Potentials by name: what each is, whether it is installed, and how to get its calculator.

Adding one is a file in this package with ``load(info, device)`` and an entry in `_KNOWN`.
Listing imports none of them: they bring torch, which takes seconds.
"""

import difflib
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

from ase.calculators.calculator import Calculator
from ase.data import chemical_symbols

from delith.errors import DelithError

__all__ = ["DEFAULT", "PotentialInfo", "available", "fingerprint", "info", "load"]

DEFAULT = "chgnet-r2scan"


@dataclass(frozen=True)
class PotentialInfo:
    """What a user should know of a potential before trusting it.

    Attributes
    ----------
    name : str
        What `load` and a study file call it.
    functional : str
        The level of theory of its training data.
    level : str
        ``"universal"`` (trained across chemistries) or ``"specific"`` (to one).
    package : str
        The Python package it needs, as pip names it.
    module : str
        The module of this package that adapts it.
    weights : str
        Its weight file, as a path that begins with the name the package is imported by.
    reference : str
        What to cite.
    caveat : str
        The known weakness that matters most here.
    elements : tuple of str or None
        Chemical symbols in its training data; None where that is not known.
    """

    name: str
    functional: str
    level: str
    package: str
    module: str
    weights: str
    reference: str
    caveat: str
    elements: tuple[str, ...] | None = None

    @property
    def installed(self) -> bool:
        """Whether the package it needs is installed."""
        return self.version is not None

    @property
    def version(self) -> str | None:
        """The installed version of the package it needs, None where there is none."""
        try:
            return metadata.version(self.package)
        except metadata.PackageNotFoundError:
            return None


_SOFT = (
    "universal potentials soften defects (Deng et al., arXiv:2405.07105): "
    "(104) twin energies come out two to four times below DFT"
)
# Polonium to radium are in neither training set, and ytterbium is missing from MP-r2SCAN.
_MPTRJ = tuple(s for s in chemical_symbols[1:95] if s not in {"Po", "At", "Rn", "Fr", "Ra"})

_KNOWN = {
    entry.name: entry
    for entry in (
        PotentialInfo(
            name="chgnet-r2scan",
            functional="r2SCAN",
            level="universal",
            package="chgnet",
            module="delith.potentials.chgnet",
            weights="chgnet/pretrained/r2scan/"
            "chgnet_r2scan_transfer_learning_e15f36s161m23.pth.tar",
            reference="Deng et al., Nat. Mach. Intell. 5, 1031 (2023); "
            "r2SCAN: Huang et al., npj Comput. Mater. (2025), doi:10.1038/s41524-025-01796-y",
            caveat=_SOFT,
            elements=tuple(s for s in _MPTRJ if s != "Yb"),
        ),
        PotentialInfo(
            name="chgnet",
            functional="PBE+U",
            level="universal",
            package="chgnet",
            module="delith.potentials.chgnet",
            weights="chgnet/pretrained/0.3.0/chgnet_0.3.0_e29f68s314m37.pth.tar",
            reference="Deng et al., Nat. Mach. Intell. 5, 1031 (2023)",
            caveat=_SOFT,
            elements=_MPTRJ,
        ),
    )
}


def available() -> tuple[PotentialInfo, ...]:
    """Every potential Delith knows, installed or not, the default first."""
    return tuple(_KNOWN.values())


def info(name: str) -> PotentialInfo:
    """Return what is known of the potential called `name`.

    Raises
    ------
    DelithError
        No potential has that name.
    """
    if name not in _KNOWN:
        close = difflib.get_close_matches(name, _KNOWN, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise DelithError(f"No potential is called {name!r}.{hint} Known: {', '.join(_KNOWN)}.")
    return _KNOWN[name]


def weight_file(name: str) -> Path:
    """Where the weights of the potential called `name` lie.

    Raises
    ------
    DelithError
        No potential has that name, its package is not installed, or the file is missing.
    """
    entry = info(name)
    if not entry.installed:
        raise DelithError(
            f"The potential {name!r} needs a package: python -m pip install {entry.package}"
        )
    # Finding a package, unlike importing it, is quick.
    root, *parts = Path(entry.weights).parts
    spec = find_spec(root)
    folders = (spec.submodule_search_locations if spec else None) or [root]
    path = Path(folders[0], *parts)
    if not path.is_file():
        raise DelithError(
            f"{entry.package} {entry.version} has no weights {entry.weights}: install the version "
            "of it that Delith asks for"
        )
    return path


@cache
def weights_sha256(name: str) -> str:
    """SHA-256 (hexadecimal) of the weight file of the potential called `name`.

    Raises
    ------
    DelithError
        As `weight_file`.
    """
    return hashlib.sha256(weight_file(name).read_bytes()).hexdigest()


def load(name: str = DEFAULT, device: str = "cpu") -> Calculator:
    """Load the calculator of the potential called `name`, which writes nothing to the terminal.

    Parameters
    ----------
    name : str
        One of the names in `available`.
    device : str
        Where it runs, in torch's words: ``"cpu"``, ``"cuda"``, ``"cuda:1"``.

    Returns
    -------
    ase.calculators.calculator.Calculator
        A new calculator: eV, Å, eV/Å³.

    Raises
    ------
    DelithError
        As `weight_file`.
    """
    path = weight_file(name)
    return import_module(info(name).module).load(path, info(name), device)
