"""Parents: how many operations and translations, and that they map the merged crystal."""

import numpy as np
import pytest
import spglib

from delith import crystals
from delith.crystals import NONMETALS
from delith.parent import parent


def point_operations(crystal):
    cell = (crystal.primitive_atoms.positions @ np.linalg.inv(crystal.primitive)) % 1
    rotations = spglib.get_symmetry(
        (crystal.primitive, cell, crystal.primitive_atoms.numbers), symprec=1e-4
    )["rotations"]
    return len(rotations)


def test_lithium_cobalt_oxide_has_lost_half_the_translations_of_rock_salt(lco):
    found = parent(lco)
    assert len(found.rotations) == 48
    (lost,) = found.lost_translations
    assert lost == pytest.approx([1 / 3, 2 / 3, 1 / 6])
    assert np.linalg.norm(lost @ lco.atoms.cell[:]) == pytest.approx(2.85, abs=0.005)
    volume = abs(np.linalg.det(found.basis)) * lco.atoms.cell.volume
    assert 2 * volume == pytest.approx(lco.atoms.cell.volume / 3)


@pytest.mark.parametrize(
    ("name", "orientations", "translations"),
    [
        ("LiCoO2", 4, 2),
        ("LiNiO2", 4, 2),
        ("NaCl", 1, 1),
        ("SrTiO3", 1, 1),
        ("BaTiO3", 6, 1),
        ("Ba2MgWO6", 1, 2),
        ("TiO2", 1, 1),
        ("NiAl", 1, 2),
        ("CuAu", 3, 2),
        ("Cu", 1, 1),
        ("Si", 1, 1),
    ],
)
def test_domain_variants_are_the_cosets_of_the_crystal_in_its_parent(
    zoo, name, orientations, translations
):
    found = parent(zoo[name])
    assert len(found.rotations) == orientations * point_operations(zoo[name])
    assert 1 + len(found.lost_translations) == translations


@pytest.mark.parametrize(("a", "c"), [(2.8166, 2.8166 * 2 * np.sqrt(6)), (2.809, 14.389)])
def test_a_stretched_lattice_keeps_its_parent(lco, a, c):
    atoms = lco.atoms.copy()
    atoms.set_cell([a, a, c, 90, 90, 120], scale_atoms=True)
    found = parent(crystals.from_atoms(atoms))
    assert (len(found.rotations), len(found.lost_translations)) == (48, 1)


def test_operations_form_a_group(zoo):
    for crystal in zoo.values():
        rotations = parent(crystal).rotations
        known = {w.tobytes() for w in rotations}
        assert len(known) == len(rotations)
        assert {(v @ w).tobytes() for v in rotations for w in rotations} == known


def test_operations_map_metals_on_metals_and_anions_on_anions(zoo):
    """Nothing lands farther than 1 Å from a site of its kind, nor twice on one site."""
    for crystal in zoo.values():
        found = parent(crystal)
        atoms = crystal.atoms
        metal = np.array([s not in NONMETALS for s in atoms.symbols])
        fractions = atoms.get_scaled_positions() @ np.linalg.inv(found.basis)
        for rotation, translation in zip(found.rotations, found.translations, strict=True):
            image = fractions @ rotation.T + translation
            gap = image[:, None] - fractions[None]
            gap = (gap - np.rint(gap)) @ found.basis @ atoms.cell[:]
            distance = np.linalg.norm(gap, axis=2)
            distance[metal[:, None] != metal[None]] = np.inf
            assert distance.min(axis=1).max() < 1.0
