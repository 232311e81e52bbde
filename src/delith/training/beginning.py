"""Training that begins with the networks of another committee instead of with random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ase.calculators.calculator import Calculator
from ase.data import chemical_symbols
from scipy.optimize import least_squares

from delith import potentials
from delith.crystals.lattice import Floats
from delith.errors import DelithError
from delith.training.frames import Frame
from delith.training.settings import TrainSettings
from delith.training.widening import check_scalars, widened

#: In the folder of a member: the network that it begins with.
BEGUN = "begin.model"
#: Structures by which energies of single atoms are compared, at most.
COMPARED = 100
#: eV an atom. A difference larger than this is that of a structure, not of the level of theory.
USUAL = 0.01


def beginning(settings: TrainSettings, frames: Sequence[Frame]) -> Calculator:
    """Open the committee that ``begin`` names.

    Raises
    ------
    DelithError
        If there is no such committee, its files are not trusted, its networks are of another shape
        than the settings ask for, or the data have elements that it does not know.
    """
    assert settings.begin is not None
    # on a GPU it may hold what mace-torch's trainer cannot go on with
    committee = potentials.load(settings.begin, "cpu")
    networks = getattr(committee, "models", None)
    if not networks:
        raise DelithError(f"begin: {settings.begin} is no MACE model, and only one can go on.")
    for network in networks:
        _check_shape(settings, network)
    known = networks[0].atomic_numbers.tolist()
    if odd := {int(z) for frame in frames for z in frame.atoms.numbers}.difference(known):
        names = ", ".join(chemical_symbols[z] for z in sorted(odd))
        raise DelithError(
            f"begin: the data have {names}, which {settings.begin} does not know: train anew."
        )
    return committee


def begun_with(
    settings: TrainSettings, number: int, frames: Sequence[Frame], work: Path
) -> dict[str, object]:
    """Lay a network beside a member's input.

    Parameters
    ----------
    settings : TrainSettings
        ``begin`` is the committee; where it has fewer members, they serve in turn.
    number : int
        Of the member.
    frames : sequence of Frame
        What it learns from.
    work : Path
        Folder of the member.

    Returns
    -------
    dict
        Arguments of mace-torch's trainer that change with it.

    Raises
    ------
    DelithError
        As `beginning`.
    """
    committee: Any = beginning(settings, frames)
    network = committee.models[number % len(committee.models)]
    import torch  # slow to import
    from mace.tools.scripts_utils import extract_config_mace_model

    single = network.atomic_energies_fn.atomic_energies
    shifts = _shifts(frames, committee, network.atomic_numbers.tolist())
    single += torch.as_tensor(shifts).to(single)
    if settings.channels > extract_config_mace_model(network)["hidden_irreps"].count("0e"):
        network = widened(network, settings.channels, settings.seed + number)
    torch.save(network, work / BEGUN)
    return going_on(BEGUN)


def going_on(model: str) -> dict[str, object]:
    """Arguments of mace-torch's trainer that change where it goes on with a network."""
    return {
        "foundation_model": model,
        # what the data lack is kept too: it may be in what is replayed, or in cells to come
        "foundation_model_elements": True,
        "E0s": "foundation",
        "multiheads_finetuning": False,
    }


def _shifts(frames: Sequence[Frame], committee: Calculator, elements: Sequence[int]) -> Floats:
    """By how much the energies (eV) of single atoms differ between the data and a committee.

    Levels of theory differ in them by tens of eV; of one level, all differences are of structures.
    What mace-torch estimates it does not use.
    """
    some = frames[:: -(-len(frames) // COMPARED)]
    differences = []
    for frame in some:
        atoms = frame.atoms.copy()
        atoms.calc = committee
        differences.append((frame.energy - atoms.get_potential_energy()) / len(atoms))
    shares = np.array([[np.mean(frame.atoms.numbers == z) for z in elements] for frame in some])
    # however many are strange to it: another level differs in every one
    if np.quantile(np.abs(differences), 0.25) < USUAL:
        return np.zeros(len(elements))
    # one common shift first: from there the robust fit sees what is usual
    fitted = least_squares(
        lambda shifts: shares @ shifts - differences,
        np.full(len(elements), np.median(differences)),
        loss="soft_l1",
        f_scale=USUAL,
    )
    return np.asarray(fitted.x)


def _check_shape(settings: TrainSettings, network: Any) -> None:
    """See that the network is the one that the settings describe, or narrower."""
    from mace.tools.scripts_utils import extract_config_mace_model  # slow to import

    config = extract_config_mace_model(network)
    shape = {
        "channels": config["hidden_irreps"].count("0e"),
        "layers": config["num_interactions"],
        "cutoff": float(config["r_max"]),
        "angular": config["max_ell"],
        "radial": tuple(config["radial_MLP"]),
        "correlation": config["correlation"],
    }
    for name, theirs in shape.items():
        ours = getattr(settings, name)
        if name == "channels" and "channels" in settings.model_fields_set and ours > theirs:
            check_scalars(config["hidden_irreps"])
        elif ours != theirs:
            raise DelithError(
                f"begin: {name} is {ours} here and {theirs} in {settings.begin}: say "
                f"{name}: {list(theirs) if isinstance(theirs, tuple) else theirs}, or train anew."
            )
