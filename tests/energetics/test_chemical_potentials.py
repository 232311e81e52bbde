"""Chemical potentials of reference phases, by hand, and what cells exchange with them."""

from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms
from toy import CELL, TWIN, phase, record

from delith.energetics import Reservoirs, open_boundary_energies
from delith.errors import DelithError
from delith.facts import State

J_PER_EV_A2 = 16.021766208
OXIDES = [phase("CoO", -10.0), phase("Co3O4", -35.0), phase("MgO", -11.5), phase("O2", -9.0)]


def test_the_stable_oxide_sets_the_potential_of_its_metal():
    """CoO gives −10 − μ_O, Co3O4 (−35 − 4μ_O)/3: equal at μ_O = −5."""
    known = Reservoirs.of(OXIDES, "chgnet-r2scan")
    assert known.potential("Co", -5.0) == pytest.approx(-5.0)
    assert known.potential("Co", -6.0) == pytest.approx(-4.0)  # reducing: CoO
    assert known.potential("Co", -4.0) == pytest.approx(-19 / 3)  # oxidising: Co3O4
    assert known.potential("O", -4.0) == -4.0
    assert known.pure("O") == -4.5


def test_what_is_missing_or_unusable_or_of_another_potential_is_not_known():
    known = Reservoirs.of([phase("MgO", -11.5, problem="failed")], "chgnet-r2scan")
    assert np.isnan(known.potential("Mg", -5.0))
    assert np.isnan(Reservoirs.of(OXIDES, "chgnet").potential("Co", -5.0))
    assert np.isnan(known.pure("Li"))
    assert np.isnan(known.oxygen())


def test_oxygen_gas_follows_the_tables():
    """Half of −[H(T) − H(0) − T·S] of O2 at 1 bar: 0.27 eV at 300 K, 1.10 eV at 1000 K.

    Reuter and Scheffler, Phys. Rev. B 65, 035406 (2001), from the JANAF tables; zero-point motion
    of 0.049 eV an atom is ours.
    """
    known = Reservoirs.of(OXIDES, "chgnet-r2scan")
    for temperature, shift in ((300, -0.27), (1000, -1.10)):
        found = known.oxygen(temperature, 1e5) - known.pure("O") - 0.049
        assert found == pytest.approx(shift, abs=0.015)
    halved = known.oxygen(300, 0.5e5) - known.oxygen(300, 1e5)
    assert halved == pytest.approx(-np.log(2) * 300 * 8.617333e-5 / 2)


@pytest.mark.parametrize("wrong", [{"pressure": 0.0}, {"pressure": -1.0}, {"temperature": 0.0}])
def test_an_atmosphere_that_cannot_be_is_refused(wrong):
    known = Reservoirs.of(OXIDES, "chgnet-r2scan")
    with pytest.raises(DelithError, match="a temperature and a pressure above zero"):
        known.oxygen(**wrong)


def doped(energy, lithium=4):
    made = record(TWIN, lithium, energy)
    atoms = Atoms("Co3Mg" + f"Li{lithium}" * bool(lithium), cell=CELL, pbc=True)
    return replace(made, atoms=atoms, state=State(dopant="Mg on Co", dopants=1, shell=0))


def test_a_dopant_is_paid_for_by_its_oxide(records):
    """Three Co in LiCo of −5 eV, one Mg more, one Li of no formula unit; μ = −1.5 and μ_O = −6."""
    mu, mu_oxygen = -1.5, -6.0
    table = open_boundary_energies([*records, *OXIDES, doped(-18.0)], mu, mu_oxygen)
    row = table[table["state"] != ""].iloc[0]
    by_hand = (-18 - (-11.5 + 6.0) - mu - 3 * -5) / 10 * J_PER_EV_A2
    assert row["gamma_J_per_m2"] == pytest.approx(by_hand)
    plain = table[table["state"] == ""].iloc[0]
    assert plain["gamma_J_per_m2"] == pytest.approx((-19 - 4 * -5) / 20 * J_PER_EV_A2)
    assert row["gamma_of_one_J_per_m2"] == pytest.approx(by_hand - plain["gamma_J_per_m2"])
    assert row["excess_lithium_per_nm2"] == pytest.approx(100 / 10)


