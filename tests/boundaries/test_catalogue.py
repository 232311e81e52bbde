"""The catalogue: every domain boundary on a plane, each once, and each a sound cell."""

from collections import Counter

import numpy as np
import pytest
from ase.build import bulk
from hypothesis import given, settings
from hypothesis import strategies as st
from matscipy.neighbours import neighbour_list

from delith import bicrystal, boundaries, crystals, domains
from delith.bicrystal import orient
from delith.boundaries import catalogue
from delith.crystals import inspection
from delith.errors import DelithError
from delith.joints import joints

#: Crystals, parents and planes of which the catalogue is drawn from below.
CASES = [
    ("LiCoO2", "sites", None),
    ("LiNi0.5Mn1.5O4", "sites", [(1, 0, 0)]),
    ("LiNi0.5Mn1.5O4", "sites", [(1, 1, 0)]),
    ("LiMn2O4", "anions", [(1, 0, 0), (1, 1, 1)]),
    ("LiCoO2_spinel", "sites", [(1, 1, 0)]),
    ("CuInSe2", "sites", None),
    ("SiO2", "sites", None),
    ("ZnO", "sites", None),
    ("BaTiO3", "sites", None),
    ("Ba2MgWO6", "sites", [(1, 0, 0), (1, 1, 1)]),
    ("Ni3Al", "sites", None),
    ("CuAu", "sites", None),
    ("TiO2", "anions", None),
]


@pytest.fixture(scope="module")
def listed(zoo):
    """Catalogues, made once."""
    made = {}

    def listing(name, kept="sites", planes=None):
        key = name, kept, None if planes is None else tuple(planes)
        if key not in made:
            made[key] = catalogue(zoo[name], planes, separation=10.0, parent=kept)
        return made[key]

    return listing


def apart(boundary):
    """The same boundaries, so far apart that they do not see each other, in the smallest cell."""
    oriented = orient(boundary.crystal, boundary.plane)
    rise = bicrystal.thickness(boundary.joint, 0)
    layers = int(np.ceil(12.5 / oriented.cell.spacing - rise))
    return oriented, layers, bicrystal.join(oriented, boundary.joint, layers)


def traits(boundary):
    return inspection.fingerprint(apart(boundary)[2], boundary.crystal)


def alike(one, other):
    return one.shape == other.shape and np.allclose(one, other, atol=inspection.SAME, rtol=0)


def energy(boundary, pair_energy):
    """Excess energy for each area: independent of fingerprints."""
    *_, atoms = apart(boundary)
    return (pair_energy(atoms) - pair_energy(boundary.crystal.atoms)) * len(atoms) / boundary.area


def test_layered_oxides_have_seven_boundaries(lco):
    """Twin and antiphase on (104) and (018); antiphase on (110); Li-rich and Co-rich on (003)."""
    found = catalogue(lco)
    assert Counter((b.kind, b.plane) for b in found) == {
        ("antiphase", (1, 0, 4)): 1,
        ("twin", (1, 0, 4)): 1,
        ("antiphase", (0, 1, 8)): 1,
        ("twin", (0, 1, 8)): 1,
        ("antiphase", (1, 1, 0)): 1,
        ("antiphase", (0, 0, 3)): 2,
    }
    assert [b.excess for b in found if b.excess] == [{"Li": 1, "Co": -1}, {"Li": -1, "Co": 1}]
    assert all(b.equivalent and not b.polar for b in found)
    assert {b.plane for b in found if b.excess} == {(0, 0, 3)}


def test_catalogue_holds_what_is_known_by_name(lco):
    found = [traits(b) for b in catalogue(lco)]
    for known in [
        boundaries.twin(lco, (1, 0, 4)),
        boundaries.twin(lco, (0, 1, 8)),
        boundaries.antiphase(lco, (1, 0, 4)),
        boundaries.antiphase(lco, (0, 1, 8)),
        boundaries.antiphase(lco, (1, 1, 0)),
        *(boundaries.antiphase(lco, (0, 0, 3), position=k) for k in (0, 1)),
    ]:
        assert sum(alike(traits(known), one) for one in found) == 1


@pytest.mark.parametrize(("name", "kept", "planes"), CASES)
def test_each_boundary_is_listed_once_under_its_own_name_and_none_is_null(
    listed, name, kept, planes
):
    found = listed(name, kept, planes)
    every = [(b.area, traits(b)) for b in found]
    assert all(len(t) for _, t in every)
    for k, (area, one) in enumerate(every):
        assert not any(abs(area - a) < 1e-3 and alike(one, t) for a, t in every[:k])
    assert len({b.label for b in found}) == len(found)
    assert all(b.kind != "null" for b in found)


@pytest.mark.parametrize("name", ["LiCoO2", "LiNiO2", "Ni3Al", "CuAu", "BaTiO3"])
def test_a_pair_potential_tells_the_same_boundaries_apart(listed, pair_energy, name):
    """Where it sees as much as fingerprints do: different boundaries, different energies."""
    energies = np.sort([energy(b, pair_energy) for b in listed(name)])
    assert np.diff(energies).min() > 1e-6
    assert np.abs(energies).min() > 1e-6


