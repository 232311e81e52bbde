"""Domain variants: how many, what they are called, and on which parent."""

from collections import Counter

import numpy as np
import pytest
from ase.build import bulk

from delith import boundaries, crystals, domains
from delith.crystals import mirrors
from delith.crystals.notation import format_plane
from delith.errors import DelithError

TWINS = {"LiCoO2": 6, "CuInSe2": 8, "CuAu": 4, "BaTiO3": 4, "SiO2": 1}


@pytest.fixture(scope="module")
def rock_salt():
    return crystals.from_atoms(bulk("CoO", "rocksalt", a=4.26, cubic=True), name="CoO")


@pytest.fixture(scope="module")
def cu7pt():
    """Face-centred as copper is, in a cell twice as long."""
    atoms = bulk("Cu", cubic=True).repeat(2)
    quarters = np.rint(4 * atoms.get_scaled_positions()).astype(int)
    corners = (quarters % 2 == 0).all(axis=1) & (quarters.sum(axis=1) % 4 == 0)
    atoms.symbols[corners] = "Pt"
    return crystals.from_atoms(atoms, name="Cu7Pt")


def kinds(variants):
    counts = Counter(v.kind for v in variants)
    assert counts.pop("identity") == 1
    return dict(counts)


@pytest.mark.parametrize(
    ("name", "parent", "onto", "expected"),
    [
        ("LiCoO2", "sites", "Fm-3m", {"antiphase": 1, "twin": 6}),
        ("LiCoO2", "anions", "Fm-3m", {"antiphase": 1, "twin": 6}),
        ("LiMn2O4", "sites", "Fd-3m", {}),
        ("LiMn2O4", "anions", "Fm-3m", {"antiphase": 7}),
        ("LiCoO2_spinel", "sites", "Fm-3m", {"antiphase": 7}),
        ("LiNi0.5Mn1.5O4", "sites", "Fd-3m", {"antiphase": 3, "inversion": 4}),
        ("LiNi0.5Mn1.5O4", "anions", "Fm-3m", {"antiphase": 31, "inversion": 32}),
        ("CuInSe2", "sites", "F-43m", {"antiphase": 3, "twin": 8}),
        ("CuInSe2", "anions", "Fm-3m", {"antiphase": 3, "twin": 16, "inversion": 4}),
        ("SiO2", "sites", "P6_222", {"twin": 1}),
        ("ZnO", "sites", "P6_3/mmc", {"inversion": 1}),
        ("ZnO", "anions", "P6_3/mmc", {"inversion": 1}),
        ("Ni3Al", "sites", "Fm-3m", {"antiphase": 3}),
        ("CuAu", "sites", "Fm-3m", {"antiphase": 1, "twin": 4}),
        ("NiAl", "sites", "Im-3m", {"antiphase": 1}),
        ("BaTiO3", "sites", "Pm-3m", {"inversion": 1, "twin": 4}),
        ("Ba2MgWO6", "sites", "Pm-3m", {"antiphase": 1}),
        ("NaCl", "sites", "Fm-3m", {}),
    ],
)
def test_variants_of_known_crystals(zoo, name, parent, onto, expected):
    variants = domains.variants(zoo[name], parent)
    assert variants[0].parent.symbol == onto
    assert kinds(variants) == expected
    assert [v.number for v in variants] == list(range(len(variants)))
    assert {v.kept for v in variants} == {parent}


def test_there_is_one_variant_for_each_operation_lost(zoo):
    """|G| / |H|, both counted for a primitive cell of the crystal."""
    for crystal in zoo.values():
        centrings = crystal.atoms.cell.volume / abs(np.linalg.det(crystal.primitive))
        own = len(crystal.symmetry.rotations) / centrings
        variants = domains.variants(crystal)
        assert len(variants) * own == pytest.approx(variants[0].parent.order)


