"""MACE models as ASE calculators: files of one's own, foundation models, committees.

The calculator is mace-torch's own; here files are opened safely, what a model cannot describe is
said, and the members of a committee are compared.

MACE: Batatia et al., NeurIPS 2022, arXiv:2206.07697.
"""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.data import chemical_symbols
from ase.stress import full_3x3_to_voigt_6_stress
from matplotlib import rc_context

from delith.crystals.lattice import Floats
from delith.errors import DelithError
from delith.potentials.batches import Evaluation, Results
from delith.potentials.checks import check_atoms, check_results
from delith.potentials.devices import check_device
from delith.potentials.entry import PotentialInfo
from delith.potentials.weights import opened, trust

_UNSAFE = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Import and convert without a word, and leave torch's safe loading and figures as they were.

    Importing mace switches safe loading off for the whole process, by an environment variable that
    processes started later inherit, and changes the font size of every figure.
    """
    before = os.environ.get(_UNSAFE)
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with rc_context(), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
        if before is None:
            os.environ.pop(_UNSAFE, None)
        else:
            os.environ[_UNSAFE] = before


with _quietly():
    import torch
    from mace.calculators import MACECalculator
    from mace.calculators.foundations_models import download_mace_mp_checkpoint
    from mace.data import AtomicData, KeySpecification, config_from_atoms
    from mace.tools.torch_geometric import Batch
    from mace.tools.torch_tools import default_dtype

#: The precision in which mace makes its input belongs to the whole process.
_PREPARING = threading.Lock()

#: What a model is asked for.
_COMPUTED = ("energy", "forces", "stress")


def load(
    weights: tuple[Path, ...], info: PotentialInfo, device: str, precision: str
) -> CheckedMACECalculator:
    """Open one model, or a committee, whose files are known to be safe."""
    check_device(device)
    models = []
    for path in weights:
        content = opened(path, info.sums)
        try:
            models.append(torch.load(content, map_location=device, weights_only=False))
        except Exception as error:
            raise DelithError(f"{path} holds no MACE model: {error}") from error
        if not hasattr(models[-1], "r_max") or not hasattr(models[-1], "atomic_numbers"):
            raise DelithError(f"{path} holds no MACE model but a {type(models[-1]).__name__}.")
    described = {(float(m.r_max), tuple(m.atomic_numbers.tolist())) for m in models}
    if len(described) > 1:
        raise DelithError(
            f"the models {info.weights} are no committee: their cutoffs or elements differ."
        )
    accelerated = device.startswith("cuda") and find_spec("cuequivariance_torch") is not None
    try:
        with _quietly():
            return CheckedMACECalculator(
                models=models,
                device=device,
                default_dtype={"single": "float32", "double": "float64"}[precision],
                enable_cueq=accelerated,
            )
    except ValueError as error:  # several heads, none of which is called the default
        raise DelithError(f"mace-torch makes nothing of {info.weights}: {error}") from error


def fetch(info: PotentialInfo) -> None:
    """Have mace-torch fetch a foundation model into its cache, and remember what came.

    Raises
    ------
    DelithError
        If the address cannot be reached; the message says which file belongs where.
    """
    (path,) = info.files
    try:
        with _quietly():
            download_mace_mp_checkpoint(info.weights)
    except (OSError, RuntimeError) as error:
        raise DelithError(
            f"{info.name} is not on this machine and could not be fetched ({error}). Put "
            f"{info.weights} at {path} by other means, then: delith potentials trust {path}"
        ) from error
    trust(path)


class CheckedMACECalculator(MACECalculator):
    """Energy, forces and stress of a periodic crystal from one MACE model or several.

    Attributes
    ----------
    evaluate : callable
        Computes several structures in one pass of each model; see `delith.potentials.batches`.

    Notes
    -----
    Of a committee they are means, and ``results`` holds the standard deviations as well:
    ``energy_std`` (eV) and ``forces_std`` (eV/Å, shape (n, 3)).

    `calculate` raises `DelithError` for atoms that the models were not made for, and
    `CalculationFailed` where results are not finite.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.evaluate: Evaluation = self._evaluate

    def sharing(self, evaluate: Evaluation) -> CheckedMACECalculator:
        """Return a calculator of the same models whose evaluation is another."""
        other = copy.copy(self)
        other.reset()
        other.evaluate = evaluate
        return other

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = all_changes,
    ) -> None:
        """Compute every property at once: they share the one pass."""
        Calculator.calculate(self, atoms, properties, system_changes)
        check_atoms(self.atoms, "this MACE model", {chemical_symbols[z] for z in self.z_table.zs})
        (results,) = self.evaluate([self._prepared(self.atoms)])
        check_results("MACE", *(results[name] for name in ("energy", "forces", "stress")))
        self.results = results

    def _prepared(self, atoms: Atoms) -> AtomicData:
        """Neighbours within the cutoff, and all else that a model sees."""
        known = KeySpecification(info_keys={}, arrays_keys={})
        with _PREPARING, default_dtype(self.default_dtype):
            config = config_from_atoms(atoms, key_specification=known, head_name=self.head)
            return AtomicData.from_config(
                config, z_table=self.z_table, cutoff=self.r_max, heads=self.available_heads
            )

    def _evaluate(self, structures: Sequence[AtomicData]) -> list[Results]:
        together = Batch.from_data_list(list(structures)).to(self.device)
        members = []
        for model in self.models:
            out = model(together.clone().to_dict(), compute_stress=True)
            members.append([out[name].detach().double() for name in _COMPUTED])
        energies, forces, stresses = (
            torch.stack(each).cpu().numpy() for each in zip(*members, strict=True)
        )
        starts = together.ptr.cpu().numpy()
        return [
            _told(energies[:, k], forces[:, starts[k] : starts[k + 1]], stresses[:, k])
            for k in range(len(structures))
        ]


def _told(energies: Floats, forces: Floats, stresses: Floats) -> Results:
    """Results of one structure, from those of each member."""
    energy = float(energies.mean())
    told: Results = {
        "energy": energy,
        "free_energy": energy,
        "forces": forces.mean(axis=0),
        "stress": full_3x3_to_voigt_6_stress(stresses.mean(axis=0)),
    }
    if len(energies) > 1:
        told["energy_std"] = float(np.std(energies, ddof=1))
        told["forces_std"] = np.std(forces, axis=0, ddof=1)
    return told
