"""Finite temperature: answers known by hand, identities, and Monte Carlo against exact sums."""

import sys
from dataclasses import replace

import lattice_gas
import numpy as np
import pytest
from ase.units import kB
from lattice_gas import BOUNDARY_SITE, PAIR, SIDE, SITE, fillings, host, record

from delith.energetics import boundary_occupation, open_boundary_energies
from delith.errors import DelithError, DelithWarning
from delith.facts import State

pytest.importorskip("icet", reason="lattice models need icet and a C++ compiler")

J_PER_EV_A2 = 16.021766208
MU = np.linspace(-4.6, -3.5, 23)
BULK, TWIN = host("bulk"), host()
EACH = {"cutoffs": (4.0,)}


@pytest.fixture(scope="module")
def records():
    return fillings(*BULK, number=40) + fillings(*TWIN, number=60)


@pytest.fixture(scope="module")
def result(records):
    return boundary_occupation(records, (300, 600), MU, **EACH)


def test_independent_sites_are_langmuir_and_mclean_by_hand():
    alone = fillings(*BULK, number=20, pair=0.0) + fillings(*TWIN, number=30, pair=0.0)
    made = boundary_occupation(alone, (300, 600), MU, **EACH)
    for temperature, rows in made.isotherms.groupby("temperature_K"):
        beta = 1 / (kB * temperature)
        bulk, boundary = (1 / (1 + np.exp(beta * (e - MU))) for e in (SITE, BOUNDARY_SITE))
        assert rows["content_bulk"].to_numpy() == pytest.approx(bulk, abs=1e-6)
        # 4 of the 8 sites of a cell are at its two boundaries, of 24 Å² each
        excess = 4 * (boundary - bulk) / 48 * 100
        assert rows["excess_lithium_per_nm2"].to_numpy() == pytest.approx(excess, abs=1e-5)
        grand = [np.log1p(np.exp(beta * (MU - e))) / beta for e in (BOUNDARY_SITE, SITE)]
        gamma = -4 * (grand[0] - grand[1]) / 48 * J_PER_EV_A2
        assert rows["gamma_J_per_m2"].to_numpy() == pytest.approx(gamma, abs=1e-6)
        layers = made.layers[made.layers["temperature_K"] == temperature]
        near, far = (layers[layers["distance_A"] == d] for d in (0.0, 4.0))
        assert (near["sites"] == 4).all()
        near = near[near["occupation"].between(1e-4, 1 - 1e-4)]
        assert len(near) > 5
        odds = near["occupation"] / (1 - near["occupation"])
        in_bulk = near["bulk_occupation"] / (1 - near["bulk_occupation"])
        # McLean: the odds differ by the Boltzmann factor of the segregation energy
        assert (odds / in_bulk).to_numpy() == pytest.approx(np.exp(0.2 * beta), rel=1e-3)
        assert far["occupation"].to_numpy() == pytest.approx(bulk, abs=1e-6)


def test_excess_is_the_slope_of_gamma_at_every_temperature(records):
    mu = np.linspace(-4.5, -3.6, 901)
    table = boundary_occupation(records, (150, 300, 2000), mu, **EACH).isotherms
    for _, rows in table.groupby("temperature_K"):
        slope = np.gradient(rows["gamma_J_per_m2"] / J_PER_EV_A2, mu) * 100
        excess = rows["excess_lithium_per_nm2"].to_numpy()
        assert slope[1:-1] == pytest.approx(-excess[1:-1], abs=2e-3)
        assert np.ptp(excess) > 1, "a boundary that does not change shows nothing"


def of_one_metal(record):
    """Without the metals that mark the boundary, which would have to come from a reservoir."""
    atoms = record.atoms.copy()
    atoms.symbols[np.isin(atoms.symbols, ["Ni", "Fe"])] = "Co"
    return replace(record, atoms=atoms)


