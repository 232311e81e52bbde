"""D3 on top of a potential: what it adds, consistently, and to what it cannot be added."""

import pytest
from dftd3.ase import DFTD3

from delith import crystals, potentials
from delith.errors import DelithError


def licoo2():
    atoms = crystals.load("LiCoO2").atoms.copy()
    atoms.rattle(0.05, seed=0)
    return atoms


def test_it_is_the_sum_of_both():
    both, plain, alone = licoo2(), licoo2(), licoo2()
    both.calc = potentials.load("mace-lco+d3")
    plain.calc = potentials.load("mace-lco")
    alone.calc = DFTD3(method="r2scan", damping="d3bj")
    assert both.get_potential_energy() == pytest.approx(
        plain.get_potential_energy() + alone.get_potential_energy()
    )
    assert both.get_forces() == pytest.approx(plain.get_forces() + alone.get_forces(), abs=1e-6)
    assert both.get_stress() == pytest.approx(plain.get_stress() + alone.get_stress())
    # what a committee knows beside is kept
    assert both.calc.results["energy_std"] == plain.calc.results["energy_std"]


def test_forces_are_the_slope_of_the_energy():
    atoms = licoo2()
    atoms.calc = potentials.load("mace-lco+d3", precision="double")
    force = atoms.get_forces()[3, 2]
    energies = []
    for step in (-1e-3, 1e-3):
        moved = licoo2()
        moved.positions[3, 2] += step
        moved.calc = atoms.calc
        energies.append(moved.get_potential_energy())
    assert (energies[0] - energies[1]) / 2e-3 == pytest.approx(force, abs=1e-4)


def test_it_is_another_potential_in_name_alone():
    entry = potentials.info("chgnet-r2scan+d3")
    assert entry.functional == "r2SCAN-D3"
    assert potentials.weights_sha256(entry.name) == potentials.weights_sha256("chgnet-r2scan")
    assert potentials.members("mace-lco+d3") == ("mace-lco-1+d3", "mace-lco-2+d3")
    assert potentials.info("mace-lco-1+d3").dispersion


def test_layers_without_lithium_are_held_together():
    """c of O3-CoO2 falls: dispersion pulls the empty layers nearer."""
    atoms = crystals.load("LiCoO2").atoms.copy()
    del atoms[atoms.numbers == 3]
    pressures = []
    for name in ("mace-lco", "mace-lco+d3"):
        atoms.calc = potentials.load(name)
        pressures.append(atoms.get_stress()[2])
    assert pressures[1] > pressures[0] + 0.005


def test_without_a_functional_there_is_no_damping():
    with pytest.raises(DelithError, match="no damping for a potential of unknown functional"):
        potentials.load("ase.calculators.emt:EMT+d3")
