"""Exact statements about boundary energies, through a real potential and real relaxations.

Tolerances are 1 mJ/m², as of the statements themselves.
"""

import pytest

import delith as dl
from delith.energetics import EV_PER_A2

pytestmark = pytest.mark.slow
TIGHT = {"fmax": 0.01, "smax": 0.01}


@pytest.fixture(scope="module")
def potential():
    return dl.potentials.load()


def gamma(boundary, potential):
    """γ at full lithium, J/m², by the definition."""
    bulk = dl.boundaries.bulk(boundary)
    reference = dl.relax(bulk.atoms, potential, cell="full", **TIGHT)
    start = dl.boundaries.matched(boundary, reference.atoms.cell)
    # another seed, so that agreement is not that of identical steps
    relaxed = dl.relax(start, potential, seed=1, **TIGHT)
    assert reference.usable, reference.problem
    assert relaxed.usable, relaxed.problem
    area = boundary.count * dl.boundaries.area(relaxed.atoms)
    return (relaxed.energy - reference.energy) / area * EV_PER_A2


def test_displacement_by_a_lattice_vector_costs_nothing(lco, potential):
    null = dl.boundaries.antiphase(lco, (1, 0, 4), vector=(1, 0, 0), separation=6)
    assert null.kind == "null"
    assert gamma(null, potential) == pytest.approx(0, abs=1e-3)


def test_mirror_that_the_crystal_has_itself_costs_nothing(lco, potential):
    null = dl.boundaries.twin(lco, (1, 1, 0), separation=4)
    assert null.kind == "null"
    assert gamma(null, potential) == pytest.approx(0, abs=1e-3)


def test_doubling_the_plane_changes_nothing(lco, potential):
    single = dl.boundaries.twin(lco, (1, 0, 4), separation=4)
    double = dl.boundaries.twin(lco, (1, 0, 4), separation=4, repeat=(2, 1))
    assert gamma(double, potential) == pytest.approx(gamma(single, potential), abs=1e-3)


def test_equivalent_vectors_make_the_same_boundary(lco, potential):
    """(0, 0, 1/2) and (1/3, 2/3, 1/6) differ by a lattice vector."""
    first = dl.boundaries.antiphase(lco, (1, 0, 4), vector=(0, 0, 0.5), separation=4)
    second = dl.boundaries.antiphase(lco, (1, 0, 4), vector=(1 / 3, 2 / 3, 1 / 6), separation=4)
    assert gamma(first, potential) == pytest.approx(gamma(second, potential), abs=1e-3)


def test_centring_vector_of_a_spinel_costs_nothing(potential):
    spinel = dl.crystals.load("LiCoO2_spinel")
    null = dl.boundaries.antiphase(spinel, (1, 0, 0), vector=(0, 0.5, 0.5), separation=4)
    assert null.kind == "null"
    assert gamma(null, potential) == pytest.approx(0, abs=1e-3)


def test_crystal_beside_its_own_variant_costs_nothing(lco, potential):
    itself = dl.domains.variants(lco)[0]
    null = dl.boundaries.between(lco, itself, (1, 0, 4), separation=4)
    assert null.kind == "null"
    assert gamma(null, potential) == pytest.approx(0, abs=1e-3)


def test_layered_antiphase_boundaries_are_dear_and_those_of_ordered_spinel_cheap(lco, potential):
    """Li and Co layers meet in the one, only Ni and Mn change places in the other."""
    lnmo = dl.crystals.load("LiNi0.5Mn1.5O4")
    dear = dl.boundaries.antiphase(lco, (1, 0, 4), separation=8)
    cheap = dl.boundaries.antiphase(lnmo, (1, 0, 0), vector=(0, 0.5, 0.5), separation=8)
    assert gamma(dear, potential) > 2 * gamma(cheap, potential) > 0
