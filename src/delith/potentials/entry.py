"""What is known of each potential before it is imported: it may bring torch, which is slow."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from delith.errors import DelithError
from delith.potentials import environments
from delith.potentials.weights import cached, packaged
from delith.wildcards import matching


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
        ``"universal"`` (trained across chemistries), ``"student"`` (of a universal one, for one
        chemistry), ``"DFT-tuned"`` (a student that DFT has corrected), ``"DFT"``, or ``"own"``: the
        user's, of which nothing else is known.
    package : str
        The Python package it needs, as pip names it.
    module : str
        The module of this package that adapts it.
    weights : str
        Its weight file: a path that begins with the name of an installed package, the address that
        mace-torch fetches it from, or a file of the user's; with wildcards a committee.
    reference : str
        What to cite.
    caveat : str
        The known weakness that matters most here.
    elements : tuple of str or None
        Chemical symbols in its training data; None where that is not known.
    sums : tuple of str
        SHA-256 of weight files that are pickles and come with Delith.
    environment : str
        Of its own, where what its package requires clashes with what Delith does.
    modal : str
        Which of the levels of theory it was trained on, where there are several.
    dispersion : bool
        Whether D3 is added to it.
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
    sums: tuple[str, ...] = ()
    environment: str = ""
    modal: str = ""
    dispersion: bool = False

    @property
    def installed(self) -> bool:
        """Whether it can be loaded now."""
        return not self.missing

    @property
    def missing(self) -> str:
        """What keeps it from being loaded, and what to do; empty where nothing does."""
        if self.version is None:
            return self.remedy
        if not all(file.is_file() for file in self.files):
            return "fetched when first used" if self.remote else f"no file {self.weights}"
        return ""

    @property
    def remedy(self) -> str:
        """Command that installs the package it needs."""
        if self.environment:
            return f"delith potentials install {self.environment}"
        if self.package == "gpaw":  # which pip builds only where it is told of the libraries
            return "make dft (see the README)"
        return f"python -m pip install {self.package}"

    @property
    def version(self) -> str | None:
        """The installed version of the package it needs, None where there is none."""
        if self.environment:
            return environments.version(self.environment, self.package)
        try:
            return metadata.version(self.package)
        except metadata.PackageNotFoundError:
            return None

    @property
    def remote(self) -> bool:
        """Whether its weights are fetched from an address."""
        return self.weights.startswith("https://")

    @property
    def is_dft(self) -> bool:
        """Whether it is DFT, by a preset that comes with Delith or by one of the user's."""
        return self.level == "DFT" or self.module.endswith(".dft")

    @property
    def pickled(self) -> bool:
        """Whether its files are pickles, which are opened only where they are trusted."""
        return self.package == "mace-torch"

    @property
    def files(self) -> tuple[Path, ...]:
        """Its weight files, several for a committee, whether they are there or not."""
        if self.remote:
            return (cached(self.weights),)
        if self.environment:
            return (environments.packages(self.environment) / self.weights,)
        file = Path(self.weights) if self.level == "own" else packaged(self.weights)
        return matching(file) or (file,)


def own(path: str) -> PotentialInfo:
    """Describe a model file of the user's, or with wildcards a committee."""
    caveat = "a model of your own: compare it with what it was trained on before you believe it"
    return _of_user(path, "mace-torch", "mace", path, caveat)


def of_preset(path: str) -> PotentialInfo:
    """Describe DFT by a preset of the user's."""
    return _of_user(path, "ase", "dft", path, "a level of theory of your own")


def made_by(name: str) -> PotentialInfo:
    """Describe what a function of the user's makes: ``module:function`` or ``file.py:function``.

    Raises
    ------
    DelithError
        If there is no such module.
    """
    where = name.rpartition(":")[0]
    if not where.endswith(".py"):
        try:
            found = find_spec(where)
        except (ImportError, ValueError):
            found = None
        except Exception as error:  # whatever a package does as it is imported
            raise DelithError(f"{name}: {where} cannot be imported: {error}.") from error
        if found is None or found.origin is None:
            raise DelithError(
                f"{name}: there is no module {where} to import; if it is a file, say so: file.py:…"
            )
        where = found.origin
    return _of_user(name, "ase", "factory", where, "a calculator of your own")


def _of_user(name: str, package: str, module: str, weights: str, caveat: str) -> PotentialInfo:
    """Describe what nothing is known of but how it is loaded."""
    return PotentialInfo(
        name=name,
        functional="",
        level="own",
        package=package,
        module=f"delith.potentials.{module}",
        weights=weights,
        reference="",
        caveat=caveat,
    )
