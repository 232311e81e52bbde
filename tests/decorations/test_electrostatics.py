"""Ewald energies against pymatgen on the charged structure itself, and annealing on them."""

import numpy as np
import pytest
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core import Composition, Lattice, Structure

from delith.crystals.valence import nominal_charges, valence
from delith.decorations import site_permutations, unique_colorings
from delith.decorations.ewald import electrostatics
from delith.decorations.montecarlo import anneal, random_labels
from delith.errors import DelithError


def setup(host, number):
    sites = np.flatnonzero(host.atoms.symbols == host.mobile)
    charges = nominal_charges(host.atoms, host.mobile, number)
    return sites, charges, electrostatics(host.atoms, sites, charges)


def test_energy_is_that_of_the_decorated_charged_structure(layered):
    host = layered(2, 2, 1)
    sites, charges, energy = setup(host, 6)
    labels = random_labels((6, 6), 3, np.random.default_rng(0))
    for row, ours in zip(labels, energy.energies(labels.astype(float)), strict=True):
        left = np.delete(np.arange(len(host.atoms)), sites[row == 0])
        atoms = host.atoms[left]
        structure = Structure(Lattice(atoms.cell[:]), atoms.symbols, atoms.get_scaled_positions())
        structure.add_oxidation_state_by_site(charges[left].tolist())
        assert ours == pytest.approx(EwaldSummation(structure).total_energy, abs=1e-6)


def test_exchange_is_the_difference_of_full_energies(layered):
    host = layered(2, 2, 1)
    _, _, energy = setup(host, 6)
    rng = np.random.default_rng(1)
    before = np.array([0.0, 1.0, 3.0])[random_labels((4, 5, 3), 50, rng)]
    one, other = rng.integers(12, size=(2, 50))
    row = np.arange(50)
    after = before.copy()
    after[row, one], after[row, other] = before[row, other], before[row, one]
    potentials = energy.potentials(before)
    change, shift = energy.exchange(potentials, before, one, other)
    assert np.count_nonzero(before != after) > 40
    assert np.allclose(change, energy.energies(after) - energy.energies(before), atol=1e-8)
    assert np.allclose(potentials + shift, energy.potentials(after), atol=1e-8)


@pytest.mark.parametrize("repeats", [(2, 2, 1), (4, 2, 1)])
def test_annealing_finds_the_enumerated_ground_state_again_and_again(layered, repeats):
    host = layered(*repeats)
    sites, _, energy = setup(host, host.formula_units // 2)
    counts = (len(sites) // 2, len(sites) // 2)
    every = unique_colorings(site_permutations(host.atoms, sites), counts).labels
    charges = np.array([0.0, 1.0])
    first, again = (anneal(energy, charges, counts, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first, again)
    assert (first.sum(axis=1) == counts[1]).all()
    found = energy.energies(first.astype(float))
    assert found.min() == pytest.approx(energy.energies(every.astype(float)).min(), abs=1e-6)


def test_charges_are_neutral_and_the_metals_share_the_change(layered):
    host = layered(1, 1, 1)
    for number, cobalt in [(3, 3.0), (2, 10 / 3), (0, 4.0)]:
        charges = nominal_charges(host.atoms, "Li", number)
        symbols = np.array(host.atoms.get_chemical_symbols())
        assert np.allclose(charges[symbols == "Li"], 1)
        assert np.allclose(charges[symbols == "O"], -2)
        assert np.allclose(charges[symbols == "Co"], cobalt)


@pytest.mark.parametrize(
    "formula", ["LiCoO2", "LiAlO2", "LiFePO4", "Li2MnSiO4", "LiTiS2", "Mg(SO4)"]
)
def test_valences_agree_with_charge_balance(formula):
    composition = Composition(formula)
    guess = composition.oxi_state_guesses()[0]
    elements = [element.symbol for element in composition]
    for element in set(elements) - {"Co", "Fe", "Mn", "Ti"}:
        assert valence(element, elements) == guess[element]


def test_without_a_redox_active_metal_there_are_no_charges(layered):
    atoms = layered(1, 1, 1).atoms.copy()
    atoms.symbols[atoms.symbols == "Co"] = "Al"
    with pytest.raises(DelithError, match="no redox-active transition metal"):
        nominal_charges(atoms, "Li", 2)
