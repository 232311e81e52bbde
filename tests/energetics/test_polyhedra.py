"""Shells by hand, regular ones, and what turning or repeating a crystal must not change."""

import numpy as np
import pytest
from ase import Atoms
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from delith import crystals
from delith.energetics import polyhedra

OCTAHEDRON = 2.0 * np.array(
    [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=float
)
TETRAHEDRON = 2.0 / np.sqrt(3) * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
LICOO2 = crystals.load("LiCoO2").atoms


def shell(anions, cation=(0, 0, 0), element="Co"):
    """One cation far from its images."""
    atoms = Atoms(
        f"{element}O{len(anions)}", positions=[cation, *anions], cell=[20, 20, 20], pbc=True
    )
    (row,) = polyhedra(atoms).to_dict("records")
    return row


@pytest.mark.parametrize(("anions", "number"), [(OCTAHEDRON, 6), (TETRAHEDRON, 4)])
def test_regular_shells_have_no_distortion(anions, number):
    row = shell(anions)
    assert (row["atom"], row["element"], row["coordination"]) == (0, "Co", number)
    assert row["bond_A"] == pytest.approx(2)
    for name in ("off_centring_A", "distortion", "angle_variance_deg2"):
        assert row[name] == pytest.approx(0, abs=1e-9)


def test_a_cation_off_its_centre():
    row = shell(OCTAHEDRON, cation=(0.03, 0, -0.04))
    assert [row["off_x_A"], row["off_y_A"], row["off_z_A"]] == pytest.approx([0.03, 0, -0.04])
    assert row["off_centring_A"] == pytest.approx(0.05)


def test_baur_index_by_hand():
    """Four bonds of 2 and two of 2.3 Å: mean 2.1, deviations 4 × 0.1 and 2 × 0.2."""
    row = shell(OCTAHEDRON * [1, 1, 1.15])
    assert row["bond_A"] == pytest.approx(2.1)
    assert row["distortion"] == pytest.approx((4 * 0.1 + 2 * 0.2) / 6 / 2.1)
    assert row["angle_variance_deg2"] == pytest.approx(0, abs=1e-9)


def test_angle_variances_by_hand():
    """One bond of an octahedron turned by 6°: of twelve angles one is 84, one 96°."""
    turned = OCTAHEDRON.copy()
    turned[0] = 2 * np.array([np.cos(np.radians(6)), np.sin(np.radians(6)), 0])
    assert shell(turned)["angle_variance_deg2"] == pytest.approx(2 * 36 / 11)
    flat = TETRAHEDRON * [1, 1, 0.8]
    one, other = flat[0] / np.linalg.norm(flat[0]), flat[[1, 2, 3]]
    angles = np.degrees(np.arccos(other @ one / np.linalg.norm(other, axis=1)))
    ideal = np.degrees(np.arccos(-1 / 3))
    # each of the three angles at one bond stands for two of the six
    expected = 2 * ((angles - ideal) ** 2).sum() / 5
    assert shell(flat)["angle_variance_deg2"] == pytest.approx(expected)


def test_shells_end_where_bonds_do():
    """Five anions and one at 1.4 times their distance: a pyramid, which has no regular angles."""
    row = shell(OCTAHEDRON * np.array([[1], [1], [1], [1], [1], [1.4]]))
    assert row["coordination"] == 5
    assert row["off_z_A"] == pytest.approx(-0.4)
    assert np.isnan(row["angle_variance_deg2"])


def test_a_cation_without_anions_in_reach_has_no_shell():
    atoms = Atoms("CoOLi", positions=[[0, 0, 0], [2, 0, 0], [10, 10, 10]], cell=[20] * 3, pbc=True)
    rows = polyhedra(atoms).set_index("element")
    assert rows.loc["Li", "coordination"] == 0
    assert np.isnan(rows.loc["Li", "off_centring_A"])
    alone = polyhedra(Atoms("CuAu", [[0, 0, 0], [2, 0, 0]], cell=[4] * 3, pbc=True))
    assert alone.columns.equals(polyhedra(atoms).columns)
    assert (alone["coordination"] == 0).all()
    assert alone["distortion"].isna().all()


def test_crystals_as_they_are_known():
    """Centres of inversion in LiCoO2; in the ordered spinel nickel has none, and no slack."""
    lco = polyhedra(LICOO2)
    assert (lco["coordination"] == 6).all()
    assert lco["off_centring_A"].max() < 1e-6
    assert lco["distortion"].max() < 1e-6
    assert lco.groupby("element")["angle_variance_deg2"].mean()["Li"] > 20
    lnmo = polyhedra(crystals.load("LiNi0.5Mn1.5O4").atoms).groupby("element")
    assert lnmo["coordination"].unique().map(list).to_dict() == {"Li": [4], "Mn": [6], "Ni": [6]}


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 10**6),
    repeat=st.sampled_from([(1, 1, 1), (2, 1, 1), (1, 3, 1)]),
    shift=st.floats(-20, 20),
)
def test_turning_moving_and_repeating_a_crystal_changes_no_length(seed, repeat, shift):
    atoms = LICOO2.copy()
    atoms.rattle(0.1, seed=seed)
    turn = Rotation.random(random_state=seed).as_matrix()
    other = atoms.repeat(repeat)
    other.set_cell(other.cell[:] @ turn.T, scale_atoms=True)
    other.positions += shift
    one, two = polyhedra(atoms), polyhedra(other)
    names = ["coordination", "bond_A", "off_centring_A", "distortion", "angle_variance_deg2"]
    times = len(other) // len(atoms)
    tiled = np.tile(one[names].to_numpy(), (times, 1))
    assert two[names].to_numpy() == pytest.approx(tiled, abs=1e-6, nan_ok=True)
    vectors = ["off_x_A", "off_y_A", "off_z_A"]
    assert two[vectors].to_numpy()[: len(one)] == pytest.approx(one[vectors].to_numpy() @ turn.T)
