"""Symmetry of relaxed boundaries, and what each grain has lost of its crystal's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import spglib

from delith import bicrystal
from delith.boundaries import Boundary
from delith.crystals.lattice import Floats
from delith.crystals.naming import point_operation
from delith.energetics.closed import boundary_energies
from delith.errors import DelithError
from delith.records import Record

COLUMNS = (
    "boundary",
    "potential",
    "lithium_content",
    "state",
    "height",
    "space_group",
    "layer_group",
    "broken_in_grain_0",
    "broken_in_grain_1",
    "record",
)

#: How far (Å) an atom may stand from its symmetric site. Relaxations to 0.03 eV/Å that began with a
#: rattle leave soft atoms a few hundredths from there; distortions worth the name are larger.
SYMPREC = 0.05

#: Entries of matrices that stand for one operation differ by less, in lattices a few percent apart.
_SAME_OPERATION = 0.2

_ADVICE = "atoms may overlap, or the tolerance is too large."

#: Empty space (Å) over a layer, and what heights as built are rounded by.
_VACUUM, _ROUNDING = 15.0, 0.05


def space_group(record: Record, symprec: float = SYMPREC) -> str:
    """Space group of a relaxed cell with all that is in it, such as ``Pmma (51)``.

    Parameters
    ----------
    record : Record
    symprec : float
        How far an atom may stand from its symmetric site, Å.
    """
    atoms = record.atoms
    cell = (atoms.cell[:], atoms.get_scaled_positions(), atoms.numbers)
    return _symbol(spglib.get_symmetry_dataset(cell, symprec=symprec), record, symprec)


def layer_group(record: Record, boundary: int = 0, symprec: float = SYMPREC) -> str:
    """Layer group of one relaxed boundary, such as ``pm2m (27)``.

    Of the atoms that are nearer to this boundary than to the other one, as built: the operations
    that leave them as they are, and with them the plane.

    Parameters
    ----------
    record : Record
    boundary : {0, 1}
        The one at the fractional height 0 or the one at 1/2.
    symprec : float
        How far an atom may stand from its symmetric site, Å.

    Raises
    ------
    DelithError
        For bulk, which has no boundary.
    """
    return _symbol(_layer_dataset(record, boundary, symprec), record, symprec)


def broken_operations(
    record: Record, host: Boundary, boundary: int = 0, symprec: float = SYMPREC
) -> pd.DataFrame:
    """Tell which point operations of the crystal a relaxed boundary has taken from each grain.

    Parameters
    ----------
    record : Record
    host : Boundary
        As built.
    boundary : {0, 1}
    symprec : float
        As for `layer_group`.

    Returns
    -------
    pandas.DataFrame
        A row for each operation of the crystal's point group but the identity: ``operation`` in
        the conventional cell, and ``kept_by_grain_0`` and ``kept_by_grain_1``, whether it is
        an operation of the boundary's layer group when turned as that grain is. Far from the
        boundary each grain has all of them, unless lithium orders or the crystal distorts.

    Raises
    ------
    DelithError
        If the record is not one of this boundary.
    """
    if record.host.label != host.label:
        raise DelithError(f"{record.host.label} was relaxed, and {host.label} is another boundary.")
    layer = _layer_dataset(record, boundary, symprec)
    kept = _cartesian(layer.rotations, record.atoms.cell[:2])
    crystal, frame = host.crystal, bicrystal.orient(host.crystal, host.plane).cell.rotation
    rotations = np.unique(crystal.symmetry.rotations, axis=0)
    own = crystal.atoms.cell[:].T @ rotations @ np.linalg.inv(crystal.atoms.cell[:].T)
    table = pd.DataFrame({"operation": [point_operation(w) for w in rotations]})
    for grain, turn in enumerate((frame, host.joint.turn @ frame)):
        turned = turn @ own @ turn.T
        gap = np.abs(turned[:, None] - kept[None]).max(axis=(2, 3))
        table[f"kept_by_grain_{grain}"] = gap.min(axis=1) < _SAME_OPERATION
    # of an axis, one for all powers that are named alike: a group has them together
    table = table[table["operation"] != "identity"].drop_duplicates("operation")
    return table.sort_values("operation", ignore_index=True)


def boundary_symmetries(
    records: Iterable[Record], hosts: Mapping[str, Boundary], symprec: float = SYMPREC
) -> pd.DataFrame:
    """Tabulate the symmetry of the lowest cell of every boundary, state and Li content.

    Parameters
    ----------
    records : iterable of Record
        Boundaries and their bulk.
    hosts : mapping of str to Boundary
        By label, as built; boundaries that are not among them are left out.
    symprec : float
        As for `layer_group`.

    Returns
    -------
    pandas.DataFrame
        A row for each of the two boundaries of a cell:

        height
            0 or 0.5, of this boundary in the cell.
        space_group
            Of the whole cell.
        layer_group
            Of this boundary; empty where spglib finds none.
        broken_in_grain_0, broken_in_grain_1
            Point operations of the crystal that are not among those of the layer group, turned as
            the grain is; see `broken_operations`. A translation alone breaks none of them.
    """
    by_key = {record.key: record for record in records}
    rows = []
    for row in (
        boundary_energies(by_key.values()).dropna(subset=["lowest_record"]).to_dict("records")
    ):
        record = by_key[row["lowest_record"]]
        if record.host.label not in hosts:
            continue
        common = {name: row[name] for name in COLUMNS[:4]}
        for boundary in (0, 1):
            found: dict[str, object] = {"height": boundary / 2, "record": record.key}
            try:
                table = broken_operations(record, hosts[record.host.label], boundary, symprec)
                found |= {
                    "space_group": space_group(record, symprec),
                    "layer_group": layer_group(record, boundary, symprec),
                } | {
                    f"broken_in_grain_{grain}": ", ".join(
                        table["operation"][~table[f"kept_by_grain_{grain}"]]
                    )
                    for grain in (0, 1)
                }
            except DelithError:
                pass  # distorted beyond what spglib can name: the row says so by being empty
            rows.append(common | found)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _layer_dataset(record: Record, boundary: int, symprec: float) -> spglib.SpglibDataset:
    """Symmetry of the atoms around one boundary, with vacuum on both sides."""
    if not record.host.count:
        raise DelithError(f"{record.host.label} has no boundary: ask for its space_group.")
    if boundary not in (0, 1):
        raise DelithError(f"boundary {boundary!r} is neither 0 nor 1.")
    start = record.start.get_scaled_positions(wrap=False)
    step = record.atoms.get_scaled_positions(wrap=False) - start
    start[:, 2] -= boundary / 2
    # on the side of this boundary, across the face of the cell where need be
    start[:, 2] -= np.rint(start[:, 2])
    near = np.abs(start[:, 2]) * record.start.cell[2, 2] < record.start.cell[2, 2] / 4 + _ROUNDING
    positions = ((start + step - np.rint(step)) @ record.atoms.cell[:])[near]
    height = np.ptp(positions[:, 2]) + _VACUUM
    cell = np.vstack([record.atoms.cell[:2], [0.0, 0.0, height]])
    positions[:, 2] += height / 2 - positions[:, 2].mean()
    layer = (cell, positions @ np.linalg.inv(cell), record.atoms.numbers[near])
    found = spglib.get_symmetry_layerdataset(layer, symprec=symprec)
    if found is None:
        raise DelithError(f"no layer group found for {record.key} within {symprec} Å: {_ADVICE}")
    return found


def _symbol(dataset: spglib.SpglibDataset | None, record: Record, symprec: float) -> str:
    if dataset is None:
        raise DelithError(f"no space group found for {record.key} within {symprec} Å: {_ADVICE}")
    return f"{dataset.international} ({dataset.number})"


def _cartesian(rotations: Floats, inplane: Floats) -> Floats:
    """Rotations of a layer, whose third vector is normal to it, on Cartesian columns."""
    cell = np.vstack([inplane, [0.0, 0.0, 1.0]]).T
    return np.asarray(cell @ rotations @ np.linalg.inv(cell), dtype=float)
