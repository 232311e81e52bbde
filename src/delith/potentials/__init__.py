"""Potentials by name: what each is, whether it is installed, and how to get its calculator.

Adding one is a file in this package with ``load(weights, info, device, precision)`` and an entry in
`delith.potentials.registry.KNOWN`. Listing imports none of them: they bring torch, which takes
seconds.
"""

import difflib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Literal

from ase.calculators.calculator import Calculator

from delith.errors import DelithError
from delith.potentials.entry import PotentialInfo, made_by, of_preset, own
from delith.potentials.registry import KNOWN
from delith.potentials.weights import PICKLES, opened, sha256, trust

__all__ = [
    "DEFAULT",
    "PotentialInfo",
    "available",
    "beside",
    "info",
    "load",
    "members",
    "require",
    "suited",
    "trust",
    "weight_files",
    "weights_sha256",
]

DEFAULT = KNOWN[0].name

#: Endings of files that say how DFT is done.
PRESETS = (".yaml", ".yml")

#: Behind a name: dispersion is added.
D3 = "+d3"

Precision = Literal["single", "double"]


def available() -> tuple[PotentialInfo, ...]:
    """Every potential Delith knows, installed or not, the default first."""
    return KNOWN


def suited(elements: Iterable[str]) -> str:
    """Name the potential for a framework of these elements, where a user names none.

    That is one which DFT has taught just this framework, lithium in it or not; else the universal
    `DEFAULT`. Energies of the two do not compare.
    """
    wanted = {"Li", *elements}
    for entry in KNOWN:
        if entry.level == "DFT-tuned" and wanted == {"Li", *(entry.elements or ())}:
            return entry.name
    return DEFAULT


def beside(name: str, folder: Path) -> str:
    """Read the name of a potential that is a file as relative to a folder."""
    if name.endswith(D3):
        return beside(name.removesuffix(D3), folder) + D3
    file, _, function = name.rpartition(":")
    if file.endswith(".py"):
        return f"{folder / file}:{function}"
    return str(folder / name) if name.endswith((*PICKLES, *PRESETS)) else name


def info(name: str) -> PotentialInfo:
    """Return what is known of the potential called `name`.

    Parameters
    ----------
    name : str
        One of the names in `available`; the path of a ``.model`` file of MACE, with wildcards
        (``run_*.model``) a committee, whose mean is taken; a preset for DFT (``.yaml``); or a
        function that makes an ASE calculator: ``module:function``, ``file.py:function``. With
        ``+d3`` behind it, dispersion is added.

    Raises
    ------
    DelithError
        No potential has that name.
    """
    if name.endswith(D3):
        plain = info(name.removesuffix(D3))
        return replace(plain, name=name, functional=f"{plain.functional}-D3", dispersion=True)
    if name.endswith(PICKLES):
        return own(name)
    if name.endswith(PRESETS):
        return of_preset(name)
    if ":" in name:
        return made_by(name)
    known = {entry.name: entry for entry in KNOWN}
    if name not in known and (member := _member(name)):
        return member
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise DelithError(
            f"No potential is called {name!r}.{hint} Known: {', '.join(known)}, and files of MACE "
            f"(*{', *'.join(PICKLES)}), module:function of ASE calculators."
        )
    return known[name]


def _member(name: str) -> PotentialInfo | None:
    """Describe one of the committee of a known name: ``mace-lco-1`` of ``mace-lco``."""
    for entry in KNOWN:
        for number, file in enumerate(entry.files, start=1):
            if len(entry.files) > 1 and name == f"{entry.name}-{number}":
                weights = str(Path(entry.weights).with_name(file.name))
                return replace(entry, name=name, weights=weights)
    return None


def weight_files(name: str) -> tuple[Path, ...]:
    """Where the weights of the potential called `name` lie; fetched where need be.

    Raises
    ------
    DelithError
        No potential has that name, its package is not installed, a file is missing and cannot be
        fetched, or it is a pickle that nobody trusts, see `trust`.
    """
    entry = info(name)
    if entry.version is None:
        raise DelithError(
            f"The potential {name!r} needs the package {entry.package}: {entry.remedy}"
        )
    if missing := [str(path) for path in entry.files if not path.is_file()]:
        if entry.remote:
            import_module(entry.module).fetch(entry)
        elif entry.level == "own":
            raise DelithError(f"There is no file {', '.join(missing)}.")
        else:
            raise DelithError(
                f"{entry.package} {entry.version} has no weights {entry.weights}: install the "
                "version of it that Delith asks for"
            )
    if entry.pickled:
        for path in entry.files:
            opened(path, entry.sums)
    return entry.files


def members(name: str) -> tuple[str, ...]:
    """Names of the potentials that the committee called `name` consists of; else its own."""
    if name.endswith(D3):
        return tuple(member + D3 for member in members(name.removesuffix(D3)))
    entry = info(name)
    if len(entry.files) == 1:
        return (name,)
    if entry.level == "own":
        return tuple(map(str, entry.files))
    return tuple(f"{name}-{number + 1}" for number in range(len(entry.files)))


def require(name: str, elements: Iterable[str]) -> None:
    """Refuse a potential that does not know all of these elements, as far as it says what it knows.

    Raises
    ------
    DelithError
    """
    known = info(name).elements
    unknown = [e for e in dict.fromkeys(elements) if known and e not in known]
    if unknown:
        raise DelithError(
            f"{name} knows nothing of {', '.join(unknown)}: choose another potential."
        )


def weights_sha256(name: str) -> str:
    """SHA-256 (hexadecimal) of the weights of the potential called `name`, as they are now.

    Raises
    ------
    DelithError
        As `weight_files`.
    """
    return _sum(name, tuple(map(_stamp, info(name).files)))


def _stamp(file: Path) -> tuple[int, int] | None:
    """What changes with a file, without reading it; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


@cache
def _sum(name: str, stamps: tuple[tuple[int, int] | None, ...]) -> str:
    """Taken once, and anew where a stamp has changed."""
    return sha256(*weight_files(name))


def load(name: str = DEFAULT, device: str = "cpu", precision: Precision = "single") -> Calculator:
    """Load the calculator of the potential called `name`, which writes nothing to the terminal.

    Parameters
    ----------
    name : str
        As for `info`.
    device : str
        Where it runs, in torch's words: ``"cpu"``, ``"cuda"``, ``"cuda:1"``.
    precision : {'single', 'double'}
        Of its arithmetic.

    Returns
    -------
    ase.calculators.calculator.Calculator
        A new calculator: eV, Å, eV/Å³.

    Raises
    ------
    DelithError
        As `weight_files`.
    """
    if name.endswith(D3):
        from delith.potentials.dispersion import DispersionCalculator

        plain = name.removesuffix(D3)
        return DispersionCalculator(load(plain, device, precision), info(plain).functional)
    files, entry = weight_files(name), info(name)
    calculator: Calculator = import_module(entry.module).load(files, entry, device, precision)
    return calculator
