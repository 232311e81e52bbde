"""The basal angle is read from the atoms, and is exact on crystals that were only strained."""

from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms

from delith import boundaries, crystals
from delith.decorations import exchange
from delith.energetics import basal_angle, basal_angles
from delith.records import Record
from delith.study.planning import host_facts


def lattice(a, c):
    shipped = crystals.load("LiCoO2").atoms
    cell = shipped.cell[:] @ np.diag([a / 2.8166, a / 2.8166, c / 14.052])
    atoms = Atoms(
        shipped.symbols, cell=cell, scaled_positions=shipped.get_scaled_positions(), pbc=True
    )
    return crystals.from_atoms(atoms)


def as_record(host, start, relaxed):
    return Record(
        key="",
        host=host_facts(host, host),
        potential="",
        weights="",
        mobile="Li",
        mobile_count=0,
        ordering=0,
        energy=0.0,
        atoms=relaxed,
        start=start,
        converged=True,
        problem="",
        steps=0,
    )


@pytest.mark.parametrize(
    ("a", "c", "plane", "angle"),
    [
        (2.0, 4.0 * np.sqrt(6), (1, 0, 4), 109.47),
        (2.0, 4.0 * np.sqrt(6), (0, 1, 8), 109.47),
        (2.816, 14.05, (1, 0, 4), 110.46),
        (2.816, 14.05, (0, 1, 8), 108.48),
        (2.809, 14.389, (1, 0, 4), 111.86),
        (2.809, 14.389, (0, 1, 8), 107.04),
    ],
)
def test_unrelaxed_twins_have_the_exact_angle(a, c, plane, angle):
    twin = boundaries.twin(lattice(a, c), plane, separation=8)
    assert basal_angle(as_record(twin, twin.atoms, twin.atoms)) == pytest.approx(angle, abs=0.006)


def test_angle_follows_the_atoms_not_the_cell():
    """Atoms of a stretched crystal put into a cell built from another give the stretched angle."""
    built = boundaries.twin(lattice(2.816, 14.05), (1, 0, 4), separation=8)
    grown = boundaries.twin(lattice(2.809, 14.389), (1, 0, 4), separation=8)
    start = built.atoms.copy()
    relaxed = grown.atoms.copy()
    # a relaxation does not wrap atoms back, so that each stays near where it began
    step = relaxed.get_scaled_positions() - start.get_scaled_positions()
    relaxed.set_scaled_positions(start.get_scaled_positions() + step - np.rint(step))
    assert basal_angle(as_record(built, start, relaxed)) == pytest.approx(111.86, abs=0.006)


@pytest.mark.parametrize("plane", [(1, 0, 4), (0, 0, 3)])
def test_antiphase_boundaries_have_no_twin_angle(plane):
    """On (003) the grains share a layer, as they do at twins."""
    apb = boundaries.antiphase(lattice(2.816, 14.05), plane, separation=8)
    assert np.isnan(basal_angle(as_record(apb, apb.atoms, apb.atoms)))


def test_grains_too_thin_to_have_a_lattice_give_no_angle():
    thin = boundaries.twin(lattice(2.816, 14.05), (1, 0, 4), separation=4)
    assert np.isnan(basal_angle(as_record(thin, thin.atoms, thin.atoms)))


def test_the_table_has_the_angle_of_the_lowest_and_the_range_of_all():
    twin = boundaries.twin(lattice(2.816, 14.05), (1, 0, 4), separation=8)
    plain = as_record(twin, twin.atoms, twin.atoms)
    stretched = twin.atoms.copy()
    stretched.set_cell(stretched.cell * [1, 1, 1.02], scale_atoms=True)
    wide = replace(plain, key="wide", energy=1.0, atoms=stretched)
    broken = replace(plain, key="broken", energy=-1.0, problem="left its basin")
    apb = boundaries.antiphase(lattice(2.816, 14.05), (1, 0, 4), separation=8)
    untilted = as_record(apb, apb.atoms, apb.atoms)
    (row,) = basal_angles([wide, plain, broken, untilted]).to_dict("records")
    assert row["boundary"] == twin.label
    assert row["orderings"] == 2
    assert row["basal_angle_deg"] == pytest.approx(110.46, abs=0.006)
    # stretched along the normal by 2 %, planes get as much steeper
    other = np.degrees(2 * np.arctan(1.02 * np.tan(np.radians(110.46 / 2))))
    found = row["smallest_deg"], row["largest_deg"]
    assert found == pytest.approx((110.46, other), abs=0.02)
    assert basal_angles([untilted]).empty


def test_metals_that_left_their_sites_do_not_lean_the_lattice():
    twin = boundaries.twin(lattice(2.816, 14.05), (1, 0, 4), separation=8)
    start = exchange(twin, 1, element="Co", shell=1)[0].atoms
    relaxed = start.copy()
    assert (relaxed.arrays["grain"][relaxed.arrays["moved"] == 1] >= 0).any()
    relaxed.positions[relaxed.arrays["moved"] == 1] += [0.1, 0.2, 0.2]
    assert basal_angle(as_record(twin, start, relaxed)) == pytest.approx(110.46, abs=0.006)
