"""A committee of MACE models, trained by mace-torch's own trainer in processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import yaml
from ase import Atoms
from ase.io import write

from delith.engines import available_cores
from delith.errors import DelithError
from delith.potentials.weights import opened, trust
from delith.training.beginning import begun_with, going_on
from delith.training.frames import Frame, Split
from delith.training.settings import TrainSettings

#: Names of the models in the folder of a committee.
MEMBERS = "member_*.model"
#: Kept of what the trainer says when it fails.
LAST_LINES = 5
#: What is learnt one after the other: forces say most of what a network is to see, then energies
#: matter to the last meV an atom.
STAGES = ("forces", "energies")
#: Weight of a structure that is replayed.
REPLAYED = 0.02
#: How often on its way a stage is kept.
CHECKPOINTS = 10
#: How often (seconds) trainers are looked after.
TICK = 0.5


def train_members(settings: TrainSettings, split: Split, folder: Path) -> list[Path]:
    """Train the models of a committee, as many beside each other as there are cores.

    A member that is there is kept, one that was stopped goes on from its last checkpoint.

    Parameters
    ----------
    settings : TrainSettings
    split : Split
    folder : Path
        Of the committee; ``member_0/`` in it holds the trainer's inputs, log and checkpoints.

    Returns
    -------
    list of Path
        The models, which may be opened without being trusted by hand.

    Raises
    ------
    DelithError
        If the trainer fails (the message says where its log is), a model that is there is not
        trusted, or training cannot begin with what ``begin`` names.
    """
    # on a GPU one fills the device; on cores, models this small are not helped by threads
    workers = min(settings.models, available_cores()) if settings.device == "cpu" else 1
    threads = max(1, available_cores() // workers)
    models = [folder / MEMBERS.replace("*", str(number)) for number in range(settings.models)]
    waiting = [number for number, model in enumerate(models) if not model.is_file()]
    for model in filter(Path.is_file, models):
        opened(model)  # one that this did not make is refused before others are trained
    running: dict[int, subprocess.Popen[bytes]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                number = waiting.pop(0)
                running[number] = _start(settings, split, number, threads, models[number])
            time.sleep(TICK)
            for number in [
                number for number, trainer in running.items() if trainer.poll() is not None
            ]:
                _end(models[number], running.pop(number).returncode)
    finally:
        for trainer in running.values():
            trainer.terminate()
            trainer.wait()
    return models


def _start(
    settings: TrainSettings, split: Split, number: int, threads: int, model: Path
) -> subprocess.Popen[bytes]:
    """Have mace-torch begin with a member, or go on."""
    work = model.with_suffix("")
    work.mkdir(exist_ok=True)
    taught = [_taught(frame, settings.weight(frame.host)) for frame in split.training]
    for frame in split.replay:
        atoms = _taught(frame, REPLAYED)
        atoms.info["config_energy_weight"] = 0.0  # of another level it does not compare
        taught.append(atoms)
    judges = [_taught(frame, settings.weight(frame.host)) for frame in split.validation]
    write(work / "train.xyz", taught, format="extxyz")
    write(work / "valid.xyz", judges, format="extxyz")
    common = _arguments(settings, settings.seed + number, len(taught))
    begun = begun_with(settings, number, split.training, work) if settings.begin else {}
    inputs = [f"{stage}.yaml" for stage in STAGES]
    for name, stage in zip(inputs, _stages(settings, begun), strict=True):
        (work / name).write_text(yaml.safe_dump(common | stage))
    command = [sys.executable, "-m", "delith.training.member", str(os.getpid()), *inputs]
    own = os.environ | {"OMP_NUM_THREADS": str(threads)}
    with (work / "log.txt").open("a") as log:
        return subprocess.Popen(command, cwd=work, stdout=log, stderr=subprocess.STDOUT, env=own)


def _end(model: Path, code: int) -> None:
    """Take the model of a trainer that has ended."""
    work = model.with_suffix("")
    made = work / f"{STAGES[-1]}.model"
    if code or not made.is_file():
        log = work / "log.txt"
        last = " | ".join(log.read_text().strip().splitlines()[-LAST_LINES:])
        raise DelithError(
            f"mace-torch's trainer failed: see {log.resolve()}. It ended with: {last}"
        )
    fresh = model.with_suffix(".new")
    shutil.copy(made, fresh)
    # trusted by its content before it is there: a kill in between leaves none that is not
    trust(fresh)
    fresh.replace(model)


def _taught(frame: Frame, weight: float) -> Atoms:
    """A frame under the names that mace-torch looks for."""
    atoms = frame.atoms.copy()
    atoms.info["REF_energy"] = frame.energy
    atoms.info["config_weight"] = weight
    atoms.arrays["REF_forces"] = frame.forces
    if frame.stress is not None:
        atoms.info["REF_stress"] = frame.stress
    return atoms


def _stages(settings: TrainSettings, begun: Mapping[str, object]) -> list[dict[str, object]]:
    """Arguments of mace-torch's trainer that differ from stage to stage.

    Errors are squared. First 10 meV an atom count as 0.1 eV/Å and 10 meV/Å³ (1.6 GPa) do; then
    1 meV an atom as 60 meV/Å and 1 meV/Å³. In each the rate falls, so that what is learnt last, of
    a few structures at a time, does not stay as noise.
    """
    forces, energies = STAGES
    first, rate = settings.epochs // 3, settings.learning_rate
    return [
        {
            "name": forces,
            **begun,
            **_falling(first, rate, 0.1),
            "energy_weight": 1e4 * settings.energies,
            "forces_weight": 1e2,
            "stress_weight": 1e4,
        },
        {
            "name": energies,
            **going_on(f"{forces}.model"),
            **_falling(settings.epochs - first, rate / 5, 0.05),
            "energy_weight": 1e6 * settings.energies,
            "forces_weight": 3e2,
            "stress_weight": 1e6,
        },
    ]


def _falling(epochs: int, rate: float, fall: float) -> dict[str, object]:
    """Arguments for some epochs, in which the rate falls to a share of what it was."""
    every = max(1, epochs // CHECKPOINTS)
    # the trainer keeps what it judges: the last epoch has to be one of these
    last = max(0, epochs - 1) // every * every
    return {
        "max_num_epochs": last + 1,
        "eval_interval": every,
        "lr": rate,
        "lr_scheduler_gamma": fall ** (1 / (last + 1)),
    }


def _arguments(settings: TrainSettings, seed: int, structures: int) -> dict[str, object]:
    """Arguments of mace-torch's trainer, of any stage."""
    # a last batch that is not full is not trained on
    batch = min(settings.batch, structures)
    return {
        "seed": seed,
        "train_file": "train.xyz",
        "valid_file": "valid.xyz",
        "model": "MACE",
        "num_channels": settings.channels,
        "max_L": 0,
        "max_ell": settings.angular,
        "radial_MLP": str(list(settings.radial)),
        "num_interactions": settings.layers,
        "correlation": settings.correlation,
        "r_max": settings.cutoff,
        "E0s": "average",
        "default_dtype": "float32",
        "device": settings.device,
        "loss": "stress",
        "scheduler": "ExponentialLR",
        "ema": True,
        "ema_decay": 0.999,
        "batch_size": batch,
        "valid_batch_size": batch,
        # the last counts, not the one that few structures are best met by
        "save_all_checkpoints": True,
        "restart_latest": True,
        "save_cpu": True,
        "plot": False,
        "compute_stress": True,
    }