@pytest.mark.slow
def test_towards_zero_kelvin_it_is_the_lowest_ordering():
    every = fillings(*BULK) + fillings(*TWIN)
    cold = boundary_occupation(every, (2,), MU, **EACH).isotherms
    lowest = open_boundary_energies(map(of_one_metal, every), MU)
    assert cold["gamma_J_per_m2"].to_numpy() == pytest.approx(
        lowest["gamma_J_per_m2"].to_numpy(), abs=1e-3
    )
    steps = np.array([BOUNDARY_SITE, SITE, BOUNDARY_SITE + 2 * PAIR, SITE + 2 * PAIR])
    between = np.abs(MU[:, None] - steps).min(axis=1) > 0.005  # at a step several are lowest
    assert between.sum() > 15
    assert cold["excess_lithium_per_nm2"].to_numpy()[between] == pytest.approx(
        lowest["excess_lithium_per_nm2"].to_numpy()[between], abs=1e-3
    )


def test_the_model_knows_energies_it_has_not_seen(result):
    fits = result.fits.set_index("host")
    assert (fits["energies"] == [40, 60]).all()
    assert (fits["cross_validation_meV_per_site"] < 0.01).all()
    assert (fits["cross_validation_meV_per_site"] >= fits["residual_meV_per_site"]).all()


@pytest.mark.slow
def test_few_energies_of_a_boundary_suffice_beside_bulk():
    """One ion on each site, none and all: what pairs do is known of bulk."""
    few = [r for r in fillings(*TWIN) if r.mobile_count in (0, 1, 8)]
    assert len(few) == 10
    made, full = (
        boundary_occupation(fillings(*BULK) + twin, (300,), MU, **EACH).isotherms
        for twin in (few, fillings(*TWIN))
    )
    gamma, known = (table["gamma_J_per_m2"].to_numpy() for table in (made, full))
    assert gamma == pytest.approx(known, abs=0.01)
    assert np.ptp(known) > 0.1


def test_sites_that_the_fullest_cell_leaves_empty_are_refused(records):
    twin = [r for r in fillings(*TWIN) if r.mobile_count < 8]
    bulk = [r for r in records if not r.host.count]
    with pytest.raises(DelithError, match=r"fullest cell \(7 Li\) does not: add the full cell"):
        boundary_occupation([*bulk, *twin], mu=MU, **EACH)


@pytest.mark.slow
def test_twice_the_cell_gives_the_same(records):
    """Cells of 16 sites, computed as such, and cells of 8 repeated."""
    large = fillings(*host("bulk", 4), number=60) + fillings(*host(cells=4), number=90)
    by_repeat = boundary_occupation(records, (300,), MU, repeat=(2, 1), **EACH)
    whole = boundary_occupation(large, (300,), MU, **EACH)
    for name in ("gamma_J_per_m2", "excess_lithium_per_nm2", "content_bulk"):
        assert by_repeat.isotherms[name].to_numpy() == pytest.approx(
            whole.isotherms[name].to_numpy(), abs=1e-4
        )
    assert by_repeat.layers["sites"].tolist() == whole.layers["sites"].tolist()


@pytest.mark.slow
def test_cells_too_large_for_the_sum_are_sampled():
    """Independent sites know nothing of the size of their cell: 24 sites must be as 8."""
    alone = fillings(*BULK, number=20, pair=0.0) + fillings(*TWIN, number=30, pair=0.0)
    mu = np.linspace(-4.4, -3.8, 7)
    small = boundary_occupation(alone, (600,), mu, **EACH)
    large = boundary_occupation(alone, (600,), mu, repeat=(3, 1), sweeps=300, **EACH)
    assert set(large.isotherms["method"]) == {"Monte Carlo"}
    assert set(small.isotherms["method"]) == {"exact"}
    for name, error in (
        ("gamma_J_per_m2", "gamma_error_J_per_m2"),
        ("excess_lithium_per_nm2", "excess_lithium_error_per_nm2"),
    ):
        off = (large.isotherms[name] - small.isotherms[name]).abs()
        assert (off < 5 * large.isotherms[error]).all()
        assert (large.isotherms[error] < 0.2 * small.isotherms[name].abs().max()).all()
    off = (large.layers["occupation"] - small.layers["occupation"]).abs()
    assert (off < 5 * large.layers["occupation_error"] + 0.005).all()
    assert (large.layers["sites"] == 3 * small.layers["sites"]).all()


