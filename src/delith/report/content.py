"""What goes into the report of a results folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from ase import Atoms

from delith import potentials, study
from delith.decorations.contents import capacity
from delith.energetics.states import SUMMED
from delith.engines.progress import describe
from delith.records import Record
from delith.results import Results

#: Fewer orderings than this are no sample.
FEW = 3
#: Columns of the main table, and what they are called there.
BRIEF = {
    "boundary": "boundary",
    "state": "state",
    "potential": "potential",
    "level": "level",
    "lithium_content": "x",
    "gamma_J_per_m2": "γ, J/m²",
    "gamma_of_one_J_per_m2": "γ of one",
    "gamma_same_content_J_per_m2": "γ at the same x",
    "gamma_spread_J_per_m2": "spread",
    "orderings": "orderings",
    "converged": "used",
}


@dataclass(frozen=True, eq=False)
class Content:
    """A results folder as its report tells it.

    Attributes
    ----------
    results : Results
    asked : Study
    checks : dict of str to pandas.DataFrame
        ``check.csv`` of every check in the folder, by the name of what checked.
    """

    results: Results
    asked: study.Study
    checks: dict[str, pd.DataFrame]

    @classmethod
    def of(cls, results: Results) -> Content:
        """Collect what lies in the folder of some results."""
        found = sorted(results.folder.glob("check-*/check.csv"))
        checks = {file.parent.name.removeprefix("check-"): pd.read_csv(file) for file in found}
        return cls(results, study.load(results.folder / "study.yaml"), checks)

    @property
    def question(self) -> str:
        """What the study asks, in a sentence."""
        names = list(dict.fromkeys(r.host.label for r in self.results.records if r.host.count))
        # a study that names no contents has full cells
        contents = set(self.asked.lithium or self.results.table["lithium_content"]) or {1.0}
        span = f"x = {max(contents):.3g}"
        if len(contents) > 1:
            span += f" to {min(contents):.3g} at {len(contents)} contents"
        crystal = Path(self.asked.crystal).name
        return f"What do {_listed(names) or 'the boundaries'} of {crystal} cost, at {span}?"

    @property
    def answers(self) -> Iterator[str]:
        """How γ goes with lithium, boundary by boundary and potential by potential."""
        table = self.results.table
        plain = table[(table["state"] == "") & table["gamma_J_per_m2"].notna()]
        for (name, potential), rows in plain.groupby(["boundary", "potential"], sort=False):
            rows = rows.sort_values("lithium_content", ascending=False)
            full, empty = rows.iloc[0], rows.iloc[-1]
            summed = "" if rows["boundaries_equivalent"].all() else SUMMED
            told = f"{name}{summed}: {_gamma(full)}"
            if len(rows) > 1:
                change = empty["gamma_J_per_m2"] - full["gamma_J_per_m2"]
                told += f", {_gamma(empty)} ({change:+.3f})"
            yield told + (f", by {potential}" if table["potential"].nunique() > 1 else "")

    @property
    def warnings(self) -> Iterator[str]:
        """What a reader must know before believing the numbers."""
        results, table = self.results, self.results.table
        if left := results.total - len(results.records):
            yield f"The study is not done: {left} of {results.total} calculations are missing."
        for name in dict.fromkeys(table["potential"]):
            known = potentials.info(name)
            yield f"{name} ({known.level}): {known.caveat}."
        by_dft = any(potentials.info(name).is_dft for name in self.checked_by)
        if not by_dft and not (table["level"] == "DFT").all():
            yield "No DFT has checked these numbers, which delith check does in the lowest cells."
        if few := int(((table["converged"] < FEW) & ~self._exhausted).sum()):
            yield f"{few} of {len(table)} values rest on fewer than {FEW} orderings."
        if sums := int(self._sums.sum()):
            yield f"{sums} of {len(table)} values are sums of two boundaries that differ."
        if lost := len(self.left_out):
            yield f"{lost} of {len(results.records)} calculations are left out; the list is below."

    @property
    def checked_by(self) -> set[str]:
        """Potentials that checked something."""
        return {name for table in self.checks.values() for name in table["by"]}

    @property
    def brief(self) -> pd.DataFrame:
        """The main table, without columns in which nothing stands."""
        table, sums = self.results.table, self._sums
        table = table.assign(boundary=table["boundary"].where(~sums, table["boundary"] + SUMMED))
        # where every γ is of one boundary, it says the same again
        told = [name for name in BRIEF if sums.any() or name != "gamma_of_one_J_per_m2"]
        table = table[told].rename(columns=BRIEF).round(3)
        return table.loc[:, ~table.isin(["", None]).all()]

    @property
    def _exhausted(self) -> pd.Series:
        """Of which cells no more orderings exist than entered."""
        results, table = self.results, self.results.table
        full = {label: capacity(host) for label, host in results.hosts.items() if host.mobile}
        x, most = table["lithium_content"], table["boundary"].map(full).astype(float)
        every = (x == 0) | ((x - most).abs() < 1e-6)
        if not self.asked.screen and len(results.records) == results.total:
            every |= table["orderings"] < self.asked.orderings  # it asked for more than there are
        return every & (table["state"] == "") & (table["converged"] == table["orderings"])

    @property
    def _sums(self) -> pd.Series:
        """Which values are sums of two boundaries."""
        return ~self.results.table["boundaries_equivalent"].astype(bool)

    @property
    def left_out(self) -> list[tuple[str, str]]:
        """Calculations that enter no number, and why."""
        records = self.results.records
        return [(describe(r), r.problem) for r in records if r.problem and not r.given_up]

    @property
    def structures(self) -> Iterator[tuple[str, Atoms]]:
        """The lowest cell of each undecorated boundary and content, and what it is."""
        known = {record.key: record for record in self.results.records}
        table = self.results.table
        for row in table[table["state"] == ""].to_dict("records"):
            record = known.get(row["lowest_record"])
            if record is not None:
                title = f"{row['boundary']}, x = {row['lithium_content']:.3g}, {row['potential']}"
                yield title, record.atoms

    @property
    def origins(self) -> dict[str, str]:
        """Where the numbers come from: versions, weights, machines, time spent."""
        records = self.results.records
        versions = [r.provenance.get("versions", {}) for r in records]
        told = {
            name: ", ".join(dict.fromkeys(each[name] for each in versions if name in each))
            for name in dict.fromkeys(name for each in versions for name in each)
        }
        told |= {f"{r.potential}, SHA-256 of the weights": r.weights for r in records}
        told["computed on"] = _each(records, "machine")
        spent = sum(r.provenance.get("core_seconds") or 0 for r in records) / 3600
        told["core hours"] = f"{spent:.2f}"
        return told


def _each(records: Sequence[Record], name: str) -> str:
    found = [str(r.provenance[name]) for r in records if name in r.provenance]
    return ", ".join(dict.fromkeys(found))


def _gamma(row: pd.Series) -> str:
    return f"{row['gamma_J_per_m2']:.3f} J/m² at x = {row['lithium_content']:.3g}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
