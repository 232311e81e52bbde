"""Integer algebra is exact, and plane cells are what they say they are."""

from itertools import combinations
from math import gcd

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from delith.crystals.lattice import completed_basis, lattice_basis, plane_cell, primitive_indices

RELAXED = settings(max_examples=60, deadline=None)

indices = st.tuples(*[st.integers(-7, 7)] * 3).filter(any).map(lambda p: primitive_indices(p))
#: Cells from lengths and a lower triangle that leans: triclinic, not reduced.
cells = st.builds(
    lambda lengths, leans: np.array(
        [[lengths[0], 0, 0], [leans[0], lengths[1], 0], [leans[1], leans[2], lengths[2]]]
    ),
    st.tuples(*[st.floats(2, 8)] * 3),
    st.tuples(*[st.floats(-8, 8)] * 3),
)


def determinant(rows):
    return round(float(np.linalg.det(rows)))


@given(st.lists(st.tuples(*[st.integers(-9, 9)] * 3), min_size=3, max_size=5))
@RELAXED
def test_basis_spans_the_lattice_of_its_generators(generators):
    """The generators are whole combinations of the basis, and both lattices have one volume."""
    volumes = [determinant(rows) for rows in combinations(generators, 3)]
    assume(any(volumes))
    basis = lattice_basis(generators)
    steps = np.array(generators) @ np.linalg.inv(basis)
    assert np.allclose(steps, np.rint(steps), atol=1e-9)
    assert abs(determinant(basis)) == gcd(*volumes)


@pytest.mark.parametrize(
    ("generators", "rank"),
    [([[2, 4, 6], [3, 6, 9]], 1), ([[0, 0, 0], [0, 5, 0]], 1), ([[1, 1, 0], [1, -1, 0]], 2)],
)
def test_basis_drops_dependent_generators(generators, rank):
    assert lattice_basis(generators).shape == (rank, 3)


def test_common_divisors_leave_miller_indices():
    assert primitive_indices((2, 0, 8)).tolist() == [1, 0, 4]
    assert primitive_indices((0, 0, -3)).tolist() == [0, 0, -1]


@given(indices)
@RELAXED
def test_completed_basis_is_unimodular_and_stands_on_the_plane(normal):
    basis = completed_basis(normal)
    assert abs(determinant(basis)) == 1
    assert (basis @ normal).tolist() == [0, 0, 1]


@given(cells, indices)
@RELAXED
def test_plane_cell_is_a_primitive_cell_of_the_same_lattice(lattice, normal):
    cell = plane_cell(lattice, normal)
    steps = cell.vectors @ cell.rotation @ np.linalg.inv(lattice)
    assert np.allclose(steps, np.rint(steps), atol=1e-6)
    assert abs(determinant(steps)) == 1
    assert np.linalg.det(cell.vectors) > 0
    assert np.allclose(cell.rotation @ cell.rotation.T, np.eye(3))
    assert np.linalg.det(cell.rotation) > 0


@given(cells, indices)
@RELAXED
def test_plane_cell_lies_in_the_plane_and_is_reduced(lattice, normal):
    a, b, t = plane_cell(lattice, normal).vectors
    assert a[1] == a[2] == b[2] == 0
    assert np.linalg.norm(a) <= np.linalg.norm(b) * (1 + 1e-6)
    assert abs(a @ b) <= a @ a * (0.5 + 1e-6)
    reciprocal = np.linalg.inv(lattice) @ normal
    assert t[2] == pytest.approx(1 / np.linalg.norm(reciprocal))


@given(cells, indices, st.tuples(*[st.floats(-30, 30)] * 3))
@RELAXED
def test_nearest_to_normal_moves_by_a_lattice_vector_and_none_is_nearer(lattice, normal, vector):
    cell = plane_cell(lattice, normal)
    moved = cell.nearest_to_normal(np.array(vector))
    steps = (np.array(vector) - moved) @ cell.inverse
    assert np.allclose(steps, np.rint(steps), atol=1e-6)
    assert moved[2] == vector[2]
    a, b = cell.vectors[:2, :2]
    around = [moved[:2] + i * a + j * b for i in (-1, 0, 1) for j in (-1, 0, 1)]
    assert np.linalg.norm(moved[:2]) <= min(map(np.linalg.norm, around)) + 1e-6
