"""Train a committee and test it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import yaml
from filelock import FileLock, Timeout

from delith import potentials
from delith.errors import DelithError, writable
from delith.records import Record
from delith.training.beginning import beginning
from delith.training.card import card
from delith.training.evaluation import frame_errors, gamma_errors
from delith.training.frames import Frame, Split, called, of_records, read, records_in, split
from delith.training.settings import TrainSettings
from delith.training.trainer import MEMBERS, train_members


@dataclass(frozen=True, eq=False)
class Trained:
    """A committee and its errors.

    Attributes
    ----------
    folder : Path
        With ``member_*.model``, ``card.md``, both tables and the split as CSV.
    errors, gammas : pandas.DataFrame
        See `frame_errors` and `gamma_errors`; of the latter one for each folder of the data, by
        whose name (``data``) its rows are told.
    """

    folder: Path
    errors: pd.DataFrame
    gammas: pd.DataFrame

    @property
    def potential(self) -> str:
        """What a study calls the committee."""
        return str(self.folder / MEMBERS)


def train(settings: TrainSettings, folder: Path) -> Trained:
    """Train a committee and test it.

    Parameters
    ----------
    settings : TrainSettings
    folder : Path
        Where it goes; in a folder that holds a part of the same, what is missing is done.

    Raises
    ------
    DelithError
        If mace-torch is not installed, the data cannot be used (see `read` and `split`) or have no
        host that ``weights`` names, the machine lacks the device, the folder holds a committee of
        other settings or data, or the trainer fails.
    """
    if find_spec("mace") is None:
        raise DelithError("training needs mace-torch: pip install mace-torch")
    names = _names(settings.paths)
    folders = {path: records_in(path) for path in names if path.is_dir()}
    frames = _frames(settings.level, names, folders)
    parts = split(frames, settings.held_out, settings.validation, settings.seed)
    replayed = (frame for path in settings.replayed for frame in read(path))
    parts = replace(parts, replay=tuple(replayed))
    for pattern in settings.weights:
        called(pattern, {frame.host for frame in frames}, "weights")
    known = {
        path: [r for r in records if settings.level in (None, r.potential)]
        for path, records in folders.items()
    }
    _of_one_version(record for records in known.values() for record in records)
    _known(parts)
    from delith.potentials.devices import check_device  # brings torch

    check_device(settings.device)
    if settings.begin:
        # before anything is written
        beginning(settings, [*parts.training, *parts.validation, *parts.replay])
    _claim(folder, settings, parts)
    try:
        with FileLock(folder / "train.lock", timeout=0), writable(folder):
            models = train_members(settings, parts, folder)
    except Timeout:
        raise DelithError(f"another delith train is working in {folder}: wait for it.") from None
    committee = potentials.load(str(folder / MEMBERS), settings.device)
    errors = frame_errors(parts.parts, committee)
    members = [potentials.load(str(path), settings.device) for path in models]
    unseen = {frame.host for frame in parts.test}
    # one by one: cells of another size may have the same label in another folder
    tables = [
        gamma_errors(records, unseen, members).assign(data=names[path])
        for path, records in known.items()
    ]
    gammas = pd.concat(tables or [gamma_errors((), (), ())], ignore_index=True)
    with writable(folder):
        errors.to_csv(folder / "errors.csv", index=False, float_format="%.5g")
        gammas.to_csv(folder / "gamma.csv", index=False, float_format="%.5g")
        (folder / "card.md").write_text(card(settings, parts, models, errors, gammas))
    return Trained(folder, errors, gammas)


def _frames(
    level: str | None, names: dict[Path, str], folders: dict[Path, list[Record]]
) -> list[Frame]:
    """Every structure of the level that is asked for."""
    frames = of_records(record for records in folders.values() for record in records)
    for path, name in names.items():
        if path not in folders:
            frames += read(path, name)
    chosen = [frame for frame in frames if level in (None, frame.level)]
    if frames and not chosen:
        there = ", ".join(sorted({repr(frame.level) for frame in frames}))
        raise DelithError(f"level: nothing in the data is of {level!r}, only of {there}.")
    return chosen


def _names(paths: Iterable[Path]) -> dict[Path, str]:
    """What each is called: as it is, or with the folder that it is in where two would be alike."""
    paths = list(paths)
    known = Counter(path.name for path in paths)
    return {
        path: path.name if known[path.name] == 1 else "/".join(path.parts[-2:]) for path in paths
    }


def _known(parts: Split) -> None:
    """Refuse to hold out elements of which nothing could be learnt: no model could be tested."""
    taught = {*_elements(parts.training), *_elements(parts.validation)}
    if strange := _elements(parts.test) - taught:
        raise DelithError(
            f"held_out: {', '.join(sorted(strange))} would be in no structure that is trained on."
        )


def _elements(frames: Iterable[Frame]) -> set[str]:
    return {str(symbol) for frame in frames for symbol in frame.atoms.symbols}


def _of_one_version(records: Iterable[Record]) -> None:
    """Refuse records by a potential or preset that has changed since some of them."""
    versions = {(record.potential, record.weights) for record in records}
    for name, count in Counter(name for name, _ in versions).items():
        if count > 1:
            raise DelithError(
                f"the data hold records by {count} versions of {name}, and their energies may not "
                "compare: label all of them by one, in a folder of their own."
            )


def _claim(folder: Path, settings: TrainSettings, parts: Split) -> None:
    """Write settings and split to the folder, or find that they are there."""
    texts = {
        "train.yaml": yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False),
        "split.csv": parts.table().to_csv(index=False, float_format="%.4f"),
    }
    with writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            file = folder / name
            if file.exists() and file.read_text() != text:
                raise DelithError(
                    f"{folder} holds a committee of other settings or data ({file}): give another "
                    "folder with -o, or delete that one."
                )
            file.write_text(text)