@pytest.mark.parametrize(
    ("name", "plane"),
    [
        ("LiCoO2", (1, 0, 4)),
        ("LiCoO2", (0, 0, 3)),
        pytest.param("LiNi0.5Mn1.5O4", (1, 0, 0), marks=pytest.mark.slow),
        ("Ni3Al", (1, 1, 0)),
        ("CuInSe2", (1, 1, 0)),
        ("BaTiO3", (1, 0, 1)),
    ],
)
def test_every_variant_at_every_position_is_in_the_list_or_null(zoo, pair_energy, name, plane):
    """None is missing: what is left out has the energy of one listed, or none at all."""
    crystal = zoo[name]
    listed = [energy(b, pair_energy) for b in catalogue(crystal, [plane])]
    seen = set()
    for variant in domains.variants(crystal):
        for position in range(len(joints(orient(crystal, plane), variant))):
            boundary = boundaries.between(crystal, variant, plane, position=position)
            mine = energy(boundary, pair_energy)
            assert np.abs(np.array([0.0, *listed]) - mine).min() < 1e-7
            assert (boundary.kind == "null") == (abs(mine) < 1e-7)
            seen.add(round(mine, 6))
    assert seen - {0.0} == {round(e, 6) for e in listed}


def same_list(one, other):
    """As many boundaries of each kind, and the same ones, in whatever order."""
    mine, yours = [traits(b) for b in one], [traits(b) for b in other]
    return (
        Counter(b.kind for b in one) == Counter(b.kind for b in other)
        and all(any(alike(m, y) for y in yours) for m in mine)
        and all(any(alike(m, y) for m in mine) for y in yours)
    )


@pytest.mark.parametrize("name", ["LiCoO2", "BaTiO3", "Ni3Al", "CuInSe2"])
def test_the_list_does_not_depend_on_how_the_crystal_was_given(zoo, listed, name):
    atoms = zoo[name].atoms.repeat((2, 1, 1))[::-1]
    atoms.positions += (0.3, -1.1, 7.026)
    atoms.wrap()
    atoms.rotate(33, (1, 2, 3), rotate_cell=True)
    other = catalogue(crystals.from_atoms(atoms, name=name))
    assert same_list(other, listed(name))


@pytest.mark.parametrize(
    ("name", "plane", "equivalents"),
    [
        ("LiCoO2", (1, 0, 4), [(0, 1, -4), (-1, 0, -4), (1, -1, -4), (2, 0, 8)]),
        ("Ni3Al", (1, 1, 2), [(1, 2, 1), (-2, 1, 1), (-1, 1, -2)]),
        ("LiNi0.5Mn1.5O4", (1, 0, 0), [(0, 1, 0), (0, 0, -1)]),
        ("ZnO", (1, 1, 0), [(1, -2, 0), (-2, 1, 0)]),
    ],
)
def test_equivalent_planes_add_nothing(zoo, name, plane, equivalents):
    alone = catalogue(zoo[name], [plane])
    together = catalogue(zoo[name], [plane, *equivalents])
    assert [b.label for b in together] == [b.label for b in alone]
    for equivalent in equivalents:
        assert same_list(catalogue(zoo[name], [equivalent]), alone)


@pytest.mark.slow
def test_ordered_spinel_has_its_boundaries_on_all_planes_of_the_charging_experiments(listed):
    """Ni/Mn antiphase and inversion boundaries; stoichiometric ones on every plane."""
    found = listed("LiNi0.5Mn1.5O4")
    planes = {(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 1, 2)}
    for kind in ("antiphase", "inversion"):
        assert {b.plane for b in found if b.kind == kind} == planes
        assert {b.plane for b in found if b.kind == kind and not b.excess} == planes
    assert {b.kind for b in found} == {"antiphase", "inversion"}
    assert not any(b.excess for b in found if b.plane in {(1, 0, 0), (1, 1, 1)})
    # nickel and manganese change places, nothing else does
    assert all(b.excess.keys() <= {"Ni", "Mn"} and not sum(b.excess.values()) for b in found)
    assert all(b.equivalent and not b.polar for b in found)
    assert len({b.label for b in found}) == len(found) == 32


def test_boundaries_of_the_framework_come_with_the_anion_lattice(zoo):
    """Of the ordered spinel too: a/4<110> and a/2<100>, where Li and metals change places."""
    framework = catalogue(zoo["LiMn2O4"], [(1, 0, 0)], parent="anions")
    assert {b.kind for b in framework} == {"antiphase"}
    assert {b.operation for b in framework} == {
        "translation [1/4, 1/4, 0]",
        "translation [0, 1/4, 1/4]",
        "translation [0, 0, 1/2]",
    }
    rock_salt = crystals.from_atoms(bulk("CoO", "rocksalt", a=4.26, cubic=True))
    assert same_list(catalogue(zoo["LiMn2O4"], [(1, 0, 0)], parent=rock_salt), framework)
    with pytest.raises(DelithError, match="lost no operation of its parent"):
        catalogue(zoo["LiMn2O4"], [(1, 0, 0)])


