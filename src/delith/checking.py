"""Check a study by another potential, or by DFT, in the structures that count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from ase.spacegroup.symmetrize import refine_symmetry

from delith import figures, potentials, provenance, running
from delith.energetics import boundary_energies
from delith.engines import computing
from delith.errors import DelithError, writable
from delith.records import Record, Task
from delith.relaxation import SINGLE_POINT, RelaxSettings
from delith.store import places
from delith.study.choices import content_among
from delith.study.reservoirs import REFERENCE

#: Å. Structures within this of a higher symmetry are put there: a relaxation that began from a
#: rattle stops some thousandths off, and DFT of a symmetric cell takes a fraction of the time.
TOLERANCE = 0.02

#: How atoms are relaxed by what checks, in the cell that the study's potential gave.
RELAXED = RelaxSettings(fmax=0.05, cell="fixed", rattle=0)

#: What tells one γ from another.
_ROW = ["boundary", "state", "lithium_content"]


@dataclass(frozen=True, eq=False)
class Checked:
    """A study's boundary energies beside those of what checks them.

    Attributes
    ----------
    folder : Path
        With ``check.csv``, ``structures.csv``, figures of both γ (``boundary_energy.png``,
        ``parity.png``) and the records of both.
    energies : pandas.DataFrame
        boundary, state, lithium_content, potential, by, gamma_J_per_m2, checked_gamma_J_per_m2,
        difference_J_per_m2: of the same structures, by both, each against the hull of the bulk
        that was checked (at one content alone, bulk at that content); boundaries_equivalent, where
        false these are sums of both boundaries of a cell.
    structures : pandas.DataFrame
        host, state, lithium_content, atoms, potential, by, forces_rms_eV_per_A (of a component, by
        what checks), forces_rmse_eV_per_A (of the potential against it), largest_moment_muB,
        problem.
    """

    folder: Path
    energies: pd.DataFrame
    structures: pd.DataFrame


def check(
    source: Path,
    by: str,
    folder: Path | None = None,
    relaxed: bool = False,
    boundaries: Sequence[str] = (),
    contents: Sequence[float] = (),
    executor: Executor | None = None,
    observer: computing.Observer = lambda progress: None,
    records: str | None = None,
) -> Checked:
    """Compute the lowest cells of a study, and those of their bulk, by another potential.

    Parameters
    ----------
    source : Path
        Results folder of the study.
    by : str
        Potential that checks, such as ``gpaw-pbe+u``.
    folder : Path, optional
        Where it goes; by default ``check-`` and the name of that potential (and ``-relaxed``), in
        the results folder. What is there is not computed again, and is part of the tables.
    relaxed : bool
        Whether it relaxes the atoms too, in the cells of the study; the study's potential is then
        compared where it put them itself.
    boundaries : sequence of str
        Labels of those to check; by default all.
    contents : sequence of float
        Li contents x at which to check; by default all.
    executor, observer, records
        As for `delith.run`.

    Raises
    ------
    DelithError
        If the folder holds no study with usable orderings, a boundary or content is not in it, or
        a potential cannot be loaded.
    """
    by = potentials.beside(by, Path.cwd())
    study = running.status(source)
    orderings = study.orderings
    chosen = lowest_of_each(orderings, boundaries, contents)
    if not chosen:
        raise DelithError(f"{source} has no usable orderings to check: run the study.")
    potentials.require(by, (s for record in chosen for s in record.atoms.symbols))
    folder = folder or default_folder(source, by, relaxed)
    how = RELAXED if relaxed else SINGLE_POINT
    asked = chain(*_pairs(chosen, by, how))
    computing.compute_all([*asked], folder, executor, observer, records)
    # what was checked before belongs to the tables, and to the hull
    every = _pairs(lowest_of_each(orderings), by, how)
    known = places.store_of(folder).found(task.key for pair in every for task in pair)
    both = [
        (mine.answered(known[mine.key]), theirs.answered(known[theirs.key]))
        for mine, theirs in every
        if mine.key in known and theirs.key in known
    ]
    made = Checked(folder, _energies(both), _structures(both))
    command = f"delith check DIR --with {Path(by).name}{' --relax' * relaxed}"
    with writable(folder):
        made.energies.to_csv(folder / "check.csv", index=False, float_format="%.6g")
        made.structures.to_csv(folder / "structures.csv", index=False, float_format="%.6g")
        if len(made.energies):
            told = provenance.of_figures(source / "study.yaml", command, known.values())
            drawn = figures.checked_energy(study.table, made.energies)
            figures.save(drawn, folder / "boundary_energy.png", told)
            figures.save(figures.parity(made.energies), folder / "parity.png", told)
    return made


def default_folder(source: Path, by: str, relaxed: bool) -> Path:
    """Where a check goes, if nothing else is said."""
    # a potential may be named by its file
    return source / f"check-{Path(by).name}{'-relaxed' * relaxed}"


def lowest_of_each(
    records: Iterable[Record], boundaries: Sequence[str] = (), contents: Sequence[float] = ()
) -> list[Record]:
    """Choose the lowest usable ordering of every host, state, content and potential.

    Raises
    ------
    DelithError
        If a boundary or content that is named has none.
    """
    usable = [r for r in records if r.usable and r.host.kind != REFERENCE]
    there = sorted({round(r.content, 4) for r in usable})
    for content in contents:
        if not content_among(content, there):
            raise DelithError(f"no cell has a content of {content:g} there, only {there}.")
    groups: dict[tuple[str, str, str, int], list[Record]] = defaultdict(list)
    for record in usable:
        if not contents or content_among(record.content, contents):
            groups[record.group].append(record)
    lowest = [min(group, key=lambda r: r.energy) for group in groups.values()]
    if not boundaries:
        return lowest
    known = {r.host.label for r in lowest if r.host.count}
    if missing := [name for name in boundaries if name not in known]:
        raise DelithError(f"no boundary is called {missing[0]!r} there, only {sorted(known)}.")
    hosts = [r.host for r in lowest if r.host.label in boundaries]
    wanted = {*boundaries, *(h.reference for h in hosts), *(h.other for h in hosts)}
    return [r for r in lowest if r.host.label in wanted]


def _pairs(chosen: Sequence[Record], by: str, how: RelaxSettings) -> list[tuple[Task, Task]]:
    """Tasks of each structure: for its own potential where it is, and for what checks it."""
    weights = {
        name: potentials.weights_sha256(name) for name in {by, *(r.potential for r in chosen)}
    }
    pairs = []
    for record in chosen:
        task = record.asked(
            start=symmetrised(record.atoms),
            weights=weights[record.potential],
            role="checked",
            settings=SINGLE_POINT,
            seed=0,
        )
        pairs.append((task, task.asked(potential=by, weights=weights[by], settings=how, seed=0)))
    return pairs


def symmetrised(atoms: Atoms) -> Atoms:
    """Put atoms at the higher symmetry within `TOLERANCE` of which they are, where there is one."""
    made = atoms.copy()
    refine_symmetry(made, symprec=TOLERANCE)
    return made


def _energies(both: Sequence[tuple[Record, Record]]) -> pd.DataFrame:
    """γ by both; of a structure that one could not compute, by neither."""
    pairs = [pair for pair in both if all(record.usable for record in pair)]
    by = both[0][1].potential
    tables = []
    for potential in dict.fromkeys(mine.potential for mine, _ in both):
        mine, other = (
            boundary_energies(
                replace(pair[side], role="ordering")
                for pair in pairs
                if pair[0].potential == potential
            )
            for side in (0, 1)
        )
        table = mine[[*_ROW, "potential", "gamma_J_per_m2"]].copy()
        table.insert(len(_ROW) + 1, "by", by)
        checked = other[[*_ROW, "gamma_J_per_m2"]].set_axis(
            [*_ROW, "checked_gamma_J_per_m2"], axis=1
        )
        table = table.merge(checked, "left", on=_ROW)
        table["difference_J_per_m2"] = table["gamma_J_per_m2"] - table["checked_gamma_J_per_m2"]
        table["boundaries_equivalent"] = mine["boundaries_equivalent"].to_numpy()
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _structures(both: Sequence[tuple[Record, Record]]) -> pd.DataFrame:
    rows = []
    for mine, other in both:
        row = {
            "host": mine.host.label,
            "state": mine.state.label,
            "lithium_content": round(mine.content, 9),
            "atoms": len(mine.atoms),
            "potential": mine.potential,
            "by": other.potential,
            "problem": other.problem,
        }
        if other.forces is not None:
            row["forces_rms_eV_per_A"] = np.sqrt(np.mean(other.forces**2))
            # where it relaxed the atoms too, forces are those of two structures
            if mine.forces is not None and np.allclose(mine.atoms.positions, other.atoms.positions):
                row["forces_rmse_eV_per_A"] = np.sqrt(np.mean((mine.forces - other.forces) ** 2))
        if other.magmoms is not None:
            row["largest_moment_muB"] = np.abs(other.magmoms).max()
        rows.append(row)
    columns = ["host", "state", "lithium_content", "atoms", "potential", "by"]
    columns += ["forces_rms_eV_per_A", "forces_rmse_eV_per_A", "largest_moment_muB", "problem"]
    return pd.DataFrame(rows, columns=columns)
