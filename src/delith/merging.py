"""Results of one study that were computed apart, put together."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from delith import running, study
from delith.errors import DelithError, DelithWarning, writable
from delith.records import Record
from delith.results import Results
from delith.store import Store, places
from delith.study import Study

#: What a study does more of, with the same calculations for what both ask for: the whole then is
#: what either asks for.
UNITED = ("boundaries", "separations", "lithium", "potentials")
#: How many of a kind it does at most: the whole then is the larger. Which orderings are chosen
#: depends on it; those of the smaller alone are kept, and enter no table.
LARGEST = ("orderings", "starts")

#: eV an atom by which two machines may differ without a word.
SAME = 1e-3
#: Records written in one transaction.
_BATCH = 500


@dataclass(frozen=True, eq=False)
class Merged:
    """What came of a merger.

    Attributes
    ----------
    results : Results
        Of the whole study, as written.
    added : int
        Records that were not there.
    twice : int
        Records that several folders hold, of which one was taken.
    """

    results: Results
    added: int
    twice: int


def merge(sources: Sequence[Path], folder: Path, records: str | None = None) -> Merged:
    """Put the results of several folders into one, and make its tables and figures.

    Parameters
    ----------
    sources : sequence of Path
        Results folders, which stay as they are. Their studies may differ in their boundaries,
        separations, contents and potentials, and in how many orderings and starts they ask for.
    folder : Path
        Where it goes; what it holds already is part of it.
    records : str, optional
        As for `delith.run`.

    Returns
    -------
    Merged
        Of calculations that several did one is taken that did not fail.

    Raises
    ------
    DelithError
        If a folder holds no study, or the studies differ in more: their energies would not compare.
    """
    every = [folder, *sources] if places.holds_study(folder) else list(sources)
    whole = united({str(source): _study(source) for source in every})
    stores = [places.existing(source) for source in sources]
    target = places.make(folder, records)
    with target.writing():
        running.write_study(whole, folder)
        count = _Count({record.key: record.energy for record in target.each()})
        for store in stores:
            if store.place != target.place:
                _carried(store, target, count)
        results = running.status(folder)
        with writable(folder):
            results.write()
    entered = {record.key for record in results.records}
    if results.total > len(results.records) and (idle := len(count.energies.keys() - entered)):
        warnings.warn(
            f"{idle} records enter no table: they may be of orderings that the whole study does "
            "not choose, or begin from bulk that another machine relaxed to other last digits. "
            f"delith run does the {results.total - len(results.records)} that are missing.",
            DelithWarning,
            stacklevel=2,
        )
    if count.apart > SAME:
        warnings.warn(
            f"calculations that several folders hold differ by up to {count.apart:.2g} eV an atom; "
            "those of the first were taken.",
            DelithWarning,
            stacklevel=2,
        )
    return Merged(results, count.added, count.twice)


def united(studies: dict[str, Study]) -> Study:
    """Return the study that asks for what all of some studies ask for.

    Parameters
    ----------
    studies : dict of str to Study
        By what each is called in messages.

    Raises
    ------
    DelithError
        If they differ in what changes the calculations that they have in common.
    """
    (first, whole), *others = studies.items()
    for name, other in others:
        differing = [
            key
            for key in Study.model_fields
            if key not in (*UNITED, *LARGEST, "crystal")
            and getattr(whole, key) != getattr(other, key)
        ]
        if whole.crystal_content != other.crystal_content:
            differing.insert(0, "crystal")
        # without a list of contents it is full cells, whatever these hold
        if (whole.lithium is None) != (other.lithium is None):
            differing.append("lithium")
        if differing:
            free = ", ".join((*UNITED, *LARGEST))
            raise DelithError(
                f"{first} and {name} are no parts of one study, they differ in "
                f"{', '.join(differing)}, not in {free} alone: compare their tables instead."
            )
        both = whole.model_dump() | {key: _union(whole, other, key) for key in UNITED}
        both |= {key: max(getattr(whole, key), getattr(other, key)) for key in LARGEST}
        whole = Study.model_validate(both)
    return whole


def _union(one: Study, other: Study, key: str) -> list[object] | None:
    mine, more = getattr(one, key), getattr(other, key)
    if mine is None:
        return None
    return [*mine, *(value for value in more if value not in mine)]


def _study(folder: Path) -> Study:
    if not places.holds_study(folder):
        raise DelithError(f"{folder} is no results folder of a study: it has no study.yaml.")
    return study.load(folder / "study.yaml")


@dataclass
class _Count:
    """Energies by key of what is there, and what happened to what came."""

    energies: dict[str, float]
    added: int = 0
    twice: int = 0
    apart: float = 0.0
    waiting: list[Record] = field(default_factory=list)


def _carried(source: Store, target: Store, count: _Count) -> None:
    """Carry over what is not there, or failed there alone."""
    better = []
    for record in source.each():
        there = count.energies.get(record.key)
        if there is None:
            count.added += 1
        else:
            count.twice += 1
            if not math.isnan(there) or math.isnan(record.energy):
                apart = abs(there - record.energy) / len(record.atoms)
                count.apart = max(count.apart, 0.0 if math.isnan(apart) else apart)
                continue
            better.append(record.key)
        count.energies[record.key] = record.energy
        count.waiting.append(record)
        if len(count.waiting) == _BATCH:
            _written(target, count.waiting, better)
    _written(target, count.waiting, better)


def _written(target: Store, records: list[Record], better: list[str]) -> None:
    target.forget(better)
    target.add(*records)
    records.clear()
    better.clear()
