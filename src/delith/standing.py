"""What a results folder holds that is of no study: labels, checks, rounds of learning."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from delith.engines import journal, runlog
from delith.engines.journal import Standing
from delith.errors import DelithError
from delith.records import Record
from delith.store import places


@dataclass(frozen=True, eq=False)
class Stored:
    """What is in the store of a folder.

    Attributes
    ----------
    folder : Path
    records : list of Record
    total : int or None
        How many the last run there was to make, as far as it said.
    standing : Standing or None
        Of a run that goes on or was killed.
    """

    folder: Path
    records: list[Record]
    total: int | None
    standing: Standing | None


def stored(folder: Path) -> list[Stored]:
    """Read what a folder holds, or what those of its rounds do.

    Raises
    ------
    DelithError
        If there are no records, or they cannot be read.
    """
    if places.store_of(folder).exists():
        return [_stored(folder)]
    files = [
        *folder.glob(f"round_*/*/{places.FILE}"),
        *folder.glob(f"round_*/*/{places.ELSEWHERE}"),
    ]
    if not files:
        raise DelithError(
            f"{folder} is no results folder: it has no study.yaml, no records.db and no rounds."
        )
    files.sort(key=lambda file: file.stat().st_mtime)
    return [_stored(file.parent) for file in files]


def _stored(folder: Path) -> Stored:
    totals = [told["total"] for told in runlog.read(folder) if told.get("total") is not None]
    total = totals[-1] if totals else None
    return Stored(folder, places.existing(folder).records(), total, journal.read(folder))
