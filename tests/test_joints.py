"""Where two variants meet: on shared layers, in every distinct way, and what the cells are then."""

from dataclasses import replace

import numpy as np
import pytest
import spglib
from ase.neighborlist import neighbor_list
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from delith import bicrystal, boundaries, crystals, domains
from delith.bicrystal import orient
from delith.crystals import NONMETALS, inspection
from delith.errors import DelithError
from delith.joints import joints

CASES = [
    ("LiCoO2", "sites"),
    ("LiNi0.5Mn1.5O4", "sites"),
    ("LiMn2O4", "anions"),
    ("LiCoO2_spinel", "sites"),
    ("CuInSe2", "sites"),
    ("SiO2", "sites"),
    ("ZnO", "sites"),
    ("BaTiO3", "sites"),
    ("Ba2MgWO6", "sites"),
    ("Ni3Al", "sites"),
    ("NiAl", "sites"),
    ("CuAu", "sites"),
]
PLANES = [(1, 0, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (1, 1, 1), (1, 1, 2), (1, 0, 4), (0, 1, 8)]


@pytest.fixture(scope="module")
def drawn(zoo):
    """A plane, one of the variants of a crystal, and which of the joints of the two there."""

    def draw(data):
        name, kept = data.draw(st.sampled_from(CASES))
        plane = data.draw(st.sampled_from(PLANES))
        variant = data.draw(st.sampled_from(domains.variants(zoo[name], kept)[1:]))
        oriented = orient(zoo[name], plane)
        found = joints(oriented, variant)
        assume(found)
        position = data.draw(st.integers(0, len(found) - 1))
        return oriented, plane, variant, found[position], position

    return draw


def exchanged(atoms):
    """Whether spglib knows an operation that takes z = 0 to z = 1/2."""
    cell = atoms.cell[:], atoms.get_scaled_positions(), atoms.numbers
    found = spglib.get_symmetry(cell, symprec=1e-3)
    return any(
        (np.abs(w[2]) == (0, 0, 1)).all() and abs(t[2] % 1 - 0.5) < 1e-3
        for w, t in zip(found["rotations"], found["translations"], strict=True)
    )


def layer_at_the_cut(oriented, joint):
    """Atoms of either grain in the layer of the cut: elements, and places in the plane."""
    numbers = oriented.crystal.primitive_atoms.numbers
    sign = -1 if joint.turns_over else 1
    places = []
    for up, rise, turn, offset in [
        (1, 0.0, np.eye(3), np.zeros(3)),
        (sign, joint.rise, joint.turn, joint.translation),
    ]:
        heights = up * joint.heights + rise
        climb = np.rint(joint.cut - heights)
        here = np.abs(heights + climb - joint.cut) < 1e-3
        steps = np.outer(up * climb, (0, 0, 1))
        positions = (oriented.fractions + steps) @ oriented.cell.vectors @ turn.T + offset
        places.append((numbers[here], positions[here, :2]))
    return places


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_layer_at_the_cut_is_the_same_in_both_grains(drawn, data):
    """Each atom of it has one of its own element beside it, less than 0.8 Å off, in the other."""
    oriented, _, _, joint, _ = drawn(data)
    assume(joint.layer)
    (numbers, lower), (others, upper) = layer_at_the_cut(oriented, joint)
    assert len(numbers)
    assert sorted(numbers) == sorted(others)
    inplane = oriented.cell.vectors[:2, :2]
    gap = upper[None] - lower[:, None]
    steps = gap @ np.linalg.inv(inplane)
    distance = np.linalg.norm((steps - np.rint(steps)) @ inplane, axis=2)
    distance[numbers[:, None] != others[None]] = np.inf
    assert distance.min(axis=1).max() < 0.8
    assert len(set(distance.argmin(axis=1))) == len(numbers)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_joint_closes_into_a_sound_cell(drawn, assert_sound, data):
    """Right-handed, periodic, no short contacts; atoms are bulk and what is in excess."""
    oriented, plane, variant, joint, position = drawn(data)
    boundary = boundaries.between(oriented.crystal, variant, plane, 9.0, position=position)
    assert boundary.kind in (variant.kind, "null")
    assert boundary.joint.cut == joint.cut
    assert_sound(boundary)
    assert boundary.equivalent == exchanged(boundary.atoms)
    assert boundary.equivalent or not joint.is_screw
    if boundary.polar:
        assert joint.turns_over
        assert not boundary.equivalent


@pytest.mark.parametrize(
    ("name", "plane"), [("BaTiO3", (0, 0, 1)), ("ZnO", (0, 0, 1)), ("SiO2", (1, 1, 0))]
)
def test_head_to_head_boundaries_are_flagged_and_not_alike(zoo, name, plane):
    """c of BaTiO3 and ZnO, and the 2-fold axis of quartz that Dauphiné twins reverse."""
    _, variant = domains.variants(zoo[name])[:2]
    boundary = boundaries.between(zoo[name], variant, plane, 15.0)
    assert boundary.polar
    assert not boundary.equivalent
    assert not exchanged(boundary.atoms)
    assert not boundary.joint.is_screw


@pytest.mark.parametrize(
    ("name", "plane"), [("BaTiO3", (1, 0, 0)), ("ZnO", (1, 1, 0)), ("SiO2", (0, 0, 1))]
)
def test_the_same_domains_side_by_side_are_not_polar(zoo, name, plane):
    variant = domains.variants(zoo[name])[1]
    boundary = boundaries.between(zoo[name], variant, plane, 15.0)
    assert (boundary.polar, boundary.equivalent) == (False, True)
    assert exchanged(boundary.atoms)


def test_right_angle_walls_are_charged_or_not(zoo):
    """In BaTiO3 two of the four 90° variants meet (101) head to head, or head to tail."""
    crystal, plane = zoo["BaTiO3"], (1, 0, 1)
    variants = domains.variants(crystal)[2:]
    fitting = [v for v in variants if joints(orient(crystal, plane), v)]
    assert len(fitting) == 2
    assert sorted(boundaries.between(crystal, v, plane, 9.0).polar for v in fitting) == [0, 1]


def test_the_crystal_itself_joins_without_a_boundary(zoo, pair_energy):
    for name in ("LiCoO2", "LiNi0.5Mn1.5O4", "SiO2", "BaTiO3"):
        crystal = zoo[name]
        oriented = orient(crystal, (1, 0, 1))
        (joint,) = joints(oriented, domains.variants(crystal)[0])
        atoms = bicrystal.join(oriented, joint, 3)
        assert inspection.is_bulk(atoms, crystal)
        assert pair_energy(atoms) == pytest.approx(pair_energy(crystal.atoms), rel=1e-9)


def test_twins_of_layered_oxides_meet_on_their_mirrors_only(lco):
    """(104) and (018); on the basal plane no two orientations fit."""
    variants = domains.variants(lco)
    fits = {
        plane: [v.number for v in variants if joints(orient(lco, plane), v)]
        for plane in [(1, 0, 4), (0, 1, 8), (0, 0, 3), (1, 1, 0)]
    }
    assert all(fitting[:2] == [0, 1] for fitting in fits.values())
    assert {plane: len(fitting) - 2 for plane, fitting in fits.items()} == {
        (1, 0, 4): 2,
        (0, 1, 8): 2,
        (0, 0, 3): 0,
        (1, 1, 0): 0,
    }


def test_antiphase_domains_of_layered_oxides_share_oxygen_layers_only_on_the_basal_plane(lco):
    """Half a period c/3 up: every layer of metal is another one, each O layer stays between."""
    _, antiphase = domains.variants(lco)[:2]
    oriented = orient(lco, (0, 0, 3))
    found = joints(oriented, antiphase)
    assert [(j.cut, j.layer, j.rise) for j in found] == [
        (pytest.approx(0.25), True, pytest.approx(0.5)),
        (pytest.approx(0.75), True, pytest.approx(0.5)),
    ]
    for joint in found:
        numbers, _ = layer_at_the_cut(oriented, joint)[0]
        assert numbers.tolist() == [8]


@pytest.mark.parametrize(
    ("plane", "vector", "excess"),
    [
        ((1, 0, 0), (0, 0.5, 0.5), [{}]),  # in the plane: nearest neighbours stay
        ((1, 0, 0), (0.5, 0, 0.5), [{"Al": 1, "Ni": -1}, {"Al": -1, "Ni": 1}]),
        ((1, 1, 0), (0.5, 0.5, 0), [{}]),  # along the normal, by a whole plane
        ((1, 1, 0), (0, 0.5, 0.5), [{"Al": 1, "Ni": -1}, {"Al": -1, "Ni": 1}]),
        ((1, 1, 1), (0, 0.5, 0.5), [{}]),
        ((1, 1, 1), (0.5, 0.5, 0), [{}]),
        ((1, 1, 2), (0.5, 0.5, 0), [{}]),
    ],
)
def test_antiphase_boundaries_of_l12_are_conservative_or_not(zoo, plane, vector, excess):
    crystal = zoo["Ni3Al"]
    variant = domains.translated(crystal, np.array(vector))
    count = len(joints(orient(crystal, plane), variant))
    made = [boundaries.antiphase(crystal, plane, vector, position=k) for k in range(count)]
    assert [b.excess for b in made] == excess


@pytest.mark.parametrize("conservative", [True, False])
def test_only_the_conservative_cube_boundary_of_l12_keeps_its_nearest_neighbours(zoo, conservative):
    """Al–Al pairs at a/√2 appear where the vector leaves the plane (100), and only there."""
    vector = (0, 0.5, 0.5) if conservative else (0.5, 0, 0.5)
    atoms = boundaries.antiphase(zoo["Ni3Al"], (1, 0, 0), vector).atoms
    i, j = neighbor_list("ij", atoms, 2.7)
    aluminium = atoms.symbols == "Al"
    assert (aluminium[i] & aluminium[j]).any() == (not conservative)


@pytest.fixture(scope="module")
def undistorted(zoo):
    """Crystals exactly on the sites of their parents: close-packed, rock salt, perovskite."""
    changed = {name: zoo[name].atoms.copy() for name in ("LiCoO2", "CuAu", "Ba2MgWO6")}
    for name, (a, c) in {"LiCoO2": (2.8166, 2.8166 * 2 * np.sqrt(6)), "CuAu": (2.8, 3.96)}.items():
        cell = changed[name].cell.cellpar()
        cell[:3] = a, a, c
        changed[name].set_cell(cell, scale_atoms=True)
    for atoms in changed.values():
        atoms.set_scaled_positions(np.rint(atoms.get_scaled_positions() * 12) / 12)
    made = {name: crystals.from_atoms(atoms, name=name) for name, atoms in changed.items()}
    return made | {name: zoo[name] for name in ("Ni3Al", "NiAl")}


IDEAL = ["LiCoO2", "CuAu", "Ba2MgWO6", "Ni3Al", "NiAl"]


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_boundaries_vanish_where_all_metals_are_one(undistorted, pair_energy, data):
    """The sites of the parent run through every boundary: not one is lost, added or moved."""
    crystal = undistorted[data.draw(st.sampled_from(IDEAL))]
    oriented = orient(crystal, data.draw(st.sampled_from(PLANES)))
    variant = data.draw(st.sampled_from(domains.variants(crystal)[1:]))
    found = joints(oriented, variant)
    assume(found)
    layers = int(np.ceil(7 / oriented.cell.spacing))
    cell = bicrystal.join(oriented, data.draw(st.sampled_from(found)), layers)
    assert pair_energy(merged(cell)) == pytest.approx(pair_energy(merged(crystal.atoms)), rel=1e-9)
    assert not inspection.is_bulk(cell, crystal) or any(
        (np.abs(e.rotation) == np.eye(3)).all() for e in variant.elements
    )


def merged(atoms):
    """The same with one metal for all."""
    out = atoms.copy()
    out.numbers[[s not in NONMETALS for s in atoms.symbols]] = 26
    return out


@pytest.mark.parametrize("name", IDEAL)
@pytest.mark.parametrize("plane", [(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 4)])
def test_no_other_cut_makes_another_boundary(undistorted, name, plane):
    """Cut between any two layers, the same variant gives one of the listed boundaries."""
    crystal = undistorted[name]
    oriented = orient(crystal, plane)
    for variant in domains.variants(crystal)[1:]:
        found = joints(oriented, variant)
        if not found:
            continue
        listed = [traits(oriented, joint) for joint in found]
        first = found[0]
        heights = np.concatenate([first.heights, sign(first) * first.heights + first.rise])
        levels = np.unique(np.round(heights, 6) % 1)
        gaps = (levels + np.append(levels[1:], levels[0] + 1)) / 2
        every = [traits(oriented, replace(first, cut=cut, layer=False)) for cut in gaps]
        assert all(any(alike(one, other) for other in listed) for one in every)
        assert all(any(alike(one, other) for other in every) for one in listed)


def sign(joint):
    return -1 if joint.turns_over else 1


def traits(oriented, joint):
    layers = int(np.ceil(13 / oriented.cell.spacing - bicrystal.thickness(joint, 0)))
    return inspection.fingerprint(bicrystal.join(oriented, joint, layers), oriented.crystal)


def alike(one, other):
    return one.shape == other.shape and np.allclose(one, other, atol=inspection.SAME, rtol=0)


def test_a_plane_that_variants_do_not_share_is_refused(lco):
    twin = domains.variants(lco)[4]
    with pytest.raises(
        DelithError, match=r"\(003\) does not join LiCoO2 and its variant 4 \(mirror"
    ):
        boundaries.between(lco, twin, (0, 0, 3))