def test_the_first_variant_is_the_crystal_itself(zoo):
    for crystal in zoo.values():
        first, *others = domains.variants(crystal)
        names = first.kind, first.operation, first.orientation, first.relation
        assert names == ("identity", "identity", 0, 0)
        assert all(v.kind != "identity" and v.relation for v in others)


def test_a_twin_keeps_points_where_they_are_and_a_product_with_a_slip_keeps_none():
    """Told by whether W x + w = x can be solved for any image of any operation of the coset."""
    atoms = bulk("Cu", cubic=True).repeat((2, 2, 1))
    atoms.symbols[[3, 11, 14]] = "Au"
    crystal = crystals.from_atoms(atoms, name="Au3Cu13")
    steps = np.indices((5, 5, 5)).reshape(3, -1).T - 2
    found = Counter()
    for variant in domains.variants(crystal):
        if "twin" not in variant.kind:
            continue
        parent = variant.parent
        images = steps @ crystal.primitive @ np.linalg.inv(parent.cell)
        keeps = False
        for element in variant.elements:
            moves = np.eye(3) - element.rotation
            needed = (element.translation + images).T
            left = moves @ np.linalg.lstsq(moves, needed, rcond=None)[0] - needed
            keeps |= bool((np.abs(left).max(axis=0) < 1e-6).any())
        assert variant.kind == ("twin" if keeps else "twin × antiphase")
        found[variant.kind] += 1
    assert found == {"twin": 148, "twin × antiphase": 12}


def test_layered_oxides_have_four_orientations_of_two_translations_each(lco):
    variants = domains.variants(lco)
    assert Counter(v.orientation for v in variants) == {0: 2, 1: 2, 2: 2, 3: 2}
    assert [v.relation for v in variants] == [0, 1, *[2] * 6]
    assert variants[1].operation == "translation [1/3, 2/3, 1/6]"
    assert {v.operation for v in variants[2:]} == {
        "mirror (104), (1 0 -8)",
        "mirror (0 1 -4), (018)",
        "mirror (1 -1 -4), (1 -1 8)",
    }


def test_spinel_framework_has_six_quarters_of_a_face_diagonal_and_half_an_edge(zoo):
    """Identity, 6 × a/4<110> and 1 × a/2<100>, up to lattice vectors of the spinel."""
    for name, parent in [("LiMn2O4", "anions"), ("LiCoO2_spinel", "sites")]:
        crystal = zoo[name]
        edge = crystal.atoms.cell.lengths()[0]
        variants = domains.variants(crystal, parent)[1:]
        vectors = [v.elements[0].translation @ v.parent.basis for v in variants]
        lengths = np.sort(np.linalg.norm(vectors, axis=1)) * edge
        assert lengths == pytest.approx([edge * np.sqrt(2) / 4] * 6 + [edge / 2])
        assert Counter(v.relation for v in variants) == {1: 6, 2: 1}


def test_ordered_spinel_has_two_families_of_antiphase_domains(zoo):
    """a/2<110> of nickel and manganese; a/4<110> and a/2<100> of the framework beside them."""
    crystal = zoo["LiNi0.5Mn1.5O4"]
    order = [v.operation for v in domains.variants(crystal) if v.kind == "antiphase"]
    assert order == [f"translation [{v}]" for v in ("1/2, 0, 1/2", "0, 1/2, 1/2", "1/2, 1/2, 0")]
    every = {v.operation for v in domains.variants(crystal, "anions") if v.kind == "antiphase"}
    assert len(every) == 31
    assert every >= {*order, "translation [0, 0, 1/2]", "translation [-1/4, 1/4, 0]"}


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("SiO2", "2-fold [001]"),  # Dauphiné
        ("ZnO", r"inversion at [0, 0, 0.191]"),
        ("NiAl", "translation [1/2, 1/2, 1/2]"),
        ("Ba2MgWO6", "translation [0, 0, 1/2]"),
    ],
)
def test_crystals_of_two_variants_name_the_operation(zoo, name, operation):
    _, variant = domains.variants(zoo[name])
    assert variant.operation == operation


