"""Boundary energy at a temperature: what the vibrations of a boundary add to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from delith.crystals.lattice import Floats
from delith.energetics.closed import boundary_count, boundary_energies
from delith.phonons import Phonons
from delith.records import Record
from delith.units import EV_PER_A2

COLUMNS = (
    "boundary",
    "potential",
    "lithium_content",
    "state",
    "temperature_K",
    "gamma_J_per_m2",
    "static_J_per_m2",
    "vibrational_J_per_m2",
    "imaginary_modes",
    "bulk_imaginary_modes",
    "lowest_frequency_per_cm",
    "bulk_lowest_frequency_per_cm",
    "displacement_A",
    "gamma_potential_range_J_per_m2",
    "boundaries_equivalent",
    "lowest_record",
)

#: K.
TEMPERATURES = np.arange(0.0, 1001.0, 50.0)


def free_boundary_energies(
    records: Iterable[Record],
    phonons: Mapping[str, Phonons],
    temperatures: ArrayLike = TEMPERATURES,
) -> pd.DataFrame:
    """Tabulate γ(T) of every boundary in the harmonic approximation.

    γ(T) = γ + [F_cell(T) − n·F_bulk(T)] / 2A, with F the free energy of the vibrations at the
    volume of the static minimum (zero-point energy included, thermal expansion not), and the
    lowest usable ordering of the boundary and of the matched bulk at the same Li content. Where
    the two grains differ, each counts half.

    Parameters
    ----------
    records : iterable of Record
        Boundaries and their bulk.
    phonons : mapping of str to Phonons
        By key of the record whose cell they are of: of those that `compared` names. Where some
        are missing their rows stay, without a number.
    temperatures : array_like
        K.

    Returns
    -------
    pandas.DataFrame
        One row per boundary, state, potential, Li content and temperature:

        gamma_J_per_m2
            γ(T): the sum of the next two; as in `boundary_energies`, of both boundaries where
            they are not equivalent.
        static_J_per_m2
            γ without vibrations, against the lowest bulk ordering at the same content.
        vibrational_J_per_m2
            What vibrations add.
        imaginary_modes, bulk_imaginary_modes
            Modes of the cell, mean over the mesh, that are imaginary and so left out of F: above
            zero γ(T) is not that of a stable structure. Of bulk, in as many formula units.
        lowest_frequency_per_cm, bulk_lowest_frequency_per_cm
            At the points that the supercell holds, without the three acoustic modes at Γ;
            negative where it is imaginary.
        displacement_A
            By which force constants were taken: learned potentials can depend on it.
        gamma_potential_range_J_per_m2
            Of γ without vibrations; see `boundary_energies`.
        lowest_record
            Key of the boundary's record behind the row.
    """
    known = list(records)
    kelvin = np.atleast_1d(np.asarray(temperatures, dtype=float))
    by_key = {r.key: r for r in known}
    tables = []
    for row in boundary_energies(known).to_dict("records"):
        facts = dict.fromkeys(COLUMNS, np.nan) | {n: row[n] for n in COLUMNS if n in row}
        facts |= {
            "temperature_K": kelvin,
            "static_J_per_m2": row["gamma_same_content_J_per_m2"],
        }
        if not np.isnan(row["gamma_same_content_J_per_m2"]):
            cell = by_key[row["lowest_record"]]
            grains = _bulk(known, cell)
            if all(r.key in phonons for r in (cell, *grains)):
                facts |= _vibrations(cell, grains, phonons, kelvin)
        tables.append(pd.DataFrame(facts))
    if not tables:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(tables, ignore_index=True)
    table["gamma_J_per_m2"] = table["static_J_per_m2"] + table["vibrational_J_per_m2"]
    return table


def compared(records: Iterable[Record]) -> list[Record]:
    """Return the records whose phonons `free_boundary_energies` compares, each once.

    The lowest usable ordering of every boundary and Li content that has a γ there, and that of
    its bulk; where that has exchanged metals, the lowest without as well, lest γ be left open.
    """
    known = list(records)
    by_key = {r.key: r for r in known}
    static = boundary_energies(known).dropna(subset=["gamma_same_content_J_per_m2"])
    cells = [by_key[key] for key in static["lowest_record"]]
    plain = [r for r in known if not r.state.exchanged]
    return list(
        {
            r.key: r for cell in cells for r in (cell, *_bulk(known, cell), *_bulk(plain, cell))
        }.values()
    )


def _bulk(records: list[Record], cell: Record) -> list[Record]:
    """Lowest usable bulk of each grain at the content of a boundary cell that has a γ there."""
    found = []
    for label in dict.fromkeys((cell.host.reference, cell.host.other or cell.host.reference)):
        same = [
            r
            for r in records
            if r.usable
            and r.comparable
            and (r.potential, r.host.label, r.host.count) == (cell.potential, label, 0)
            and r.state.composition == cell.state.composition
            and round(r.content, 9) == round(cell.content, 9)
        ]
        found.append(min(same, key=lambda r: r.energy))
    return found


def _vibrations(
    cell: Record, grains: list[Record], phonons: Mapping[str, Phonons], kelvin: Floats
) -> dict[str, object]:
    """What the phonons of a boundary cell and of its bulk put into a row."""
    own = phonons[cell.key].thermal(kelvin)
    bulk = [phonons[r.key].thermal(kelvin) for r in grains]
    scales = [cell.host.formula_units / r.host.formula_units for r in grains]
    reference = np.mean([s * b.free_energy for s, b in zip(scales, bulk, strict=True)], axis=0)
    area = boundary_count(cell) * cell.area
    left_out = np.mean([s * b.left_out for s, b in zip(scales, bulk, strict=True)])
    return {
        "vibrational_J_per_m2": (own.free_energy - reference) / area * EV_PER_A2,
        "imaginary_modes": own.left_out,
        "bulk_imaginary_modes": left_out,
        "lowest_frequency_per_cm": phonons[cell.key].lowest_per_cm,
        "bulk_lowest_frequency_per_cm": min(phonons[r.key].lowest_per_cm for r in grains),
        "displacement_A": phonons[cell.key].displacement,
    }