@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_boundary_that_is_bulk_has_no_energy_and_no_excess(noise):
    """Within 1 mJ/m², also where the energies scatter and no model holds exactly."""
    bulk = fillings(*BULK, number=60, noise=noise)
    facts = replace(TWIN[0], label="null")
    null = [replace(r, host=facts, key=f"null {r.key}") for r in bulk]
    made = boundary_occupation([*bulk, *null], (300, 600), MU, **EACH)
    assert made.isotherms["gamma_J_per_m2"].to_numpy() == pytest.approx(0, abs=1e-3)
    assert made.isotherms["excess_lithium_per_nm2"].to_numpy() == pytest.approx(0, abs=2e-2)


def test_energy_scale_of_lithium_moves_mu_and_nothing_else(records, result):
    shifted = [replace(r, energy=r.energy + 3 * r.mobile_count) for r in records]
    moved = boundary_occupation(shifted, (300, 600), MU + 3, **EACH)
    for name in ("gamma_J_per_m2", "excess_lithium_per_nm2"):
        assert moved.isotherms[name].to_numpy() == pytest.approx(
            result.isotherms[name].to_numpy(), abs=1e-5
        )


def test_default_potentials_take_the_cells_from_empty_to_full(records):
    made = boundary_occupation(records, (600,), **EACH).isotherms
    for name in ("content_bulk", "content_boundary_cell"):
        assert made[name].iloc[0] < 0.03
        assert made[name].iloc[-1] > 0.97


def test_unlike_boundaries_are_summed_and_their_layers_told_apart():
    unlike = host(equivalent=False)
    made = boundary_occupation(
        fillings(*BULK, number=40) + fillings(*unlike, number=60), (300,), MU, **EACH
    )
    alike = boundary_occupation(
        fillings(*BULK, number=40) + fillings(*TWIN, number=60), (300,), MU, **EACH
    )
    assert made.isotherms["gamma_J_per_m2"].to_numpy() == pytest.approx(
        2 * alike.isotherms["gamma_J_per_m2"].to_numpy(), abs=1e-4
    )
    nearest = made.layers[made.layers["distance_A"] == 0]
    assert sorted(set(nearest["side"])) == [0, 1]
    assert (nearest["sites"] == 2).all()
    assert alike.layers["side"].isna().all()


def test_layers_are_told_by_their_distance_to_the_nearest_boundary():
    high = [fillings(*host(label, 1, 8), number=40) for label in ("bulk", "twin")]
    layers = boundary_occupation([*high[0], *high[1]], (300,), -4.0, **EACH).layers
    assert layers["distance_A"].tolist() == pytest.approx([0, 4, 8])
    assert layers["sites"].tolist() == [2, 4, 2]


def test_a_layer_stays_one_however_its_distance_is_rounded(monkeypatch):
    """3.93 Å is halfway between two steps of the width that a layer may have."""
    monkeypatch.setattr(lattice_gas, "HEIGHT", 3.93)
    high = [fillings(*host(label, 1, 8), number=40) for label in ("bulk", "twin")]
    layers = boundary_occupation([*high[0], *high[1]], (300,), -4.0, **EACH).layers
    assert layers["distance_A"].tolist() == pytest.approx([0, 3.93, 7.86])
    assert layers["sites"].tolist() == [2, 4, 2]


def test_unusable_decorated_and_moved_records_do_not_enter(records, result):
    facts, full = TWIN
    broken = record(facts, full, [True] * 8, error=-50, problem="exploded")
    doped = replace(
        record(facts, full, [True] * 8, error=-50), state=State(dopant="Mg on Co", dopants=1)
    )
    start = record(facts, full, [True] * 4 + [False] * 4, error=-50)
    end = start.start.copy()
    ion = np.flatnonzero(end.symbols == "Li")[0]
    end.positions[ion] += (SIDE, 0, 0)
    wandered = replace(start, atoms=end)
    made = boundary_occupation([*records, broken, doped, wandered], (300, 600), MU, **EACH)
    assert made.isotherms.equals(result.isotherms)
    assert made.fits["moved"].tolist() == [0, 1]