def test_mirrors_of_twins_are_mirror_planes_of_the_parent(zoo):
    for name, count in TWINS.items():
        planes = {format_plane(p) for p in mirrors.mirror_planes(zoo[name])}
        twins = [v for v in domains.variants(zoo[name]) if v.kind == "twin"]
        assert len(twins) == count
        for variant in twins:
            what, _, listed = variant.operation.partition(" ")
            assert what == "2-fold" or planes >= set(listed.split(", "))


def test_inversion_variants_are_inverted_about_the_point_they_name(zoo):
    """The inversion in it is one of their elements."""
    crystal = zoo["LiNi0.5Mn1.5O4"]
    for variant in domains.variants(crystal):
        if variant.kind != "inversion":
            continue
        inversions = [e for e in variant.elements if (e.rotation == -np.eye(3)).all()]
        (element,) = inversions
        centre = element.translation @ variant.parent.basis / 2
        assert centre * 8 == pytest.approx(np.rint(centre * 8))  # the 16c and 16d sites of Fd-3m
        assert variant.operation.startswith("inversion at [")


def test_variants_of_one_orientation_differ_by_a_translation(zoo):
    for name in ("LiCoO2", "LiNi0.5Mn1.5O4", "CuInSe2", "CuAu"):
        first: dict[int, set[bytes]] = {}
        for variant in domains.variants(zoo[name]):
            rotations = {e.rotation.tobytes() for e in variant.elements}
            assert first.setdefault(variant.orientation, rotations) == rotations
        whole = [r for rotations in first.values() for r in rotations]
        assert len(whole) == len(set(whole))


def test_variants_do_not_depend_on_how_the_crystal_was_given(zoo):
    for name in ("LiCoO2", "LiNi0.5Mn1.5O4", "CuInSe2", "ZnO", "SiO2", "BaTiO3"):
        atoms = zoo[name].atoms.repeat((1, 2, 1))[::-1]
        atoms.positions += (0.3, -1.1, 7.026)
        atoms.wrap()
        atoms.rotate(33, (1, 2, 3), rotate_cell=True)
        other = domains.variants(crystals.from_atoms(atoms, name=name))
        same = domains.variants(zoo[name])
        for trait in ("kind", "relation", "orientation"):
            assert Counter(getattr(v, trait) for v in other) == Counter(
                getattr(v, trait) for v in same
            )


@pytest.mark.parametrize(
    ("name", "onto", "count", "kept"),
    [
        ("LiCoO2", "CoO", 8, "sites"),
        ("LiCoO2_spinel", "CoO", 8, "sites"),
        ("LiMn2O4", "CoO", 8, "anions"),
        ("LiNi0.5Mn1.5O4", "CoO", 64, "anions"),
        ("LiNi0.5Mn1.5O4", "LiMn2O4", 8, "sites"),
        ("Ni3Al", "Cu", 4, "sites"),
        ("CuAu", "Cu", 6, "sites"),
        ("BaTiO3", "SrTiO3", 6, "sites"),
    ],
)
def test_a_parent_may_be_given_as_a_crystal(zoo, rock_salt, name, onto, count, kept):
    variants = domains.variants(zoo[name], (zoo | {"CoO": rock_salt})[onto])
    assert (len(variants), variants[0].kept) == (count, kept)
    assert domains.variants(zoo[name], kept) == variants


