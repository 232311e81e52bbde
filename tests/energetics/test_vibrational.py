"""γ(T) by hand: cells of area 10 Å² whose atoms all vibrate alike."""

from dataclasses import replace

import numpy as np
import pytest
from ase import units
from toy import BULK, TWIN, einstein, record

from delith.energetics import EV_PER_A2, boundary_energies, free_boundary_energies
from delith.energetics.vibrational import TEMPERATURES, compared
from delith.facts import State

#: eV in a cm⁻¹.
QUANTUM = 1e2 * units._hplanck * units._c / units._e

SOFT, HARD = einstein(200), einstein(300)


def energy(per_cm, kelvin):
    """Of the three vibrations of one atom, eV."""
    quantum = per_cm * QUANTUM
    kt = units.kB * kelvin
    return 3 * (quantum / 2 + (kt * np.log(1 - np.exp(-quantum / kt)) if kelvin else 0))


@pytest.fixture
def phonons():
    return {"bulk-4-0": HARD, "twin-4-0": SOFT}


def rows(table, content=1.0):
    return table[table["lithium_content"] == content].reset_index(drop=True)


def test_vibrations_add_their_excess_over_two_areas(records, phonons):
    table = rows(free_boundary_energies(records, phonons, [0, 300, 1000]))
    assert list(table["temperature_K"]) == [0, 300, 1000]
    expected = [(energy(200, t) - energy(300, t)) / 20 * EV_PER_A2 for t in (0, 300, 1000)]
    assert table["vibrational_J_per_m2"].to_numpy() == pytest.approx(expected, rel=1e-4)
    assert (np.diff(table["vibrational_J_per_m2"]) < 0).all(), "what is softer gains with heat"
    assert table["static_J_per_m2"].to_numpy() == pytest.approx(EV_PER_A2 / 20)
    total = table["static_J_per_m2"] + table["vibrational_J_per_m2"]
    assert table["gamma_J_per_m2"].to_numpy() == pytest.approx(total.to_numpy())


def test_boundary_that_vibrates_as_bulk_has_no_excess(records):
    table = rows(free_boundary_energies(records, {"bulk-4-0": HARD, "twin-4-0": HARD}))
    assert list(table["temperature_K"]) == list(TEMPERATURES)
    assert table["vibrational_J_per_m2"].to_numpy() == pytest.approx(0, abs=1e-12)


def test_smaller_bulk_is_counted_as_often_as_it_fits(records):
    """A bulk cell of half the formula units, with one atom where the boundary cell has two."""
    half = [
        replace(
            r,
            host=replace(BULK, formula_units=2),
            energy=r.energy / 2,
            mobile_count=r.mobile_count // 2,
        )
        if r.host is BULK
        else r
        for r in records
    ]
    table = rows(free_boundary_energies(half, {"bulk-4-0": HARD, "twin-4-0": einstein(300, 2)}))
    assert table["vibrational_J_per_m2"].to_numpy() == pytest.approx(0, abs=1e-12)


def test_twice_the_cell_has_the_same_gamma(records, phonons):
    doubled = []
    for r in records:
        host = replace(r.host, formula_units=2 * r.host.formula_units)
        atoms = r.atoms.repeat((2, 1, 1))
        doubled.append(
            replace(r, host=host, atoms=atoms, energy=2 * r.energy, mobile_count=2 * r.mobile_count)
        )
    large = {"bulk-4-0": einstein(300, 2), "twin-4-0": einstein(200, 2)}
    one, two = free_boundary_energies(records, phonons), free_boundary_energies(doubled, large)
    assert rows(two)["gamma_J_per_m2"].to_numpy() == pytest.approx(rows(one)["gamma_J_per_m2"])


def test_inequivalent_boundaries_give_their_sum(records, phonons):
    polar = replace(TWIN, equivalent=False)
    changed = [replace(r, host=polar) if r.host is TWIN else r for r in records]
    plain, both = (free_boundary_energies(given, phonons, 300) for given in (records, changed))
    for column in ("gamma_J_per_m2", "vibrational_J_per_m2"):
        assert rows(both)[column][0] == pytest.approx(2 * rows(plain)[column][0])
    assert not rows(both)["boundaries_equivalent"][0]


def test_grains_that_differ_count_half_each(records, phonons):
    other = replace(BULK, label="other", reference="other")
    changed = [
        replace(r, host=replace(TWIN, other="other")) if r.host is TWIN else r for r in records
    ]
    known = phonons | {"other-4-0": SOFT}
    table = rows(free_boundary_energies([*changed, record(other, 4, -20.0)], known, 300))
    expected = (energy(200, 300) - energy(300, 300)) / 2 / 20 * EV_PER_A2
    assert table["vibrational_J_per_m2"][0] == pytest.approx(expected, rel=1e-4)


