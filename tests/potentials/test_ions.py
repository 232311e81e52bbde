"""Which ions are oxidised as lithium leaves: as many as there are electrons to give."""

import numpy as np
import pytest
from ase.build import bulk, make_supercell
from hypothesis import given, settings
from hypothesis import strategies as st

from delith import crystals
from delith.potentials.ions import nominal_states

LCO = make_supercell(crystals.load("LiCoO2").primitive_atoms, np.diag([2, 2, 1]))
LITHIUM = np.flatnonzero(LCO.symbols == "Li")


@settings(max_examples=20, deadline=None)
@given(st.sets(st.sampled_from(list(LITHIUM))))
def test_states_are_whole_and_charges_cancel(missing):
    atoms = LCO.copy()
    del atoms[list(missing)]
    states = nominal_states(atoms)
    assert states == pytest.approx(np.rint(states))
    assert states.sum() == pytest.approx(0)
    assert (states[atoms.symbols == "Co"] == 4).sum() == len(missing)


def test_the_ion_without_lithium_neighbours_is_oxidised():
    """Lithium on one side of a row of cells only: cobalt far from it gives the electron."""
    atoms = crystals.load("LiCoO2").primitive_atoms.repeat((6, 1, 1))
    lithium = np.flatnonzero(atoms.symbols == "Li")
    del atoms[lithium[:1]]
    states = nominal_states(atoms)
    (oxidised,) = np.flatnonzero(states == 4)
    left = np.flatnonzero(atoms.symbols == "Li")
    cobalt = np.flatnonzero(atoms.symbols == "Co")
    near = [np.sum(1 / atoms.get_distances(k, left, mic=True)) for k in cobalt]
    # both ends of the row are as far: which of them a machine takes is its rounding
    farthest = cobalt[np.isclose(near, min(near))]
    assert len(farthest) == 2
    assert oxidised in farthest


def test_metals_of_one_state_keep_it():
    atoms = crystals.load("LiNi0.5Mn1.5O4").atoms
    states = nominal_states(atoms)
    assert set(states[atoms.symbols == "Ni"]) == {2}
    assert set(states[atoms.symbols == "Mn"]) == {4}


def test_an_element_has_no_ions():
    assert not nominal_states(bulk("Li", cubic=True)).any()
