"""Lithium and vacancies: what a user asks for and gets."""

import numpy as np
import pytest
from ase import Atoms

from delith.crystals.valence import nominal_charges
from delith.decorations import (
    canonical,
    count_unique,
    lithium,
    site_permutations,
    unique_colorings,
)
from delith.decorations.ewald import electrostatics
from delith.decorations.selection import ENUMERABLE, select
from delith.errors import DelithError


def rows_of(host, arrangements):
    """Which mobile sites of the host are filled in each arrangement."""
    sites = host.atoms.positions[host.atoms.symbols == host.mobile]
    filled = [atoms.positions[atoms.symbols == host.mobile] for atoms in arrangements]
    return np.array(
        [[np.any(np.all(left == site, axis=1)) for site in sites] for left in filled],
        dtype=np.uint8,
    )


def energies_of(host, rows):
    sites = np.flatnonzero(host.atoms.symbols == host.mobile)
    charges = nominal_charges(host.atoms, host.mobile, int(rows[0].sum()))
    return electrostatics(host.atoms, sites, charges).energies(rows.astype(float))


def group_of(host):
    return site_permutations(host.atoms, np.flatnonzero(host.atoms.symbols == host.mobile))


def test_all_arrangements_where_the_limit_allows(layered):
    host = layered(2, 2, 1)
    arrangements = lithium(host, 0.5, limit=20)
    rows = rows_of(host, arrangements)
    expected = unique_colorings(group_of(host), (6, 6)).labels
    assert sorted(rows.tolist()) == expected.tolist()
    assert len(rows) == 17
    assert (np.diff(energies_of(host, rows)) > -1e-6).all()
    assert [atoms.info["ordering"] for atoms in arrangements] == list(range(17))


def test_vacant_sites_go_and_everything_else_is_carried_along(layered):
    host = layered(2, 2, 1)
    host.atoms.set_array("place", np.arange(len(host.atoms)))
    for atoms in lithium(host, 0.25, limit=3):
        place = atoms.arrays["place"]
        assert len(atoms) == len(host.atoms) - 9
        assert np.array_equal(atoms.positions, host.atoms.positions[place])
        assert (atoms.arrays["sublattice"] == host.atoms.arrays["sublattice"][place]).all()
        gone = np.delete(host.atoms.numbers, place)
        assert (gone == 3).all()
    assert len(host.atoms) == 48


def test_half_are_the_lowest_in_energy(layered):
    host = layered(4, 2, 1)
    group = group_of(host)
    labels, _ = unique_colorings(group, (18, 6))
    assert 20 < len(labels) < ENUMERABLE
    every = np.sort(energies_of(host, labels))
    energies = energies_of(host, rows_of(host, lithium(host, 0.25, limit=20)))
    assert np.allclose(energies[:10], every[:10], atol=1e-5)
    assert energies[10] > every[10] - 1e-5


@pytest.mark.slow
def test_the_other_half_is_drawn_by_degeneracy(layered):
    host = layered(2, 2, 1)
    group = group_of(host)
    labels, degeneracies = unique_colorings(group, (6, 6))
    sites = np.flatnonzero(host.atoms.symbols == "Li")
    energy = electrostatics(host.atoms, sites, nominal_charges(host.atoms, "Li", 6))
    rng = np.random.default_rng(0)
    draws = 500
    chosen = np.array(
        [select(group, (6, 6), energy, np.array([0.0, 1.0]), 2, rng) for _ in range(draws)]
    )
    lowest = labels[energy.energies(labels.astype(float)).argmin()]
    assert (chosen[:, 0] == lowest).all()
    others = (labels != lowest).any(axis=1)
    expected = degeneracies[others] / degeneracies[others].sum()
    drawn = (chosen[:, None, 1] == labels[others]).all(axis=2).mean(axis=0)
    assert np.ptp(expected) > 0.1
    assert (np.abs(drawn - expected) < 5 * np.sqrt(expected / draws)).all()


def test_a_large_host_is_searched_and_reproducible(layered):
    host = layered(4, 4, 1)
    group = group_of(host)
    assert count_unique(group, (24, 24)) > ENUMERABLE
    first, again, other = (lithium(host, 0.5, limit=9, seed=seed) for seed in (1, 1, 2))
    rows = rows_of(host, first)
    assert np.array_equal(rows, rows_of(host, again))
    assert not np.array_equal(rows, rows_of(host, other))
    assert len(np.unique(canonical(group, rows), axis=0)) == 9
    energies = energies_of(host, rows)
    assert (np.diff(energies) > -1e-6).all()
    random = energies_of(
        host, np.array([np.random.default_rng(i).permutation(rows[0]) for i in range(200)])
    )
    # Four copies of the small cell's ground state fit in; a glassy landscape leaves a little.
    small = layered(2, 2, 1)
    ground = 4 * energies_of(small, rows_of(small, lithium(small, 0.5, limit=1)))[0]
    assert energies[0] - ground < 0.1 * random.std()
    assert energies[4] < random.min()
    assert abs(energies[5:].mean() - random.mean()) < 2 * random.std()


def test_full_and_empty_are_single(layered):
    host = layered(2, 1, 1)
    (full,) = lithium(host, 1.0)
    (empty,) = lithium(host, 0.0)
    assert full == host.atoms
    assert "Li" not in empty.symbols
    assert len(empty) == 18


def test_content_counts_formula_units_and_may_exceed_one(layered):
    host = layered(1, 1, 1)
    double = type(host)(host.atoms, "Li", 1)
    assert [atoms.symbols.count("Li") for atoms in lithium(double, 2.0)] == [2]


@pytest.mark.parametrize(
    ("content", "limit", "message"),
    [
        (0.3, 20, r"3\.6 atoms.*use 0\.25 or 0\.333333.*5 times as large"),
        (-0.25, 20, "outside 0 to 1"),
        (1.25, 20, "outside 0 to 1"),
        (float("nan"), 20, "outside 0 to 1"),
        (0.5, 0, "at least one"),
    ],
)
def test_what_cannot_be_is_explained(layered, content, limit, message):
    with pytest.raises(DelithError, match=message):
        lithium(layered(2, 2, 1), content, limit=limit)


def test_a_content_from_an_error_message_is_accepted(layered):
    assert lithium(layered(2, 2, 1), 0.333333, limit=1)[0].symbols.count("Li") == 4


def test_a_host_without_mobile_atoms_is_refused(layered):
    host = layered(1, 1, 1)
    rock = type(host)(Atoms("CoO", positions=[(0, 0, 0), (2, 0, 0)], cell=[4] * 3), "Li", 1)
    with pytest.raises(DelithError, match="has no Li"):
        lithium(rock, 0.5)
