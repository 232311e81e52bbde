"""Lattice models: their errors are what they say, and their sums over fillings are complete."""

import numpy as np
import pytest
from ase.units import kB
from lattice_gas import fillings, host

from delith.energetics.clusters import emptied, kinds
from delith.energetics.fitting import ENDS, fit
from delith.energetics.partition import energies, summed
from delith.energetics.sampling import _integral, sampled
from delith.errors import DelithWarning

pytest.importorskip("icet", reason="lattice models need icet and a C++ compiler")

CUTOFFS = (5.5, 5.5)


@pytest.fixture(scope="module")
def models():
    """With triplets and scatter, so that nothing is zero."""
    bulk = fit(fillings(*host("bulk"), number=60, noise=0.05), CUTOFFS)
    return bulk, fit(fillings(*host(), number=80, noise=0.05, seed=1), CUTOFFS, bulk)


def test_cross_validation_leaves_each_energy_out(models):
    """Against as many fits as there are energies of partly filled cells, each without one."""
    bulk, _ = models
    records = fillings(*host("bulk"), number=60, noise=0.05)
    multiplicity = np.array([kind.multiplicity for kind in kinds(bulk.space)])
    drawn = np.diag([bulk.strength * (kind.order > 1) for kind in kinds(bulk.space)])
    lithium = np.flatnonzero(bulk.lattice.symbols == "Li")
    rows = []
    for record in records:
        filled = np.ones(len(bulk.lattice), dtype=bool)
        filled[lithium] = [int(bit) for bit in record.key.split()[1]]
        vector = bulk.space.get_cluster_vector(emptied(bulk.lattice, filled))
        rows.append(vector * multiplicity * len(bulk.lattice) / len(bulk.space.primitive_structure))
    ends = [r.mobile_count in (0, 8) for r in records]
    assert sum(ends) == 2
    weight = np.where(ends, ENDS, 1.0)
    x, y = np.array(rows), np.array([r.energy for r in records])
    errors = []
    for k in np.flatnonzero(~np.array(ends)):
        w = np.where(np.arange(len(y)) != k, weight**2, 0.0)
        inverse = np.linalg.pinv((x.T * w) @ x + drawn)
        errors.append(y[k] - x[k] @ inverse @ (x.T * w) @ y)
    assert bulk.error == pytest.approx(np.sqrt(np.mean(np.square(errors))) / 8, rel=1e-5)
    assert bulk.error > bulk.residual > 0


def test_full_and_empty_cells_have_the_energies_that_were_computed(models):
    """They fix γ at both ends of an isotherm, however much the other energies scatter."""
    scattered = fillings(*host("bulk"), number=60, noise=0.05)
    boundary = fillings(*host(), number=80, noise=0.05, seed=1)
    for model, records in zip(models, (scattered, boundary), strict=True):
        for record in (records[0], records[-1]):
            there = ~(model.lattice.symbols == "Li") | (record.mobile_count > 0)
            exact = model.energy(emptied(model.lattice, there))
            assert exact == pytest.approx(record.energy, abs=1e-5)
        assert model.residual > 1e-3


def test_boundary_is_less_symmetric_than_bulk(models):
    bulk, twin = models
    assert [kind.multiplicity for kind in kinds(bulk.space)][:4] == [1, 1, 2, 1]
    assert sum(kind.order == 1 for kind in kinds(twin.space)) == 2
    assert bulk.sites == twin.sites == 8


@pytest.mark.parametrize("repeat", [(1, 1), (2, 1)])
def test_every_filling_has_the_energy_of_the_model(models, repeat):
    _, twin = models
    full = twin.lattice.repeat((*repeat, 1))
    lithium = np.flatnonzero(full.symbols == "Li")
    table = energies(twin, repeat)
    for index in np.random.default_rng(0).integers(0, len(table), 40):
        there = np.ones(len(full), dtype=bool)
        there[lithium] = index >> np.arange(len(lithium)) & 1
        assert table[index] == pytest.approx(twin.energy(emptied(full, there)), abs=1e-8)


def test_sums_are_those_over_a_list(models):
    table, mu, thermal = energies(models[1], (1, 1)), np.array([-4.2, -3.9]), kB * 500
    filled = np.arange(256)[:, None] >> np.arange(8) & 1
    made = summed(table, mu, 500)
    for k, value in enumerate(mu):
        grand = table - value * filled.sum(axis=1)
        weight = np.exp((grand.min() - grand) / thermal)
        omega = grand.min() - thermal * np.log(weight.sum())
        assert made.grand_potential[k] == pytest.approx(omega, abs=1e-9)
        assert made.occupation[k] == pytest.approx(weight @ filled / weight.sum(), abs=1e-9)
    assert made.ions == pytest.approx(made.occupation.sum(axis=1))


def test_no_ion_has_an_energy_beyond_the_bounds(models):
    for model in models:
        low, high = model.bounds
        table = energies(model, (1, 1))
        steps = [
            table[k | 1 << i] - table[k] for i in range(8) for k in range(256) if not k >> i & 1
        ]
        assert low <= min(steps)
        assert high >= max(steps)


@pytest.mark.slow
@pytest.mark.parametrize("cells", [1, 2])
def test_monte_carlo_agrees_with_the_sum(cells):
    """In a cell so narrow that a site is its own neighbour, too."""
    facts, full = host(cells=cells, layers=8)
    model = fit(fillings(facts, full, number=80, noise=0.05), CUTOFFS)
    mu = np.linspace(-4.3, -3.7, 13)
    exact = summed(energies(model, (1, 1)), mu, 900)
    made = sampled(model, (1, 1), mu, 900, sweeps=800, seed=1)
    for name in ("grand_potential", "ions", "occupation"):
        # what hardly ever happens has no error that blocks could tell
        often = (exact.occupation > 0.05) & (exact.occupation < 0.95)
        often = often if name == "occupation" else often.all(axis=1)
        off = (getattr(made, name) - getattr(exact, name))[often]
        error = getattr(made, f"{name}_error")[often]
        assert len(off) > 3
        assert (np.abs(off) < 5 * error + 1e-4).all(), name
        assert 0.3 < np.sqrt(np.mean((off / error) ** 2)) < 2, name
    assert (made.ions_error < 0.3).all()


@pytest.mark.slow
def test_monte_carlo_caught_in_one_phase_says_so():
    """Attraction in chains that are full or empty, far below the temperature where they are not."""
    bulk = fit(fillings(*host("bulk"), pair=-0.6), (4.0,))
    with pytest.warns(DelithWarning, match="misses the grand potential of the full cell"):
        sampled(bulk, (1, 1), np.array([-4.6]), 300, sweeps=100, seed=0)


def test_integral_by_values_and_slopes():
    """Of 1/(1 + exp(−x)) in steps of one: ten times better than by values alone."""
    x = np.arange(-12.0, 13.0)
    y = 1 / (1 + np.exp(-x))
    exact = np.log1p(np.exp(x)) - np.log1p(np.exp(x[0]))
    assert _integral(x, y, y * (1 - y)) == pytest.approx(exact, abs=2e-3)


def test_same_seed_same_walk(models):
    one, same, other = (
        sampled(models[0], (1, 1), np.array([-4.0]), 600, sweeps=100, seed=seed)
        for seed in (7, 7, 1000)
    )
    assert one.occupation.tolist() == same.occupation.tolist()
    assert one.occupation.tolist() != other.occupation.tolist()
