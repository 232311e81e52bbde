"""How far a model is from what it was to learn: energies, forces, stress, and γ itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from ase import units
from ase.calculators.calculator import Calculator
from scipy.stats import spearmanr

from delith.energetics import boundary_energies
from delith.records import Record
from delith.training.frames import Frame

#: Fewest orderings of which the order is compared.
FEWEST = 4
#: What records are for whose energies make a γ.
_COMPARED = ("ordering", "checked")

ERRORS = (
    "part",
    "host",
    "frames",
    "energy_rmse_meV_per_atom",
    "forces_rmse_meV_per_A",
    "stress_rmse_GPa",
)
GAMMAS = (
    "boundary",
    "lithium_content",
    "state",
    "held_out",
    "orderings",
    "gamma_J_per_m2",
    "reference_gamma_J_per_m2",
    "gamma_std_J_per_m2",
    "rank_correlation",
)


def frame_errors(parts: Mapping[str, Sequence[Frame]], calculator: Calculator) -> pd.DataFrame:
    """Tabulate root mean square errors of each host in each part of the data.

    Returns
    -------
    pandas.DataFrame
        part, host, frames, energy_rmse_meV_per_atom, forces_rmse_meV_per_A (of a component),
        stress_rmse_GPa (of a component; NaN where the data have none).
    """
    groups: dict[tuple[str, str], list[Frame]] = defaultdict(list)
    for part, frames in parts.items():
        for frame in frames:
            groups[part, frame.host].append(frame)
    rows = []
    for (part, host), frames in groups.items():
        energy, forces, stress = [], [], []
        for frame in frames:
            atoms = frame.atoms.copy()
            atoms.calc = calculator
            energy.append((atoms.get_potential_energy() - frame.energy) / len(atoms))
            forces.append((atoms.get_forces() - frame.forces).ravel())
            if frame.stress is not None:
                stress.append(atoms.get_stress() - frame.stress)
        rows.append(
            (
                part,
                host,
                len(frames),
                _rms(energy) * 1e3,
                _rms(np.concatenate(forces)) * 1e3,
                _rms(stress) / units.GPa,
            )
        )
    return pd.DataFrame(rows, columns=list(ERRORS))


def gamma_errors(
    records: Iterable[Record], held_out: Iterable[str], members: Sequence[Calculator]
) -> pd.DataFrame:
    """Tabulate γ and the order of orderings beside those of the data, in the data's geometries.

    Parameters
    ----------
    records : iterable of Record
        Relaxed orderings of boundaries and their bulk; those of a check in the structures that it
        was given.
    held_out : iterable of str
        Labels of hosts that training has not seen.
    members : sequence of calculators
        Of the committee.

    Returns
    -------
    pandas.DataFrame
        boundary, lithium_content, state, held_out, orderings;

        gamma_J_per_m2, reference_gamma_J_per_m2
            From the mean energies of the members; from those of the data.
        gamma_std_J_per_m2
            Of γ among the members; NaN where there is one.
        rank_correlation
            Spearman's, of the energies of all orderings of the boundary at this content; NaN where
            there are fewer than four.
    """
    known = [replace(r, role="ordering") for r in records if r.role in _COMPARED and r.usable]
    if not any(r.host.count for r in known):
        return pd.DataFrame(columns=list(GAMMAS))
    energies = np.array([[_energy(record, member) for record in known] for member in members])
    learnt = [replace(r, energy=e) for r, e in zip(known, energies.mean(axis=0), strict=True)]
    reference = boundary_energies(known)
    ours = boundary_energies(learnt)["gamma_J_per_m2"]
    scatter = np.full(len(reference), np.nan)
    if len(members) > 1:
        each = [
            boundary_energies(replace(r, energy=e) for r, e in zip(known, row, strict=True))
            for row in energies
        ]
        scatter = np.std([table["gamma_J_per_m2"] for table in each], axis=0, ddof=1)
    unseen = set(held_out)
    order: dict[tuple[str, str, float], list[tuple[float, float]]] = defaultdict(list)
    for before, after in zip(known, learnt, strict=True):
        key = before.host.label, before.state.label, round(before.content, 9)
        order[key].append((before.energy, after.energy))
    keys = zip(
        reference["boundary"],
        reference["state"],
        reference["lithium_content"].round(9),
        strict=True,
    )
    return pd.DataFrame(
        {
            "boundary": reference["boundary"],
            "lithium_content": reference["lithium_content"],
            "state": reference["state"],
            "held_out": [label in unseen for label in reference["boundary"]],
            "orderings": reference["converged"],
            "gamma_J_per_m2": ours,
            "reference_gamma_J_per_m2": reference["gamma_J_per_m2"],
            "gamma_std_J_per_m2": scatter,
            "rank_correlation": [_rank_correlation(order[key]) for key in keys],
        },
        columns=list(GAMMAS),
    )


def _energy(record: Record, calculator: Calculator) -> float:
    atoms = record.atoms.copy()
    atoms.calc = calculator
    return float(atoms.get_potential_energy())


def _rank_correlation(pairs: Sequence[tuple[float, float]]) -> float:
    if len(pairs) < FEWEST:
        return float("nan")
    return float(spearmanr(*zip(*pairs, strict=True)).statistic)


def _rms(values: object) -> float:
    every = np.asarray(values, dtype=float)
    return float(np.sqrt(np.mean(np.square(every)))) if every.size else float("nan")
