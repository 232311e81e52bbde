"""Mirror planes of parents: which, where, and no glides."""

import numpy as np
import pytest
from ase.build import bulk, make_supercell

from delith import crystals
from delith.bicrystal import orient
from delith.crystals import NONMETALS, mirrors
from delith.crystals.parent import parent


def equivalents(planes):
    """Members of {hkl} of a rhombohedral crystal, by (h²+hk+k², |l|)."""
    return {(h * h + h * k + k * k, abs(el)) for h, k, el in planes}


def test_layered_oxides_have_nine_mirrors_in_three_families(zoo):
    """{001} of rock salt is {104}; {110} is {018} and the crystal's own {110}."""
    for name in ("LiCoO2", "LiNiO2"):
        planes = mirrors.mirror_planes(zoo[name])
        assert len(planes) == 9
        assert equivalents(planes) == {(1, 4), (1, 8), (3, 0)}
        assert {(1, 0, 4), (0, 1, 8), (1, 1, 0)} <= set(planes)


def test_layered_oxides_are_mirrored_in_every_metal_layer(lco):
    assert mirrors.mirror_positions(lco, (1, 0, 4)) == [0.0]
    assert mirrors.mirror_positions(lco, (0, 1, 8)) == [0.0]


@pytest.mark.parametrize("plane", [(0, 0, 3), (0, 1, 2), (1, 0, 1), (1, 0, 0)])
def test_other_planes_of_layered_oxides_are_no_mirrors(lco, plane):
    assert mirrors.mirror_positions(lco, plane) == []


def test_wrong_obverse_reverse_setting_is_no_mirror(lco):
    """(014) and (108) look like mirrors and are not: the lattice is rhombohedral."""
    assert mirrors.mirror_positions(lco, (0, 1, 4)) == []
    assert mirrors.mirror_positions(lco, (1, 0, 8)) == []


def test_elements_mirror_through_atoms_only(zoo):
    """Midway between {100} planes of copper lies a glide, as on {100} of silicon throughout."""
    assert mirrors.mirror_positions(zoo["Cu"], (1, 0, 0)) == [0.0]
    assert mirrors.mirror_positions(zoo["Si"], (1, 0, 0)) == []


@pytest.mark.parametrize("fold", [5, 7, 11])
def test_a_superstructure_has_the_mirrors_of_its_parent_however_long_it_is(fold):
    """Copper with an atom of gold in every so many (110) planes."""
    atoms = make_supercell(bulk("Cu", cubic=True), [[1, -1, 0], [fold, fold, 0], [0, 0, 1]])
    atoms.symbols[0] = "Au"
    superstructure = crystals.from_atoms(atoms, "long")
    planes = np.array(mirrors.mirror_planes(superstructure))
    normals = planes @ superstructure.atoms.cell.reciprocal()
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    between = np.abs(normals @ normals.T).round(4)
    assert (len(planes), set(between.ravel())) == (9, {0.0, 0.5, 0.7071, 1.0})


@pytest.mark.parametrize(
    "cell", [((3, -1, 0), (1, 2, 0), (0, 0, 1)), ((3, -1, 0), (2, 3, 0), (1, 0, 1))]
)
def test_parent_vectors_are_made_whole_exactly_in_cells_of_any_size(cell):
    """Seven and eleven cells of copper, askew to the cube, with one atom of gold."""
    atoms = make_supercell(bulk("Cu", cubic=True), cell)
    atoms.symbols[0] = "Au"
    found = parent(crystals.from_atoms(atoms, "askew"))
    sizes = mirrors.whole_basis(found) @ np.linalg.inv(found.basis)
    assert sizes == pytest.approx(sizes[0, 0] * np.eye(3))


def test_perovskites_mirror_in_both_their_layers(zoo):
    assert mirrors.mirror_positions(zoo["SrTiO3"], (1, 0, 0)) == [0.0, 0.5]
    assert mirrors.mirror_positions(zoo["Ba2MgWO6"], (1, 0, 0)) == [0.0, 0.5]
    first, second = mirrors.mirror_positions(zoo["BaTiO3"], (0, 0, 1))
    assert second - first == pytest.approx(0.5)


def test_mirrors_map_metals_on_metals_and_anions_on_anions(zoo):
    """Reflected in a mirror position no atom is farther than 1 Å from a site of its kind."""
    for crystal in zoo.values():
        metal = np.array([s not in NONMETALS for s in crystal.primitive_atoms.symbols])
        for plane in mirrors.mirror_planes(crystal):
            oriented = orient(crystal, plane)
            vectors = oriented.cell.vectors
            sites = oriented.fractions @ vectors
            for height in mirrors.mirror_positions(crystal, plane):
                image = sites * (1, 1, -1) + (0, 0, 2 * height * oriented.cell.spacing)
                gap = (image[:, None] - sites[None]) @ oriented.cell.inverse
                distance = np.linalg.norm((gap - np.rint(gap)) @ vectors, axis=2)
                distance[metal[:, None] != metal[None]] = np.inf
                assert distance.min(axis=1).max() < 1.0, (crystal.name, plane, height)


@pytest.mark.parametrize("name", ["LiCoO2", "CuAu", "Ba2MgWO6", "CuInSe2", "LiNi0.5Mn1.5O4"])
def test_a_mirror_keeps_what_lies_on_it(zoo, name):
    crystal = zoo[name]
    found = parent(crystal)
    for plane in mirrors.mirror_planes(crystal)[:3]:
        cell = orient(crystal, plane).cell
        for height in mirrors.mirror_positions(crystal, plane):
            operation = mirrors.mirror_operation(crystal, plane, height)
            for a, b in ((0, 0), (0.3, 0.1), (-0.7, 2.2)):
                point = np.array([a, b, height]) @ cell.vectors @ cell.rotation
                x = point @ np.linalg.inv(found.basis @ crystal.atoms.cell[:])
                image = operation.rotation @ x + operation.translation
                # crystals that are distorted hold the mirror only roughly
                assert image == pytest.approx(x, abs=0.02)
