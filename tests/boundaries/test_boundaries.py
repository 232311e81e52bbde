"""Twins and antiphase boundaries: the exact facts, the nulls, and what is refused."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from ase import spacegroup
from ase.neighborlist import neighbor_list
from hypothesis import given, settings
from hypothesis import strategies as st

from delith import boundaries, crystals, domains
from delith.bicrystal import orient
from delith.crystals import inspection, mirrors
from delith.crystals.notation import format_plane
from delith.crystals.parent import parent
from delith.errors import DelithError
from delith.joints import joints

IDEAL = 2.8166, 2.8166 * 2 * np.sqrt(6)
LITHIATED = 2.816, 14.05
HALF_LITHIATED = 2.809, 14.389


def stretched(crystal, a, c):
    atoms = crystal.atoms.copy()
    atoms.set_cell([a, a, c, 90, 90, 120], scale_atoms=True)
    return crystals.from_atoms(atoms)


def basal_angle(boundary):
    """Obtuse angle between the basal planes of the two grains, degrees."""
    first, second = boundary.basal_normals
    return np.degrees(np.arccos(-abs(first @ second)))


@pytest.mark.parametrize(
    ("lattice", "plane", "angle"),
    [
        (IDEAL, (1, 0, 4), 109.47),
        (IDEAL, (0, 1, 8), 109.47),
        (LITHIATED, (1, 0, 4), 110.46),
        (LITHIATED, (0, 1, 8), 108.48),
        (HALF_LITHIATED, (1, 0, 4), 111.86),
        (HALF_LITHIATED, (0, 1, 8), 107.04),
    ],
)
def test_basal_planes_meet_at_the_known_twin_angles(lco, lattice, plane, angle):
    twin = boundaries.twin(stretched(lco, *lattice), plane)
    assert basal_angle(twin) == pytest.approx(angle, abs=0.005)


def test_basal_planes_of_antiphase_domains_are_parallel(lco):
    first, second = boundaries.antiphase(lco, (1, 0, 4)).basal_normals
    assert first == pytest.approx(second)


def test_cubic_crystals_have_no_basal_plane(zoo):
    assert boundaries.twin(zoo["NaCl"], (1, 0, 0)).basal_normals is None


def test_twin_on_104_has_stoichiometric_layers_two_angstrom_apart(lco):
    twin = boundaries.twin(lco, (1, 0, 4), separation=12.0)
    a, b, c = twin.atoms.cell.lengths()
    assert (a, b) == pytest.approx((2.82, 5.70), abs=0.01)
    assert twin.area == pytest.approx(a * b)
    assert twin.separation / twin.layers == pytest.approx(2.00, abs=0.005)
    assert c == pytest.approx(2 * twin.separation)
    assert twin.formula_units == 2 * twin.layers
    assert (twin.layers, twin.count, twin.equivalent, twin.mobile) == (6, 2, True, "Li")


def test_twin_holds_one_whole_layer_on_each_mirror(lco):
    """One formula unit on each plane, oxygen exactly on it; the rest is shared by the grains."""
    atoms = boundaries.twin(lco, (1, 0, 4), separation=12.0).atoms
    assert Counter(atoms.arrays["grain"]) == {-1: 8, 0: 20, 1: 20}
    for height in (0.0, atoms.cell[2, 2] / 2):
        layer = atoms[np.abs(atoms.positions[:, 2] - height) < 0.5]
        assert Counter(layer.symbols) == {"Li": 1, "Co": 1, "O": 2}
        assert (layer.arrays["grain"] == -1).all()
        assert layer.positions[:, 2] == pytest.approx(height, abs=1e-9)
    assert atoms.arrays["sublattice"].tolist() == list(atoms.symbols)


def test_twin_is_its_own_mirror_image(lco):
    """Every atom has an image of its element in the other grain."""
    atoms = boundaries.twin(lco, (1, 0, 4)).atoms
    fractions = atoms.get_scaled_positions()
    gap = fractions[:, None] * (1, 1, -1) - fractions[None]
    distance = np.linalg.norm((gap - np.rint(gap)) @ atoms.cell[:], axis=2)
    partner = distance.argmin(axis=1)
    assert distance.min(axis=1).max() < 1e-6
    assert (atoms.numbers[partner] == atoms.numbers).all()
    grain = atoms.arrays["grain"]
    assert (grain[partner] == np.where(grain < 0, -1, 1 - grain)).all()


def test_antiphase_vector_is_half_a_cell_up_or_its_equivalent(lco):
    """(0, 0, 1/2) ≡ (1/3, 2/3, 1/6): the default, and two decimals mean the exact vector."""
    default = boundaries.antiphase(lco, (1, 0, 4))
    assert default.operation == "translation [1/3, 2/3, 1/6]"
    for vector in [(0, 0, 0.5), (1 / 3, 2 / 3, 1 / 6), (0.33, 0.67, 0.17), (-2 / 3, -1 / 3, 1 / 6)]:
        given_vector = boundaries.antiphase(lco, (1, 0, 4), vector)
        assert given_vector.atoms.positions == pytest.approx(default.atoms.positions, abs=1e-6)
        assert (given_vector.label, given_vector.equivalent) == ("antiphase (104)", True)


@pytest.mark.parametrize("plane", [(1, 0, 4), (0, 1, 8), (1, 1, 0)])
def test_antiphase_is_conservative_where_the_plane_holds_the_vector(lco, plane):
    boundary = boundaries.antiphase(lco, plane)
    assert (boundary.kind, boundary.count, boundary.equivalent) == ("antiphase", 2, True)
    assert boundary.atoms.symbols.formula.reduce()[0].count() == {"Li": 1, "Co": 1, "O": 2}
    assert Counter(boundary.atoms.arrays["grain"]).keys() == {0, 1}


@pytest.mark.parametrize(
    ("position", "excess"), [(0, {"Li": 1, "Co": -1}), (1, {"Li": -1, "Co": 1})]
)
def test_antiphase_on_the_basal_plane_has_a_layer_too_many(lco, position, excess):
    """Two lithium or two cobalt layers meet: half an atom a cell more than bulk, on each side."""
    boundary = boundaries.antiphase(lco, (0, 0, 3), position=position)
    assert boundary.excess == excess
    assert (boundary.kind, boundary.equivalent, boundary.polar) == ("antiphase", True, False)
    assert boundary.formula_units == len(boundary.atoms) / 4
    assert boundary.label == ("antiphase (003)", "antiphase (003) at 0.75")[position]
    layer = "Li" if position == 0 else "Co"
    atoms = boundary.atoms
    assert set(atoms[atoms.arrays["distance"] < 2].symbols) == {layer, "O"}
    assert set(atoms[atoms.arrays["grain"] == -1].symbols) == {"O"}


def test_antiphase_turns_lithium_layers_into_cobalt_layers(lco):
    """The lithium layers of the two grains, one period c/3 each, are half a period apart."""
    boundary = boundaries.antiphase(lco, (1, 0, 4), separation=12.0)
    atoms, basal = boundary.atoms, boundary.basal_normals[0]
    phases = []
    for grain in (0, 1):
        lithium = atoms[(atoms.arrays["grain"] == grain) & (atoms.symbols == "Li")]
        phases.append(np.exp(2j * np.pi * lithium.positions @ basal / (14.052 / 3)))
    assert np.std(phases, axis=1) == pytest.approx(0, abs=1e-6)
    assert phases[0].mean() / phases[1].mean() == pytest.approx(-1)


@pytest.mark.parametrize("name", ["LiCoO2", "LiNiO2"])
def test_012_is_no_twin_and_the_message_says_which_planes_are(zoo, name):
    with pytest.raises(DelithError, match=r"\(012\) is not a mirror plane.*\(104\).*\(018\)"):
        boundaries.twin(zoo[name], (0, 1, 2))


def test_equivalent_planes_give_the_same_twin(lco, pair_energy):
    energies = [
        pair_energy(boundaries.twin(lco, plane).atoms)
        for plane in [(1, 0, 4), (0, 1, -4), (1, -1, -4), (-1, 0, -4), (2, 0, 8)]
    ]
    assert energies == pytest.approx([energies[0]] * 5, rel=1e-9)


def test_twin_does_not_depend_on_how_the_crystal_was_given(lco, pair_energy):
    atoms = lco.atoms.repeat((2, 1, 1))[::-1]
    atoms.positions += (0.3, -1.1, 7.026)
    atoms.wrap()
    atoms.rotate(33, (1, 2, 3), rotate_cell=True)
    other = boundaries.twin(crystals.from_atoms(atoms), (1, 0, 4))
    twin = boundaries.twin(lco, (1, 0, 4))
    assert other.atoms.cell.cellpar() == pytest.approx(twin.atoms.cell.cellpar(), abs=1e-4)
    assert pair_energy(other.atoms) == pytest.approx(pair_energy(twin.atoms), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "plane"), [("LiCoO2", (1, 1, 0)), ("NaCl", (1, 0, 0)), ("Si", (1, 1, 0))]
)
def test_twin_on_an_own_mirror_is_the_bulk(zoo, pair_energy, name, plane):
    null = boundaries.twin(zoo[name], plane)
    assert (null.kind, null.label.startswith("null twin")) == ("null", True)
    assert pair_energy(null.atoms) == pytest.approx(pair_energy(zoo[name].atoms), rel=1e-9)


@pytest.mark.parametrize("vector", [(0, 0, 0), (1 / 3, 2 / 3, 2 / 3), (1, -1, 0)])
def test_antiphase_by_a_lattice_vector_is_the_bulk(lco, pair_energy, vector):
    null = boundaries.antiphase(lco, (1, 0, 4), vector)
    assert (null.kind, null.label) == ("null", "null antiphase (104)")
    assert pair_energy(null.atoms) == pytest.approx(pair_energy(lco.atoms), rel=1e-9)


def test_boundaries_are_not_the_bulk(lco, pair_energy):
    for boundary in (boundaries.twin(lco, (1, 0, 4)), boundaries.antiphase(lco, (1, 0, 4))):
        assert abs(pair_energy(boundary.atoms) / pair_energy(lco.atoms) - 1) > 1e-4


def test_same_mirror_may_be_a_null_at_one_height_and_a_boundary_at_another(zoo, pair_energy):
    """In Mg-W ordered perovskite (100) is an own mirror in MgWO4 planes but not in BaO planes."""
    crystal = zoo["Ba2MgWO6"]
    own, lost = (boundaries.twin(crystal, (1, 0, 0), position=i) for i in (0, 1))
    assert (own.kind, lost.kind, lost.label) == ("null", "antiphase", "antiphase (100) at 0.50")
    assert pair_energy(own.atoms) == pytest.approx(pair_energy(crystal.atoms), rel=1e-9)
    assert abs(pair_energy(lost.atoms) / pair_energy(crystal.atoms) - 1) > 1e-4


def test_polar_crystals_have_two_different_walls(zoo):
    """Head-to-head and tail-to-tail walls of BaTiO3: only the sum of their energies is defined."""
    for plane, kind in [((0, 0, 1), "inversion"), ((1, 0, 1), "twin")]:
        wall = boundaries.twin(zoo["BaTiO3"], plane, separation=20.0)
        assert (wall.kind, wall.equivalent, wall.polar) == (kind, False, True)


def test_a_mirror_is_named_by_the_variant_it_makes(zoo):
    """The boundary that `twin` builds is found among those of variants of its kind."""
    for name in ("LiCoO2", "CuAu", "Ba2MgWO6", "Ni3Al", "CuInSe2"):
        crystal = zoo[name]
        known = domains.variants(crystal)
        for plane in mirrors.mirror_planes(crystal)[:3]:
            for position in range(len(mirrors.mirror_positions(crystal, plane))):
                wall = boundaries.twin(crystal, plane, 14.0, position=position)
                if wall.kind == "null":
                    continue
                prints = [
                    inspection.fingerprint(b.atoms, crystal)
                    for v in known
                    if v.kind == wall.kind
                    for k in range(len(joints(orient(crystal, plane), v)))
                    for b in [boundaries.between(crystal, v, plane, 14.0, position=k)]
                ]
                own = inspection.fingerprint(wall.atoms, crystal)
                same = [p.shape == own.shape and np.abs(p - own).max() < 1e-4 for p in prints]
                assert any(same), (name, plane, position)


def test_a_variant_of_another_crystal_is_refused(zoo, lco):
    variant = domains.variants(zoo["LiNi0.5Mn1.5O4"])[4]
    with pytest.raises(DelithError, match="not one of LiMn2O4"):
        boundaries.between(zoo["LiMn2O4"], variant, (1, 0, 0))
    again = crystals.from_atoms(lco.atoms, name="again")
    assert boundaries.between(again, domains.variants(lco)[1], (1, 0, 4)).kind == "antiphase"


@pytest.mark.parametrize("plane", [None, 1, (1, 0), (0, 0, 0), (1, 0.5, 0)])
def test_what_is_no_plane_is_refused(lco, plane):
    with pytest.raises(DelithError, match="is not a plane"):
        boundaries.twin(lco, plane)


def test_twin_of_an_ordered_alloy(zoo):
    """The {101} twin of L1_0, here (112) of the primitive cell."""
    twin = boundaries.twin(zoo["CuAu"], (1, 1, 2))
    assert (twin.kind, twin.equivalent) == ("twin", True)


@pytest.mark.parametrize("plane", [(1, 1, 0), (1, 1, 2)])
def test_antiphase_of_an_ordered_alloy_breaks_bonds_between_unlike_atoms(zoo, plane):
    boundary = boundaries.antiphase(zoo["NiAl"], plane, separation=10.0)
    i, j = neighbor_list("ij", boundary.atoms, 2.6)
    numbers = boundary.atoms.numbers
    assert len(i) == 8 * len(numbers)
    assert (numbers[i] == numbers[j]).any()
    bulk = boundaries.bulk(boundary).atoms
    i, j = neighbor_list("ij", bulk, 2.6)
    assert (bulk.numbers[i] != bulk.numbers[j]).all()


def test_thick_cell_has_the_equivalence_of_a_thin_one(zoo):
    """Thick cells are judged on thin ones: both answers are those of the whole cell."""
    for name, expected in [("LiCoO2", True), ("BaTiO3", False)]:
        plane = {"LiCoO2": (1, 0, 4), "BaTiO3": (1, 0, 1)}[name]
        thick = boundaries.twin(zoo[name], plane, separation=90.0)
        assert thick.layers > 24
        assert thick.equivalent is expected
        assert inspection.boundaries_equivalent(thick.atoms) is expected


@pytest.mark.parametrize("make", [boundaries.twin, boundaries.antiphase])
def test_repeats_are_those_of_the_smallest_cell(lco, make):
    one = make(lco, (1, 0, 4))
    two = make(lco, (1, 0, 4), repeat=(2, 1))
    expected = one.atoms.repeat((2, 1, 1))
    assert two.area == pytest.approx(2 * one.area)
    assert two.formula_units == 2 * one.formula_units
    assert two.label == one.label
    assert two.atoms.positions == pytest.approx(expected.positions)
    for array in ("numbers", "sublattice", "grain", "distance"):
        assert (two.atoms.arrays[array] == expected.arrays[array]).all()


@pytest.mark.parametrize("make", [boundaries.twin, boundaries.antiphase])
def test_matching_bulk_has_the_cell_and_composition_of_the_boundary(lco, pair_energy, make):
    boundary = make(lco, (1, 0, 4), repeat=(2, 1))
    bulk = boundaries.bulk(boundary)
    assert (bulk.kind, bulk.count, bulk.label) == ("bulk", 0, "bulk for (104)")
    assert bulk.atoms.cell[:2] == pytest.approx(boundary.atoms.cell[:2])
    assert bulk.atoms.cell.volume == pytest.approx(boundary.atoms.cell.volume)
    assert Counter(bulk.atoms.symbols) == Counter(boundary.atoms.symbols)
    assert pair_energy(bulk.atoms) == pytest.approx(pair_energy(lco.atoms), rel=1e-9)


@pytest.mark.parametrize("separation", [0, 1.0, -5.0, float("nan"), float("inf")])
def test_separation_must_hold_two_planes(lco, separation):
    with pytest.raises(DelithError, match=r"Ask for 4\.01 Å or more"):
        boundaries.twin(lco, (1, 0, 4), separation)


@pytest.mark.parametrize("repeat", [(0, 1), (1,), (1, 1, 1), (1.5, 1), (2.0, 1), 2])
def test_repeat_must_be_two_whole_numbers(lco, repeat):
    with pytest.raises(DelithError, match="two whole numbers"):
        boundaries.twin(lco, (1, 0, 4), repeat=repeat)


@pytest.mark.parametrize("position", [-1, 1, 0.5])
def test_position_must_be_one_of_the_mirrors(lco, position):
    with pytest.raises(DelithError, match=r"1 mirror position\(s\)"):
        boundaries.twin(lco, (1, 0, 4), position=position)


@pytest.mark.parametrize("make", [boundaries.twin, boundaries.antiphase])
@pytest.mark.parametrize("plane", [(0, 0, 0), (1, 0), (1, 0, 0.5)])
def test_plane_must_be_three_whole_numbers(lco, make, plane):
    with pytest.raises(DelithError, match="three integers"):
        make(lco, plane)


@pytest.mark.parametrize(
    ("vector", "words"),
    [
        ((0.1, 0, 0), r"not a translation of the parent.*\[1/3, 2/3, 1/6\]"),
        ((0, 0, 0.25), "not a translation"),
        ((0, 0.5), "three fractions"),
        ((0, 0, float("nan")), "three fractions"),
    ],
)
def test_antiphase_vector_must_be_a_lost_translation(lco, vector, words):
    with pytest.raises(DelithError, match=words):
        boundaries.antiphase(lco, (1, 0, 4), vector)


def test_crystal_that_has_lost_no_translation_has_no_antiphase_boundary(zoo):
    with pytest.raises(DelithError, match="no antiphase boundary"):
        boundaries.antiphase(zoo["TiO2"], (1, 1, 0))


def test_inversion_boundary_joins_the_two_hands_of_a_chiral_crystal(zoo):
    """P4_332 beside P4_132: no rotation takes one grain into the other, and all atoms stay."""
    crystal = zoo["LiNi0.5Mn1.5O4"]
    for plane in [(1, 0, 0), (1, 1, 0), (1, 1, 1)]:
        boundary = boundaries.inversion(crystal, plane, separation=8)
        assert (boundary.kind, boundary.equivalent, boundary.polar) == ("inversion", True, False)
        assert boundary.operation.startswith("inversion at [")
        assert boundary.label.startswith(f"inversion {format_plane(plane)}")
        assert np.linalg.det(boundary.joint.turn) == pytest.approx(-1)
        assert np.linalg.det(boundaries.antiphase(crystal, plane, (0.5, 0.5, 0)).joint.turn) > 0


@pytest.mark.parametrize("name", ["LiCoO2", "LiCoO2_spinel", "NiAl"])
def test_crystal_with_a_centre_has_no_inversion_boundary(zoo, name):
    with pytest.raises(DelithError, match=f"{name}.* has an inversion centre.*chiral or polar"):
        boundaries.inversion(zoo[name], (1, 0, 0))


@pytest.mark.parametrize("name", ["SiO2", "CuInSe2"])
def test_crystal_without_a_centre_may_have_no_parent_with_one(zoo, name):
    """Quartz and chalcopyrite: that they are chiral or polar does not help."""
    with pytest.raises(
        DelithError, match=f"no parent lattice with an inversion.*{name}"
    ) as refused:
        boundaries.inversion(zoo[name], (1, 0, 0))
    assert "chiral or polar" not in str(refused.value)


def test_between_builds_what_has_a_name_by_its_variant(zoo, lco):
    """Twin, antiphase and inversion boundary, each from its place in the list of variants."""
    chiral = zoo["LiNi0.5Mn1.5O4"]
    layered, spinel = domains.variants(lco), domains.variants(chiral)
    for named, crystal, variant in [
        (boundaries.twin(lco, (1, 0, 4)), lco, layered[4]),
        (boundaries.twin(lco, (0, 1, 8)), lco, layered[6]),
        (boundaries.antiphase(lco, (1, 0, 4)), lco, layered[1]),
        (boundaries.antiphase(chiral, (1, 0, 0), (0, 0.5, 0.5)), chiral, spinel[2]),
        (boundaries.inversion(chiral, (1, 0, 0)), chiral, spinel[4]),
    ]:
        same = boundaries.between(crystal, variant, named.plane)
        assert (same.kind, same.equivalent) == (named.kind, True)
        one, other = (inspection.fingerprint(b.atoms, crystal) for b in (named, same))
        assert one == pytest.approx(other, abs=1e-9)


def test_variants_of_a_relation_make_the_same_boundaries_on_equivalent_planes(lco, pair_energy):
    """Six twin variants, three mirrors {104} between them: one energy."""
    variants = domains.variants(lco)[2:]
    energies = [
        pair_energy(boundaries.between(lco, variant, plane).atoms)
        for plane in [(1, 0, 4), (0, 1, -4), (1, -1, -4)]
        for variant in variants
        if variant.operation.find(format_plane(plane)) > 0
    ]
    assert len(energies) == 6
    assert energies == pytest.approx([energies[0]] * 6, rel=1e-9)


def test_crystal_beside_itself_is_null(lco, pair_energy):
    null = boundaries.between(lco, domains.variants(lco)[0], (1, 0, 4))
    assert (null.kind, null.label) == ("null", "null antiphase (104)")
    assert pair_energy(null.atoms) == pytest.approx(pair_energy(lco.atoms), rel=1e-9)


def test_labels_tell_variants_and_positions_apart(zoo):
    """Where a kind has several variants the label says which, and where the cut is."""
    crystal = zoo["LiNi0.5Mn1.5O4"]
    labels = []
    for variant in domains.variants(crystal)[1:]:
        count = len(joints(orient(crystal, (1, 0, 0)), variant))
        for position in range(count):
            made = boundaries.between(crystal, variant, (1, 0, 0), position=position)
            labels.append(made.label)
    assert len(set(labels)) == len(labels) == 24
    assert labels[:2] == ["antiphase (100) [1/2, 0, 1/2]", "antiphase (100) [1/2, 0, 1/2] at 0.25"]


def test_a_domain_has_the_label_of_a_twin_only_where_it_is_that_twin():
    """P-3m1 and its only twin meet on (001) by a mirror or by a turn about the normal."""
    sites = {"Li": (0, 0, 0.5), "Ti": (0, 0, 0), "S": (1 / 3, 2 / 3, 0.2428)}
    cell = (3.455, 3.455, 6.195, 90, 90, 120)
    atoms = spacegroup.crystal(list(sites), list(sites.values()), spacegroup=164, cellpar=cell)
    layered = crystals.from_atoms(atoms)
    (variant,) = domains.variants(layered)[1:]
    mirrored = boundaries.twin(layered, (0, 0, 1))
    turned = boundaries.between(layered, variant, (0, 0, 1))
    assert (mirrored.label, turned.label) == ("twin (001)", "twin (001) to variant 1")
    assert mirrored.atoms.symbols.formula.count() != turned.atoms.symbols.formula.count()


def test_position_must_be_one_of_the_joints(lco):
    antiphase = domains.variants(lco)[1]
    for position in (-1, 2):
        with pytest.raises(DelithError, match=r"\(003\) has 2 antiphase position\(s\)"):
            boundaries.between(lco, antiphase, (0, 0, 3), position=position)


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_every_domain_boundary_is_sound(zoo, assert_sound, data):
    """Any crystal, mirror plane of its parent, separation and repeat.

    The two boundaries are equivalent in every crystal here with an inversion centre, as the
    mirrors of its parent pass through the centres, and at every antiphase boundary.
    """
    # quartz has lost no mirrors
    crystal = zoo[data.draw(st.sampled_from(sorted(zoo.keys() - {"SiO2"})))]
    plane = data.draw(st.sampled_from(mirrors.mirror_planes(crystal)))
    separation = data.draw(st.floats(8.5, 16))
    repeat = data.draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    lost = parent(crystal).lost_translations
    if len(lost) and data.draw(st.booleans()):
        vector = lost[data.draw(st.integers(0, len(lost) - 1))]
        boundary = boundaries.antiphase(crystal, plane, vector, separation, repeat)
        assert boundary.equivalent
    else:
        position = data.draw(st.sampled_from(range(len(mirrors.mirror_positions(crystal, plane)))))
        boundary = boundaries.twin(crystal, plane, separation, repeat, position)
        centred = (crystal.symmetry.rotations == -np.eye(3)).all(axis=(1, 2)).any()
        assert boundary.equivalent or not centred
        assert not boundary.excess
    spacing = orient(crystal, plane).cell.spacing
    assert abs(boundary.separation - separation) <= spacing / 2 + 1e-9
    assert_sound(boundary)


def test_a_twin_of_a_crystal_with_a_centre_is_not_polar(lco):
    """Its mirror turns the upper grain over, and so does the crystal's own inversion."""
    twin = boundaries.twin(lco, (1, 0, 4))
    assert twin.joint.turns_over
    assert not twin.polar


def test_a_screw_that_climbs_a_third_of_a_plane_holds_exact_formula_units(lco):
    """By which contents of boundary and bulk are compared: no rounding may tell them apart."""
    boundary = boundaries.antiphase(lco, (1, 0, 4), separation=6)
    assert boundary.joint.is_screw
    for repeat, units in [((1, 1), 20 / 3), ((3, 1), 20), ((2, 3), 40)]:
        for rise in (1 / 3, 0.333333333):
            joint = replace(boundary.joint, rise=rise)
            made = replace(boundary, joint=joint, repeat=repeat)
            assert made.primitive_cells == made.formula_units == units
