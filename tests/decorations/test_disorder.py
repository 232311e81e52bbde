"""A quasi-random arrangement is closer to random than the crystal and than a random draw."""

import sys

import numpy as np
import pytest
from ase.build import bulk
from ase.spacegroup import crystal

from delith import crystals
from delith.decorations.disorder import quasirandom
from delith.errors import DelithError

#: The three nearest shells of the octahedral sites of a spinel with a = 8.17 Å.
SHELLS = ((2.5, 3.3), (4.6, 5.4), (5.4, 6.0))


@pytest.fixture(scope="module")
def spinel():
    return crystals.load("LiNi0.5Mn1.5O4").atoms


def warren_cowley(atoms, one, other):
    """1 − P(other beside one) / c(other), shell by shell, periodic images written out."""
    mixed = atoms[np.isin(atoms.symbols, [one, other])]
    images = np.array(np.meshgrid(*[(-1, 0, 1)] * 3)).reshape(3, -1).T @ mixed.cell[:]
    points = mixed.get_positions(wrap=True)
    differences = points[:, None, None] - points[None, :, None] + images
    distances = np.linalg.norm(differences, axis=-1)
    share = np.mean(mixed.symbols == other)
    parameters = []
    for low, high in SHELLS:
        bonds = ((distances > low) & (distances < high)).sum(axis=2)
        beside = bonds[mixed.symbols == one]
        parameters.append(1 - beside[:, mixed.symbols == other].sum() / beside.sum() / share)
    return np.array(parameters)


def order(atoms, one="Ni", other="Mn"):
    return np.abs(warren_cowley(atoms, one, other)) @ (1, 1 / 2, 1 / 3)


@pytest.mark.parametrize("repeats", [(1, 1, 1), (2, 1, 1), (2, 2, 1)])
def test_pairs_are_closer_to_random_than_in_the_crystal_and_in_a_random_draw(spinel, repeats):
    host = spinel.repeat(repeats)
    mixed = np.flatnonzero(np.isin(host.symbols, ["Ni", "Mn"]))
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(50):
        draw = host.copy()
        draw.numbers[mixed] = rng.permutation(draw.numbers[mixed])
        draws.append(order(draw))
    # one of the four sites of each tetrahedron holds Ni: three unlike bonds for each it would have
    assert warren_cowley(host, "Ni", "Mn")[0] == pytest.approx(-1 / 3)
    found = order(quasirandom(host, ("Ni", "Mn"), iterations=20_000))
    assert found < 0.2 * order(host)
    assert found < np.median(draws)
    assert found <= min(draws) + 1e-9


def test_only_the_mixed_sites_change(spinel):
    host = spinel.copy()
    host.set_array("place", np.arange(len(host)))
    made = quasirandom(host, ("Mn", "Ni"))
    assert made.get_chemical_formula() == host.get_chemical_formula()
    assert np.array_equal(made.positions, host.positions)
    assert np.array_equal(made.cell, host.cell)
    assert np.array_equal(made.arrays["place"], host.arrays["place"])
    changed = made.numbers != host.numbers
    assert changed.any()
    assert set(host.symbols[changed]) == {"Ni", "Mn"}
    assert host == spinel, "the host itself stays"


def test_sublattices_follow_the_elements(spinel):
    made = quasirandom(spinel, ("Ni", "Mn"))
    labels = made.arrays["sublattice"]
    mixed = np.isin(made.symbols, ["Ni", "Mn"])
    assert (labels[mixed] == np.array(made.symbols)[mixed]).all()
    assert (labels[~mixed] == spinel.arrays["sublattice"][~mixed]).all()
    bare = spinel.copy()
    del bare.arrays["sublattice"]
    assert "sublattice" not in quasirandom(bare, ("Ni", "Mn")).arrays