def test_polar_walls_are_listed_and_flagged(listed):
    """180° and 90° walls of BaTiO3, charged and not."""
    found = [(b.label.split(" to ")[0], b.polar, b.equivalent) for b in listed("BaTiO3")]
    assert found == [
        ("inversion (100)", False, True),
        ("inversion (001)", True, False),
        ("inversion (110)", False, True),
        ("inversion (101)", True, False),
        ("twin (101)", True, False),
        ("twin (101)", False, True),
    ]


def test_boundaries_with_short_contacts_are_left_out(zoo):
    """ZnO inverted in its oxygen lattice: cut through oxygen, tetrahedra would share a face."""
    crystal = zoo["ZnO"]
    inverted = domains.variants(crystal, "anions")[1]
    found = joints(orient(crystal, (0, 0, 1)), inverted)
    assert [joint.layer for joint in found] == [False, True, False, True]
    with pytest.raises(DelithError, match=r"Zn.*Zn.*1\.23 Å apart, closer than"):
        bicrystal.join(orient(crystal, (0, 0, 1)), found[1], 3)
    (listed,) = catalogue(crystal, [(0, 0, 1)], parent="anions")
    assert not listed.joint.layer


def nearest_cations(atoms):
    """Shortest distance between two atoms that are no oxygen, Å."""
    return neighbour_list("d", atoms[atoms.numbers != 8], 4.0).min()


def test_boundaries_where_metals_would_nearly_coincide_are_left_out(zoo):
    """Rutile cut between metals half an edge apart: 1.48 Å, no nearer than Ti and O may come."""
    crystal = zoo["TiO2"]
    shifted = {v.operation: v for v in domains.variants(crystal, "anions")}
    oriented = orient(crystal, (0, 0, 1))
    (joint, *_) = joints(oriented, shifted["translation [1/2, 1/2, 0]"])
    with pytest.raises(DelithError, match=r"Ti.*Ti.*1\.48 Å apart, closer than 1\.63 Å"):
        bicrystal.join(oriented, joint, 4)
    (listed,) = catalogue(crystal, [(0, 0, 1)], parent="anions")
    assert nearest_cations(listed.atoms) > 0.55 * nearest_cations(crystal.atoms)


def test_boundaries_where_tetrahedra_and_octahedra_share_faces_are_kept(zoo):
    """Lithium leaves such sites: a/4<110> in a spinel."""
    crystal = zoo["LiMn2O4"]
    ratios = [
        nearest_cations(b.atoms) / nearest_cations(crystal.atoms)
        for b in catalogue(crystal, [(1, 0, 0)], parent="anions")
    ]
    assert min(ratios) == pytest.approx((3 / 8) ** 0.5, abs=0.01)


@pytest.mark.parametrize("name", ["Cu", "NaCl", "Si", "SrTiO3", "TiO2", "LiMn2O4"])
def test_a_crystal_that_has_lost_nothing_has_no_catalogue(zoo, name):
    with pytest.raises(DelithError, match=f"{name} has no domain boundary on the planes"):
        catalogue(zoo[name])


def test_planes_that_no_variant_shares_are_refused(zoo):
    """The Dauphiné twin of quartz turns about [001]: it fits on planes beside or across that."""
    with pytest.raises(DelithError, match="no other variant fits it there"):
        catalogue(zoo["SiO2"], [(2, 1, 3), (3, 1, 2)])


def test_separation_and_repeat_are_those_asked_for(lco):
    for boundary in catalogue(lco, [(1, 0, 4)], separation=8.0, repeat=(2, 1)):
        assert boundary.separation == pytest.approx(8.0, abs=0.1)
        assert boundary.repeat == (2, 1)
        assert boundary.atoms.cell.lengths()[0] == pytest.approx(2 * 2.8166, abs=1e-3)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_boundaries_are_sound_whatever_their_cell(listed, assert_sound, data):
    """Wider or thicker, they are the same; beside their bulk they are themselves."""
    boundary = data.draw(st.sampled_from(listed(*data.draw(st.sampled_from(CASES)))))
    assert_sound(boundary)
    assert boundary.equivalent or not boundary.joint.is_screw
    oriented, layers, atoms = apart(boundary)
    crystal, here = boundary.crystal, traits(boundary)

    thicker = bicrystal.join(oriented, boundary.joint, layers + data.draw(st.integers(1, 3)))
    assert alike(inspection.fingerprint(thicker, crystal), here)
    wide = atoms.repeat(data.draw(st.sampled_from([(2, 1, 1), (1, 2, 1)])))
    assert alike(inspection.fingerprint(wide, crystal), np.repeat(here, 2, axis=0))

    reference = boundaries.bulk(boundary)
    assert reference.atoms.cell[:2] == pytest.approx(boundary.atoms.cell[:2])
    assert inspection.is_bulk(reference.atoms, crystal)
    assert (reference.count, reference.kind) == (0, "bulk")
    back = boundaries.matched(boundary, reference.atoms.cell)
    assert back.cell[:] == pytest.approx(boundary.atoms.cell[:], abs=1e-9)
    assert back.positions == pytest.approx(boundary.atoms.positions, abs=1e-9)
    assert (back.numbers == boundary.atoms.numbers).all()
