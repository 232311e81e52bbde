"""Profiles along the boundary normal, layer by layer."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from ase import Atoms
from pymatgen.core import Element

from delith.crystals.lattice import Bools, Floats, Ints
from delith.crystals.valence import is_anion
from delith.energetics.oxidation import net_charge, oxidation_states
from delith.energetics.polyhedra import polyhedra
from delith.errors import DelithError, DelithWarning
from delith.records import Record

#: Cations whose heights as built differ by less (Å) are of one layer: ordered spinels have theirs
#: a few hundredths off, and layers of low indices are half an ångström apart and more.
SAME_LAYER = 0.2

#: Spacings as built that differ by less (Å) are of one kind; a site is found within this.
_SAME_PLACE = 0.02

#: What is averaged over the ions of an element in a layer, and its unit; the first two only of
#: transition metals.
_MEANS = {
    "moment": "_muB",
    "oxidation_state": "",
    "off_centring": "_A",
    "distortion": "",
    "angle_variance": "_deg2",
}


def layer_profile(
    record: Record, full: Atoms | None = None, bulk: Record | None = None
) -> pd.DataFrame:
    """Tabulate a relaxed cell by its layers of cations, from the boundary at height 0 upwards.

    Parameters
    ----------
    record : Record
        Of a boundary, or of bulk.
    full : ase.Atoms, optional
        The same host with every lithium site filled and nothing else changed: the ``atoms`` of the
        boundary, or the ``start`` of its plain record at full content. Without it the empty sites
        are not known. Sites that another ion has taken count as empty.
    bulk : Record, optional
        Of the matched bulk at the same content, most fittingly its lowest ordering.

    Returns
    -------
    pandas.DataFrame
        One row per layer:

        boundary, potential, lithium_content, state, record
            What was relaxed; the content is that of the whole cell.
        net_charge_e
            Of the whole cell, per formula unit, by the oxidation states that were read; see
            `net_charge`. Other than zero, or NaN, they do not account for every electron.
        layer
            From 0 upwards.
        height_A
            Above the boundary at the fractional height 0, both as relaxed.
        nearest_boundary, distance_A
            0 or 1, and the height above it, negative below; empty for bulk.
        lithium_sites, lithium_filling
            Sites of the mobile ion, and the share of them that is filled.
        spacing_A
            To the next layer with framework cations, between mean heights of these cations; NaN
            for layers that have none, or none that did not move there.
        strain
            Of this spacing: its change against those of ``bulk`` that are as wide as built. NaN
            where bulk has none such.
        atoms_X, moment_X_muB, oxidation_state_X, off_centring_X_A, distortion_X, \
        angle_variance_X_deg2
            For each cation X: how many, and the means of what `oxidation_states` and `polyhedra`
            tell of them; moments and oxidation states of transition metals only. NaN where one of
            the ions is not known.

    Raises
    ------
    DelithError
        If ``full`` or ``bulk`` do not belong to the record.

    Warns
    -----
    DelithWarning
        If a record is not usable.
    """
    for used in (record, bulk):
        if used is not None and not used.usable:
            message = f"profile of {used.host.label}, {used.key}: {used.problem}"
            warnings.warn(message, DelithWarning, stacklevel=2)
    layers = _Layers.of(record, full)
    height = _height(record.atoms)
    # midway between boundaries the lower one, whatever the rounding
    nearest = np.floor(2 * layers.built + 0.5 - 1e-6).astype(int) % 2
    away = layers.relaxed - layers.planes[nearest]
    bounded = np.full(len(layers), record.host.count > 0)
    sites = pd.Series(layers.sites, dtype="Int64").where(np.full(len(layers), full is not None))
    filled = np.bincount(layers.number[layers.mobile], minlength=len(layers))
    as_built, spacing = _spacings(record, layers)
    strain = np.nan if bulk is None else _strains(record, bulk, as_built, spacing)
    table = pd.DataFrame(
        {
            "boundary": record.host.label,
            "potential": record.potential,
            "lithium_content": record.content,
            "state": record.state.label,
            "record": record.key,
            "net_charge_e": net_charge(record),
            "layer": range(len(layers)),
            "height_A": (layers.relaxed - layers.planes[0]) * height,
            "nearest_boundary": pd.Series(nearest, dtype="Int64").where(bounded),
            "distance_A": np.where(bounded, (away - np.rint(away)) * height, np.nan),
            "lithium_sites": sites,
            "lithium_filling": (filled / sites.where(sites > 0)).astype(float),
            "spacing_A": spacing,
            "strain": strain,
        }
    )
    return table.join(_means(record, layers))


@dataclass(frozen=True, eq=False)
class _Layers:
    """Layers of cations; heights as fractions of the cell."""

    cations: Ints
    """Indices of the cations, shape (n,)."""
    number: Ints
    """Their layers, shape (n,)."""
    mobile: Bools
    """Which of them are mobile, shape (n,)."""
    built: Floats
    """Heights of the layers as built, rising from 0, shape (m,)."""
    relaxed: Floats
    """And as relaxed."""
    has_framework: Bools
    """Which layers have cations of the framework that are at home there, shape (m,)."""
    sites: Ints
    """Mobile sites, shape (m,)."""
    planes: Floats
    """Relaxed heights of what was at 0 and 1/2, shape (2,)."""

    def __len__(self) -> int:
        return len(self.built)

    @classmethod
    def of(cls, record: Record, full: Atoms | None) -> _Layers:
        """Find the layers as built, and where they have gone."""
        start, end = record.start, record.atoms
        cations = np.flatnonzero(~is_anion(start))
        mobile = np.array(start.symbols)[cations] == record.mobile
        moved = start.arrays.get("moved", np.zeros(len(start)))[cations] != 0
        framework = ~mobile & ~moved
        before = start.get_scaled_positions(wrap=False)[cations, 2]
        step = end.get_scaled_positions(wrap=False)[cations, 2] - before
        step -= np.rint(step)
        sites, for_mobile = _sites(record, full)
        places = np.append(before, sites)
        number = _numbered(places, SAME_LAYER / record.host.built_cell[2][2])
        own, of_sites = number[: len(cations)], number[len(cations) :]
        built, lift = np.empty((2, number.max() + 1))
        for layer in range(len(built)):
            inside = own == layer
            members = (inside & kind for kind in (framework, mobile, moved))
            chosen = next((m for m in members if m.any()), inside)
            here = before[chosen] if chosen.any() else sites[of_sites == layer]
            off = here - here[0]
            built[layer] = here[0] + (off - np.rint(off)).mean()
            lift[layer] = step[chosen].mean() if chosen.any() else np.nan
        # what is empty goes along with what is around it
        known = ~np.isnan(lift)
        inner = np.bincount(own[framework], minlength=len(built)) > 0
        built -= np.floor(built + 1e-3)
        order = np.argsort(built)
        lift[~known] = np.interp(built[~known], built[known], lift[known], period=1)
        halves = np.array([0.0, 0.5])
        return cls(
            cations=cations,
            number=np.argsort(order)[own],
            mobile=mobile,
            built=built[order],
            relaxed=(built + lift)[order],
            has_framework=inner[order],
            sites=np.bincount(of_sites[for_mobile], minlength=len(built))[order],
            planes=halves + np.interp(halves, built[inner], lift[inner], period=1),
        )


def _numbered(fractions: Floats, gap: float) -> Ints:
    """Number the clusters of points on a circle of length 1 that such gaps part."""
    order = np.argsort(fractions % 1)
    steps = np.diff(fractions[order] % 1, append=fractions[order[0]] % 1 + 1)
    number = np.empty(len(fractions), dtype=int)
    number[order] = np.concatenate([[0], np.cumsum(steps[:-1] > gap)])
    if steps[-1] <= gap:
        number[number == number.max()] = 0
    return number


def _sites(record: Record, full: Atoms | None) -> tuple[Floats, Bools]:
    """Fractional heights of the host's cations when it is full, and which of them are mobile."""
    if full is None:
        return np.empty(0), np.empty(0, dtype=bool)
    start, places = record.start, full.get_scaled_positions()
    at_home = start.arrays.get("moved", np.zeros(len(start))) == 0
    gaps = start.get_scaled_positions()[at_home][:, None] - places
    gaps = np.linalg.norm((gaps - np.rint(gaps)) @ record.host.built_cell, axis=2)
    if (gaps.min(axis=1) > _SAME_PLACE).any():
        raise DelithError(
            f"{full.get_chemical_formula()} is not {record.host.label} with every {record.mobile} "
            "site filled: give the atoms of that boundary, or the start of its record at full "
            "content."
        )
    cations = ~is_anion(full)
    return places[cations, 2], (np.array(full.symbols) == record.mobile)[cations]