def test_drift_of_a_whole_cell_moves_no_ion(records, result):
    drifted = [replace(r, atoms=r.atoms.copy()) for r in records]
    for r in drifted:
        r.atoms.positions += (1.9, 0, 0)  # more than half way to the next site
    made = boundary_occupation(drifted, (300, 600), MU, **EACH)
    assert made.fits["moved"].tolist() == [0, 0]
    assert made.isotherms.equals(result.isotherms)


def test_too_few_energies_are_refused(records):
    twin = [r for r in records if r.host.count]
    bulk = [r for r in records if not r.host.count]
    with pytest.raises(DelithError, match=r"9 usable energies at \d lithium contents of twin"):
        boundary_occupation([*bulk, *twin[:8], twin[-1]], mu=MU, **EACH)
    empty_or_full = [r for r in twin if r.mobile_count in (0, 8)] * 6
    with pytest.raises(DelithError, match="at 2 lithium contents"):
        boundary_occupation([*bulk, *empty_or_full], mu=MU, **EACH)
    assert boundary_occupation(twin, mu=MU, **EACH).isotherms.empty, "no bulk to compare with"


@pytest.mark.parametrize(
    "wrong", [{"temperatures": (0,)}, {"cutoffs": ()}, {"repeat": (0, 1)}, {"sweeps": 5}]
)
def test_impossible_settings_are_refused(records, wrong):
    with pytest.raises(DelithError):
        boundary_occupation(records, **wrong)


def test_temperatures_and_cutoffs_may_be_arrays(records, result):
    made = boundary_occupation(records, np.array([300, 600]), MU, cutoffs=np.array([4.0]))
    assert made.isotherms.equals(result.isotherms)


def test_scatter_beyond_thermal_energy_is_told():
    wild = fillings(*BULK, number=40, noise=0.5) + fillings(*TWIN, number=40, noise=0.5)
    with pytest.warns(DelithWarning, match="meV per site, more than kT at 300 K"):
        boundary_occupation(wild, (300,), MU, **EACH)


def test_without_icet_it_says_what_to_install(records, monkeypatch):
    monkeypatch.setitem(sys.modules, "icet", None)
    with pytest.raises(DelithError, match=r"pip install 'delith\[thermal\]'"):
        boundary_occupation(records, mu=MU, **EACH)


def test_one_boundary_with_too_few_energies_takes_nothing_from_the_others(records):
    other = [replace(r, host=replace(r.host, label="poor")) for r in records if r.host.count][-7:]
    with pytest.warns(DelithWarning, match="no lattice model: .*poor"):
        made = boundary_occupation([*records, *other], (600,), MU, **EACH)
    alone = boundary_occupation(records, (600,), MU, **EACH)
    assert made.isotherms.equals(alone.isotherms)
    with pytest.raises(DelithError, match="too few"):
        boundary_occupation([r for r in records if not r.host.count] + other, (600,), MU, **EACH)


def test_the_error_of_the_models_is_that_of_their_cells(records):
    """Cross-validation of both, per site; 8 sites a cell, two boundaries of 24 Å²."""
    noisy = fillings(*BULK, number=40, noise=0.02) + fillings(*TWIN, number=60, noise=0.02, seed=1)
    made = boundary_occupation(noisy, (600,), MU, **EACH)
    errors = made.fits["cross_validation_meV_per_site"].to_numpy() / 1000 * 8
    expected = np.hypot(*errors) / 48 * J_PER_EV_A2
    assert made.isotherms["gamma_model_error_J_per_m2"].to_numpy() == pytest.approx(expected)
    assert expected > 1e-3
