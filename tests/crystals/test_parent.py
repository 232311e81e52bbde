"""Parents: how many operations and translations, and that they map the merged crystal."""

import numpy as np
import pytest
import spglib
from ase.spacegroup import crystal as spacegroup

from delith import crystals, domains
from delith.crystals import NONMETALS
from delith.crystals.parent import parent
from delith.errors import DelithError


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
        ("Ni3Al", 1, 4),
        ("CuInSe2", 3, 4),
        ("SiO2", 2, 1),
        ("ZnO", 2, 1),
        ("LiMn2O4", 1, 1),
        ("LiNi0.5Mn1.5O4", 2, 4),
        ("LiCoO2_spinel", 1, 8),
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


def both_kinds(zoo):
    """Every crystal with its parents; alloys have one."""
    for crystal in zoo.values():
        for kept in ("sites", "anions"):
            if kept == "sites" or not NONMETALS.isdisjoint(crystal.atoms.symbols):
                yield crystal, kept, parent(crystal, kept)


@pytest.mark.slow
def test_operations_form_a_group(zoo):
    """Translation parts included, to rounding."""
    for _, _, found in both_kinds(zoo):
        assert_group(found)


def assert_group(found):
    known = {w.tobytes(): k for k, w in enumerate(found.rotations)}
    assert len(known) == len(found.rotations)
    for v, t in zip(found.rotations, found.translations, strict=True):
        product_of = [known[(v @ w).tobytes()] for w in found.rotations]
        off = found.translations @ v.T + t - found.translations[product_of]
        assert off == pytest.approx(np.rint(off), abs=1e-9)
    for w in found.rotations:
        assert w.T @ (found.cell @ found.cell.T) @ w == pytest.approx(found.cell @ found.cell.T)


def test_operations_that_close_in_their_rotations_only_are_no_parent():
    """Cubic ones on the anions of strongly tilted CaTiO3, fitted to inconsistent translations."""
    sites = [(0.036, 0.25, -0.007), (0, 0, 0.5), (0.484, 0.25, 0.071), (0.289, 0.037, -0.29)]
    cell = [5.44, 7.64, 5.38, 90, 90, 90]
    atoms = spacegroup(["Ca", "Ti", "O", "O"], sites, spacegroup=62, cellpar=cell)
    assert_group(parent(crystals.from_atoms(atoms), "anions"))


def fractions(crystal, found):
    to_parent = np.linalg.inv(crystal.atoms.cell[:]) @ np.linalg.inv(found.basis)
    return crystal.primitive_atoms.positions @ to_parent


def test_ideal_sites_are_those_of_the_parent(zoo):
    """The operations map them onto each other exactly, and atoms are within the tolerance."""
    for crystal, what, found in both_kinds(zoo):
        atoms = fractions(crystal, found)
        sites = found.ideal(atoms)
        assert np.linalg.norm((sites - atoms) @ found.cell, axis=1).max() < found.tolerance
        # interstices of an anion lattice are not all filled
        anions = np.array([s in NONMETALS for s in crystal.primitive_atoms.symbols])
        kept = sites[anions] if what == "anions" else sites
        for rotation, translation in zip(found.rotations, found.translations, strict=True):
            gap = (kept @ rotation.T + translation)[:, None] - kept[None]
            assert np.abs(gap - np.rint(gap)).max(axis=2).min(axis=1).max() < 1e-9


def test_atoms_already_on_their_sites_stay(zoo):
    for name in ("NaCl", "SrTiO3", "Ni3Al", "NiAl", "Cu"):
        found = parent(zoo[name])
        atoms = fractions(zoo[name], found)
        assert found.ideal(atoms) == pytest.approx(atoms, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "kept", "symbol"),
    [
        ("LiCoO2", "sites", "Fm-3m"),
        ("LiMn2O4", "sites", "Fd-3m"),
        ("LiMn2O4", "anions", "Fm-3m"),
        ("LiNi0.5Mn1.5O4", "sites", "Fd-3m"),
        ("LiNi0.5Mn1.5O4", "anions", "Fm-3m"),
        ("LiCoO2_spinel", "sites", "Fm-3m"),
        ("CuInSe2", "sites", "F-43m"),
        ("CuInSe2", "anions", "Fm-3m"),
        ("SiO2", "sites", "P6_222"),
        ("ZnO", "sites", "P6_3/mmc"),
        ("BaTiO3", "sites", "Pm-3m"),
        ("NiAl", "sites", "Im-3m"),
        ("Ni3Al", "sites", "Fm-3m"),
    ],
)
def test_parents_have_the_groups_of_textbooks(zoo, name, kept, symbol):
    assert parent(zoo[name], kept).symbol == symbol


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


@pytest.mark.parametrize("kept", ["site", None, True, "LiCoO2"])
def test_what_a_parent_does_not_keep_is_refused(lco, kept):
    for find in (parent, domains.variants):
        with pytest.raises(DelithError, match="a parent keeps sites or anions"):
            find(lco, kept)


def test_translations_are_a_group_however_the_atoms_are_displaced():
    """Where one of them just misses the tolerance 1/2 is not taken for 3/10."""
    sites = [(0, 0.5, 0), (0, 0, 0.5), (0, 0.6606, 0.5), (0, 0.1671, 0)]
    sites += [(0.2189, 0, 0.2273), (0.2540, 0.3212, 0.2233)]
    cell = [4.937, 8.532, 5.030, 90, 109.46, 90]
    atoms = spacegroup(["Li", "Li", "Li", "Mn", "O", "O"], sites, spacegroup=12, cellpar=cell)
    for seed in (105, 108):
        noise = np.random.default_rng(seed).normal(scale=0.08, size=(len(atoms), 3))
        moved = atoms.copy()
        moved.positions += noise
        lost = parent(crystals.from_atoms(moved)).lost_translations
        group = np.vstack([np.zeros((1, 3)), lost])
        sums = (group[:, None] + group[None])[:, :, None] - group
        assert (np.abs(sums - np.rint(sums)).max(axis=-1).min(axis=-1) < 1e-6).all()
