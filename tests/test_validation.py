"""The anchors: the half-filled layer is sampled whole, and both CHGNet models meet every demand."""

import numpy as np
import pytest

from delith import crystals, validation


def test_half_filled_layers_are_all_there(lco):
    layers = validation._half_filled(lco)
    assert sum(weight for _, weight in layers) == 70, "four of eight sites"
    assert {atoms.get_chemical_formula("hill") for atoms, _ in layers} == {"Co8Li4O16"}
    in_lines = [weight for atoms, weight in layers if validation._in_lines(atoms)]
    assert in_lines, "rows and zigzags are among them"
    assert len(in_lines) < len(layers)


def test_layer_repeat_is_c_of_the_crystal(lco):
    primitive = lco.primitive_atoms
    # the layer plane must be spanned by the first two vectors
    primitive.set_cell(lco.atoms.cell[:] @ np.diag([1, 1, 1 / 3]))
    assert validation._layer_repeat(primitive) == pytest.approx(14.052)


@pytest.mark.slow
@pytest.mark.parametrize("potential", ["chgnet-r2scan", "chgnet"])
def test_bulk_anchors_are_met(potential):
    table = validation.anchors([potential])
    assert len(table) == 5
    missed = table[~table["met"]]
    assert missed.empty, missed.to_string()


def test_shipped_lithium_is_the_reference_metal():
    lithium = crystals.load("Li")
    assert (lithium.number, len(lithium.atoms), lithium.mobile) == (229, 2, None)