def test_rows_without_phonons_stay_and_are_empty(records, phonons):
    table = free_boundary_energies(records, phonons, [0, 300])
    half = rows(table, 0.5)
    assert len(half) == 2
    assert half["static_J_per_m2"].notna().all()
    missing = ["gamma_J_per_m2", "vibrational_J_per_m2", "imaginary_modes", "displacement_A"]
    assert half[missing].isna().all(axis=None)
    without_bulk = free_boundary_energies(records, {"twin-4-0": SOFT}, 300)
    assert without_bulk["gamma_J_per_m2"].isna().all()
    assert len(without_bulk) == 3
    assert free_boundary_energies(records, {}, 300)["gamma_J_per_m2"].dtype == float


def test_imaginary_modes_are_in_the_table(records):
    """Of two atoms: a single one has but the three acoustic modes at Γ."""
    hard, wrong = einstein(300, 2), einstein(-100, 2)
    boundary = free_boundary_energies(records, {"bulk-4-0": hard, "twin-4-0": wrong}, 300)
    (row,) = rows(boundary).itertuples()
    assert (row.imaginary_modes, row.bulk_imaginary_modes) == (6, 0)
    assert row.lowest_frequency_per_cm == pytest.approx(-100, rel=1e-5)
    assert row.bulk_lowest_frequency_per_cm == pytest.approx(300, rel=1e-5)
    bulk = free_boundary_energies(records, {"bulk-4-0": wrong, "twin-4-0": hard}, 300)
    (row,) = rows(bulk).itertuples()
    assert (row.imaginary_modes, row.bulk_imaginary_modes) == (0, 6)
    assert row.bulk_lowest_frequency_per_cm == pytest.approx(-100, rel=1e-5)
    assert row.displacement_A == pytest.approx(0.03)


def test_what_is_compared_is_the_lowest_usable_and_its_bulk(records):
    """At x = 1/2 the lower of two; with its phonons the table is complete."""
    lost = {"ordering": 2, "problem": "left its basin"}
    records = [*records, *(record(host, 2, -99.0, **lost) for host in (BULK, TWIN))]
    keys = [r.key for r in compared(records)]
    ends = ["twin-4-0", "bulk-4-0", "twin-2-0", "bulk-2-0", "twin-0-0", "bulk-0-0"]
    assert keys == ends
    table = free_boundary_energies(records, dict.fromkeys(keys, HARD), 300)
    assert table["gamma_J_per_m2"].notna().all()
    static = boundary_energies(records)["gamma_same_content_J_per_m2"].to_numpy()
    assert table["gamma_J_per_m2"].to_numpy() == pytest.approx(static)


def test_what_has_no_static_gamma_is_not_compared(records, phonons):
    """Boundaries with atoms in excess, and doped ones without doped bulk."""
    excess = [
        replace(r, host=replace(TWIN, excess="Co+1")) if r.host is TWIN else r for r in records
    ]
    doped = [
        replace(r, state=State(dopant="Mg on Co", dopants=1)) if r.host is TWIN else r
        for r in records
    ]
    for changed in (excess, doped):
        assert compared(changed) == []
        table = free_boundary_energies(changed, phonons, 300)
        assert len(table) == 3
        assert table["vibrational_J_per_m2"].isna().all()


def test_no_records_give_an_empty_table():
    table = free_boundary_energies([], {})
    assert len(table) == 0
    assert "gamma_J_per_m2" in table


def test_exchanged_bulk_that_is_lower_leaves_gamma_as_it_is_without_vibrations():
    exchanged = State(exchanged=1, metal="Co")
    records = [record(BULK, 4, -20.0), record(TWIN, 4, -19.0)]
    records += [replace(record(BULK, 4, -21.0), state=exchanged, key="exchanged")]
    settled = [replace(each, role="settled") for each in compared(records)]
    found = free_boundary_energies(settled, {each.key: einstein(200) for each in settled}, [300])
    plain = boundary_energies(records)
    assert found["static_J_per_m2"].item() == plain["gamma_same_content_J_per_m2"].item()
    assert np.isfinite(found["gamma_J_per_m2"].item())


def test_supercells_are_no_bulk():
    records = [record(BULK, 4, -20.0), record(TWIN, 4, -19.0)]
    phonons = {each.key: einstein(200) for each in records}
    supercell = replace(record(BULK, 4, -80.0), role="displaced", key="displaced")
    found = free_boundary_energies([*records, supercell], phonons, [300])
    assert found.equals(free_boundary_energies(records, phonons, [300]))