def _height(atoms: Atoms) -> float:
    """Height of a cell over the plane of its first two vectors, Å."""
    return float(1 / np.linalg.norm(atoms.cell.reciprocal()[2]))


def _spacings(record: Record, layers: _Layers) -> tuple[Floats, Floats]:
    """Distances (Å) from framework layers to the next, as built and as relaxed; NaN for others."""
    heights = record.host.built_cell[2][2], _height(record.atoms)
    spacings = np.full((2, len(layers)), np.nan)
    for row, at, height in zip(spacings, (layers.built, layers.relaxed), heights, strict=True):
        inner = at[layers.has_framework]
        row[layers.has_framework] = np.diff(inner, append=inner[0] + 1) * height
    return spacings[0], spacings[1]


def _strains(record: Record, bulk: Record, as_built: Floats, spacing: Floats) -> Floats:
    """Change of each spacing against the mean of those of bulk that are as wide as built."""
    same = (record.host.reference, record.potential, round(record.content, 6))
    if same != (bulk.host.label, bulk.potential, round(bulk.content, 6)):
        raise DelithError(
            f"{bulk.host.label} at lithium content {bulk.content:g} with {bulk.potential} is no "
            f"reference for {record.host.label} at {record.content:g} with {record.potential}: "
            f"give a record of {record.host.reference} that agrees."
        )
    there, reference = _spacings(bulk, _Layers.of(bulk, None))
    alike = np.abs(as_built[:, None] - there) < _SAME_PLACE
    total = alike.sum(axis=1)
    mean = (alike * np.nan_to_num(reference)).sum(axis=1) / np.where(total, total, np.nan)
    return np.asarray(spacing / mean - 1, dtype=float)


def _means(record: Record, layers: _Layers) -> pd.DataFrame:
    """Numbers of each cation in the layers, and the means of what is known of them."""
    ions = polyhedra(record.atoms).rename(columns=lambda name: name.removesuffix("_A"))
    ions = ions.rename(columns={"angle_variance_deg2": "angle_variance"})
    magmoms = np.full(len(record.atoms), np.nan) if record.magmoms is None else record.magmoms
    ions["moment"] = np.abs(magmoms)[layers.cations]
    ions["oxidation_state"] = oxidation_states(record)[layers.cations]
    ions["layer"] = layers.number
    columns = {}
    for element, alike in ions.groupby("element", sort=False):
        of_layer = alike.groupby("layer")
        metal = Element(str(element)).is_transition_metal
        columns[f"atoms_{element}"] = of_layer.size().reindex(range(len(layers)), fill_value=0)
        for quantity, unit in list(_MEANS.items())[0 if metal else 2 :]:
            columns[f"{quantity}_{element}{unit}"] = of_layer[quantity].mean(skipna=False)
    return pd.DataFrame(columns, index=range(len(layers)))
