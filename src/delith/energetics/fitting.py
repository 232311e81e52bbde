"""From the energies of a host's orderings to its lattice model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ase import Atoms
from ase.geometry import get_distances

from delith.crystals.lattice import Bools, Floats
from delith.decorations.symmetry import SYMPREC
from delith.energetics.clusters import VACANCY, LatticeModel, emptied, kinds
from delith.errors import DelithError
from delith.facts import HostFacts
from delith.records import Record

#: Fewest usable records of one host that a model is fitted to.
FEWEST = 10

#: Ions begin closer than this (Å) to their sites.
SAME_SITE = 0.5

#: Clusters whose distances differ by less than this (Å) are taken for alike in bulk and boundary.
SAME_SHAPE = 0.05

#: Strengths of the regulariser that compete, (clusters of a kind in the cell)².
STRENGTHS = np.logspace(-5, 5, 41)

#: How much more easily energies of lone ions differ from bulk than interactions do, squared: by
#: tenths of an eV, not hundredths.
EASE = 100.0

#: How much more an energy of the full or the empty cell weighs in the fit than another. There is
#: one arrangement of each, which is known, and γ at both ends of an isotherm hangs on them.
ENDS = 1000.0


def fit(
    records: Sequence[Record], cutoffs: Sequence[float], bulk: LatticeModel | None = None
) -> LatticeModel:
    """Fit a lattice model to the energies of one host.

    The full and the empty cell have the energies that were computed, within rounding; the others
    follow by ridge regression of the energies of the cells, its strength chosen by leave-one-out
    cross-validation (Allen, Technometrics 16, 125, 1974). What is drawn to zero are, in bulk, the
    interactions of two ions or more; at a boundary every difference from bulk, where clusters of
    the same shape count as alike, and those of lone ions less than the others: so a few energies
    of the boundary suffice, and what its small cells cannot tell apart is as in bulk.

    Parameters
    ----------
    records : sequence of Record
        Of one host, undecorated, under one potential. Those unusable, and those whose mobile ions
        ended nearest to other sites than they began on, do not enter.
    cutoffs : sequence of float
        Longest distance in a pair, in a triplet and so on, Å.
    bulk : LatticeModel, optional
        Of the matched bulk.

    Raises
    ------
    DelithError
        If fewer than `FEWEST` records can be used, they hold fewer than three contents, one fills
        sites that the fullest does not, or icet is not installed.
    """
    try:
        from icet import ClusterSpace
    except ImportError:
        raise DelithError("lattice models need icet: pip install 'delith[thermal]'") from None
    usable = [r for r in records if r.usable]
    lattice = _lattice(records)
    stayed = [r for r in usable if _stayed(r, lattice)]
    contents = {r.mobile_count for r in stayed}
    if len(stayed) < FEWEST or len(contents) < 3:
        raise DelithError(
            f"{len(stayed)} usable energies at {len(contents)} lithium contents of "
            f"{records[0].host.label} are too few for a lattice model: give at least {FEWEST}, "
            "at three contents or more (orderings: and lithium: in the study)."
        )
    first = stayed[0]
    mobile = lattice.symbols == first.mobile
    allowed = [[s, VACANCY] if s == first.mobile else [s] for s in lattice.symbols]
    space = ClusterSpace(lattice, list(cutoffs), allowed, symprec=SYMPREC)
    cells = len(lattice) / len(space.primitive_structure)
    clusters = cells * np.array([kind.multiplicity for kind in kinds(space)])
    orderings = [emptied(lattice, _sites(r, r.start, lattice)[0]) for r in stayed]
    features = clusters * [space.get_cluster_vector(ordering) for ordering in orderings]
    energies = np.array([r.energy for r in stayed])
    prior = np.zeros(len(space)) if bulk is None else _as_in_bulk(space, bulk, first.host, cells)
    # of bulk nothing is known beforehand, of a boundary not the energy of the empty cell
    points = 0.0 if bulk is None else 1 / EASE
    drawn = np.array([(0.0, points, 1.0)[min(kind.order, 2)] for kind in kinds(space)])
    counts = np.array([r.mobile_count for r in stayed])
    between = (counts > 0) & (counts < mobile.sum())
    weights = np.where(between, 1.0, ENDS)
    strength, change, unseen = _ridge(
        weights[:, None] * features, weights * (energies - features @ prior), drawn, between
    )
    interactions = prior + change
    left = energies - features @ interactions
    return LatticeModel(
        host=first.host,
        potential=first.potential,
        mobile=str(first.mobile),
        lattice=lattice,
        space=space,
        interactions=interactions,
        area=float(np.mean([r.area for r in stayed])),
        data=len(stayed),
        moved=len(usable) - len(stayed),
        strength=strength,
        error=_rms(unseen) / int(mobile.sum()),
        residual=_rms(left[between]) / int(mobile.sum()),
    )


def _lattice(records: Sequence[Record]) -> Atoms:
    """The host as built, every mobile site filled: as the fullest of its records began."""
    fullest = max(records, key=lambda r: r.mobile_count)
    lattice = Atoms(fullest.start.symbols, cell=fullest.host.built_cell, pbc=True)
    lattice.set_scaled_positions(fullest.start.get_scaled_positions(wrap=False))
    for record in records:
        if _sites(record, record.start, lattice)[1] > SAME_SITE:
            raise DelithError(
                f"an ordering of {record.host.label} fills sites that its fullest cell "
                f"({fullest.mobile_count} {record.mobile}) does not: add the full cell to the "
                "study (its content belongs to lithium:)."
            )
    return lattice


def _sites(record: Record, atoms: Atoms, lattice: Atoms) -> tuple[Bools, float]:
    """Which atoms of the lattice there are, ions by their nearest sites; the farthest ion, Å."""
    sites = np.flatnonzero(lattice.symbols == record.mobile)
    there = ~(lattice.symbols == record.mobile)
    ions = atoms.get_scaled_positions()[atoms.symbols == record.mobile] @ lattice.cell[:]
    if not len(ions):
        return there, 0.0
    distances = get_distances(ions, lattice.positions[sites], lattice.cell, lattice.pbc)[1]
    there[sites[distances.argmin(axis=1)]] = True
    return there, float(distances.min(axis=1).max())


def _stayed(record: Record, lattice: Atoms) -> bool:
    """Whether every mobile ion ended nearest to the site it began on."""
    end = record.atoms.copy()
    before, after = (a.get_scaled_positions(wrap=False) for a in (record.start, end))
    framework = ~(end.symbols == record.mobile)
    # periodic cells may drift as a whole
    end.set_scaled_positions(after - (after - before)[framework].mean(axis=0))
    began, ended = (_sites(record, atoms, lattice)[0] for atoms in (record.start, end))
    return bool((began == ended).all())


def _as_in_bulk(space: Any, bulk: LatticeModel, host: HostFacts, cells: float) -> Floats:
    """Interactions of a boundary host if its clusters were those of bulk."""
    known = list(zip(kinds(bulk.space), bulk.interactions, strict=True))
    prior = np.zeros(len(space))
    for k, kind in enumerate(kinds(space)):
        alike = [
            (energy, other.multiplicity)
            for other, energy in known
            if other.order == kind.order
            and np.allclose(other.distances, kind.distances, rtol=0, atol=SAME_SHAPE)
        ]
        if alike:
            energies, weights = zip(*alike, strict=True)
            prior[k] = np.average(energies, weights=weights)
    bulk_cells = len(bulk.lattice) / len(bulk.space.primitive_structure)
    prior[0] *= host.formula_units / cells * bulk_cells / bulk.host.formula_units
    return prior


def _ridge(
    features: Floats, energies: Floats, drawn: Floats, judged: Bools
) -> tuple[float, Floats, Floats]:
    """Strength, coefficients and leave-one-out errors of the ridge regression that errs least.

    The errors are those of the data that are judged.
    """
    best = None
    for strength in STRENGTHS:
        solve = np.linalg.pinv(features.T @ features + np.diag(strength * drawn)) @ features.T
        coefficients = solve @ energies
        # a datum that alone fixes something cannot be predicted from the others
        free = np.maximum(1 - np.einsum("ij,ji->i", features, solve), 1e-9)
        unseen = ((energies - features @ coefficients) / free)[judged]
        if best is None or _rms(unseen) < _rms(best[2]):
            best = float(strength), coefficients, unseen
    assert best is not None
    return best


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