def test_cheaper_dopant_oxide_makes_the_doped_boundary_dearer(records):
    cells = [*records, doped(-18.0)]
    gammas = []
    for energy in (-11.5, -12.5):
        phases = [*OXIDES[:2], phase("MgO", energy), OXIDES[3]]
        table = open_boundary_energies([*cells, *phases], -1.5, -6.0)
        gammas.append(table[table["state"] != ""]["gamma_J_per_m2"].iloc[0])
    # 1 eV less for MgO is 1 eV more for the boundary that takes Mg out of it
    assert gammas[1] - gammas[0] == pytest.approx(1 / 10 * J_PER_EV_A2)


def test_without_its_reservoir_gamma_stays_open(records):
    table = open_boundary_energies([*records, *OXIDES[:2], doped(-18.0)], -1.5, -6.0)
    assert np.isnan(table[table["state"] != ""]["gamma_J_per_m2"]).all()
    assert table[table["state"] == ""]["gamma_J_per_m2"].notna().all()


def rich(units, excess, lithium=4, energy=-29.0):
    """A boundary of bulk LiCo whose cell holds Co5OLi4, booked as so many formula units."""
    host = replace(TWIN, label=f"rich {units}", formula_units=units, excess=excess)
    atoms = Atoms(f"Co5OLi{lithium}", cell=CELL, pbc=True)
    return replace(record(host, lithium, energy), atoms=atoms)


def test_extra_framework_atoms_are_paid_for(records):
    """Bulk gives the cobalt, a fifth formula unit of −5 eV that lacks a lithium, air the oxygen."""
    for mu_oxygen in (-5.5, -7.0):
        cells = [*records, *OXIDES, rich(4, "Co+1 O+1")]
        table = open_boundary_energies(cells, -1.5, mu_oxygen)
        row = table[table["boundary"] == "rich 4"].iloc[0]
        by_hand = (-29 + 25 - 1.5 - mu_oxygen) / 20 * J_PER_EV_A2
        assert row["gamma_J_per_m2"] == pytest.approx(by_hand)
        assert row["excess_lithium_per_nm2"] == pytest.approx(-100 / 20)


def test_how_formula_units_are_counted_changes_nothing(records):
    """A boundary has no sharp end: what is called bulk there is a matter of booking."""
    cells = [rich(4, "Co+1 O+1"), rich(5, "O+1"), rich(6, "Co-1 O+1")]
    mu = np.linspace(-4.0, -0.5, 8)
    table = open_boundary_energies([*records, *OXIDES, *cells], mu, -6.0)
    booked = [table[table["boundary"] == cell.host.label] for cell in cells]
    for column in ("gamma_J_per_m2", "excess_lithium_per_nm2"):
        first, *others = (rows[column].to_numpy() for rows in booked)
        for other in others:
            assert other == pytest.approx(first)


def test_excess_lithium_is_how_gamma_changes_with_its_potential(records):
    """Gibbs' adsorption equation, of a cell that does not conserve atoms too."""
    mu = np.linspace(-4.0, -0.5, 401)
    table = open_boundary_energies([*records, *OXIDES, rich(4, "Co+1 O+1")], mu, -6.0)
    rows = table[table["boundary"] == "rich 4"]
    slope = -np.gradient(rows["gamma_J_per_m2"], mu) / J_PER_EV_A2 * 100
    told = rows["excess_lithium_per_nm2"].to_numpy()
    within = np.convolve(np.diff(told) != 0, [1, 1], "full") == 0  # where nothing changes
    assert within.sum() > 300
    assert slope[within] == pytest.approx(told[within], abs=1e-6)


def test_a_doubled_cell_has_the_same_gamma(records):
    host = replace(TWIN, label="double", formula_units=8)
    atoms = Atoms("Co6Mg2Li8", cell=CELL * [[2], [1], [1]], pbc=True)
    twice = replace(doped(-36.0), host=host, mobile_count=8, atoms=atoms)
    known = [*records, *OXIDES, doped(-18.0), twice]
    table = open_boundary_energies(known, [-2.0, -1.5], -6.0)
    one, two = (
        table[(table["boundary"] == label) & (table["state"] != "")]["gamma_J_per_m2"].to_numpy()
        for label in ("twin", "double")
    )
    assert one == pytest.approx(two)