@pytest.mark.parametrize("repeats", [(1, 1, 1), (2, 1, 1)])
def test_the_seed_decides(spinel, repeats):
    host = spinel.repeat(repeats)
    first, again, other = (
        quasirandom(host, ("Ni", "Mn"), iterations=5000, seed=seed) for seed in (3, 3, 4)
    )
    assert np.array_equal(first.numbers, again.numbers)
    assert not np.array_equal(first.numbers, other.numbers)


def test_every_arrangement_is_tried_where_there_are_few(spinel):
    best = quasirandom(spinel, ("Ni", "Mn"), iterations=1820)
    assert np.sort(np.abs(warren_cowley(best, "Ni", "Mn"))) == pytest.approx([0, 1 / 9, 1 / 9])
    assert warren_cowley(best, "Ni", "Mn")[0] == pytest.approx(0), "the nearest weigh most"


def test_more_than_two_elements_mix():
    host = bulk("Cu", cubic=True, a=4.0).repeat((3, 3, 3))
    host.symbols[:36], host.symbols[36:72] = "Ni", "Co"
    made = quasirandom(host, ("Cu", "Ni", "Co"), cutoff=3.0, iterations=20_000)
    assert made.get_chemical_formula() == host.get_chemical_formula()
    i, j = np.nonzero((made.get_all_distances(mic=True) < 3.0) & ~np.eye(len(made), dtype=bool))
    for element in ("Cu", "Ni", "Co"):
        beside = made.numbers[j[made.symbols[i] == element]]
        shares = np.unique(beside, return_counts=True)[1] / len(beside)
        assert shares == pytest.approx([1 / 3] * 3, abs=0.05)


def test_a_skewed_cell_gives_as_little_order(spinel):
    skewed = spinel.copy()
    skewed.set_cell(np.array([[1, 0, 0], [-2, 1, 0], [3, 2, 1]]) @ spinel.cell[:])
    made = quasirandom(skewed, ("Ni", "Mn"))
    made.set_cell(spinel.cell)
    assert order(made) == pytest.approx(order(quasirandom(spinel, ("Ni", "Mn"))))


def test_the_shipped_arrangement_is_made_by_the_command_beside_it():
    sites = [(1 / 8,) * 3, (1 / 2,) * 3, (0.263,) * 3]
    cell = [8.18, 8.18, 8.18, 90, 90, 90]
    host = crystal(["Li", "Mn", "O"], sites, spacegroup=227, setting=2, cellpar=cell)
    host.symbols[8:12] = "Ni"
    made = crystals.from_atoms(quasirandom(host, ("Ni", "Mn"), seed=0)).atoms
    shipped = crystals.load("LiNi0.5Mn1.5O4_disordered").atoms
    assert np.allclose(made.cell, shipped.cell)
    away = made.get_scaled_positions()[:, None] - shipped.get_scaled_positions()
    same = np.linalg.norm(away - np.rint(away), axis=2) < 1e-6
    assert np.array_equal(made.numbers, shipped.numbers[same.argmax(axis=1)])
    assert same.any(axis=1).all()


@pytest.mark.parametrize(
    ("elements", "options", "message"),
    [
        (("Ni",), {}, "at least two of Li, Ni, Mn, O"),
        (("Ni", "Ni"), {}, "at least two"),
        (("Ni", "Co"), {}, "'Co'.*cannot be mixed"),
        ("Ni", {}, "cannot be mixed"),
        (("Ni", "Mn"), {"iterations": 0}, "at least one"),
        (("Ni", "Mn"), {"cutoff": 2.0}, "16 sites.*within 2 Å"),
    ],
)
def test_what_cannot_be_mixed_is_explained(spinel, elements, options, message):
    with pytest.raises(DelithError, match=message):
        quasirandom(spinel, elements, **options)


def test_missing_generator_is_named(spinel, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqsgenerator", None)
    with pytest.raises(DelithError, match=r"pip install 'delith\[disorder\]'"):
        quasirandom(spinel, ("Ni", "Mn"))
