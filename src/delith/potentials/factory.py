"""Any ASE calculator, by the function of the user's that makes it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

from ase.calculators.calculator import Calculator

from delith.errors import DelithError
from delith.potentials.entry import PotentialInfo


def load(weights: tuple[Path, ...], info: PotentialInfo, device: str, precision: str) -> Calculator:
    """Call the factory, without arguments.

    Raises
    ------
    DelithError
        If its module cannot be imported, has no such factory, or that makes no ASE calculator.
    """
    where, _, name = info.name.rpartition(":")
    try:
        module = (
            _from_file(Path(where)) if where.endswith(".py") else importlib.import_module(where)
        )
        made = getattr(module, name)()
    except Exception as error:  # whatever the user's code does
        raise DelithError(
            f"{info.name} makes no calculator: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(made, Calculator):
        raise DelithError(f"{info.name} makes no ASE calculator but a {type(made).__name__}.")
    if missing := {"energy", "forces", "stress"}.difference(made.implemented_properties):
        raise DelithError(f"{info.name} makes a calculator without {', '.join(sorted(missing))}.")
    return made


def _from_file(path: Path) -> object:
    name = f"delith_own_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot read {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where pickles look for it
    spec.loader.exec_module(module)
    return module