@pytest.mark.parametrize(
    ("name", "onto", "words"),
    [
        (
            "LiCoO2",
            "SrTiO3",
            r"SrTiO3 \(Pm-3m, .*\) is no parent of LiCoO2: .* LiCoO2 becomes Fm-3m",
        ),
        ("LiCoO2", "NaCl", "is no parent of LiCoO2"),  # the group, at twice the volume
        ("NiAl", "Cu", r"NiAl becomes Im-3m with"),
        ("Ni3Al", "Cu7Pt", "is no parent of Ni3Al"),  # the group, at eight times the volume
        ("CoO", "LiCoO2", "is no parent of CoO"),
        ("BaTiO3", "BaTiO3", r"becomes Pm-3m with"),
        ("LiNi0.5Mn1.5O4", "LiCoO2_spinel", "becomes Fd-3m with .* or Fm-3m with"),
    ],
)
def test_a_crystal_that_is_no_parent_is_refused_with_what_would_be(
    zoo, rock_salt, cu7pt, name, onto, words
):
    known = zoo | {"CoO": rock_salt, "Cu7Pt": cu7pt}
    with pytest.raises(DelithError, match=words):
        domains.variants(known[name], known[onto])


def test_alloys_have_no_anion_lattice(zoo):
    with pytest.raises(DelithError, match="Ni3Al has no anions"):
        domains.variants(zoo["Ni3Al"], "anions")


@pytest.mark.parametrize(
    ("name", "parent"),
    [("LiCoO2", "sites"), ("LiMn2O4", "anions"), ("LiNi0.5Mn1.5O4", "sites"), ("Ni3Al", "sites")],
)
def test_a_vector_leads_to_its_antiphase_variant(zoo, name, parent):
    """Whatever lattice vector of the crystal is added to it, and of the anion lattice too."""
    crystal = zoo[name]
    lattice = crystal.primitive @ np.linalg.inv(crystal.atoms.cell[:])
    for variant in domains.variants(crystal, parent):
        if variant.orientation:
            continue
        vector = variant.elements[0].translation @ variant.parent.basis + (1, -2, 1) @ lattice
        rounded = tuple(np.round(vector, 2))
        exact = domains.antiphase_vector(crystal, rounded)
        assert exact == pytest.approx(vector, abs=1e-9)
        found = domains.translated(crystal, exact)
        # the crystal itself is found on the first parent
        assert found.number == variant.number
        assert variant.number == 0 or found.kept == parent


def test_a_vector_of_the_framework_leads_to_the_anion_lattice(zoo):
    """a/4<110> and a/2<100> of ordered spinel; of a/2<110>, an order vector, its own parent."""
    crystal = zoo["LiNi0.5Mn1.5O4"]
    order = {v.operation for v in domains.variants(crystal)}
    for variant in domains.variants(crystal, "anions")[:32]:
        vector = domains.antiphase_vector(
            crystal, variant.elements[0].translation @ variant.parent.basis
        )
        found = domains.translated(crystal, vector)
        assert found.operation == variant.operation
        assert found.kept == ("sites" if found.operation in order else "anions")
        assert not found.orientation


def test_what_is_no_translation_leads_to_no_variant(lco):
    with pytest.raises(DelithError, match="not a translation of the parent lattice of LiCoO2"):
        domains.translated(lco, np.array([0.25, 0, 0]))


def test_a_list_of_variants_is_the_callers_own(lco):
    domains.variants(lco).clear()
    assert len(domains.variants(lco)) == 8


def test_what_is_no_crystal_or_no_variant_is_refused(lco):
    with pytest.raises(DelithError, match=r"'LiCoO2' is no crystal: load it"):
        domains.variants("LiCoO2")
    with pytest.raises(DelithError, match="4 is no variant"):
        boundaries.between(lco, 4, (1, 0, 4))
    with pytest.raises(DelithError, match="three fractions"):
        boundaries.antiphase(lco, (1, 0, 4), vector="x")


def test_every_operation_makes_the_variant_it_is_listed_under(zoo):
    for name in ("LiCoO2", "LiNi0.5Mn1.5O4", "CuAu", "SiO2"):
        for variant in domains.variants(zoo[name]):
            for element in variant.elements:
                assert domains.made_by(zoo[name], element) is variant
