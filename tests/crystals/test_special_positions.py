"""Rounded coordinates give as many atoms as the exact ones, and in the same places."""

import numpy as np
import pytest
from ase.geometry import cellpar_to_cell

from delith import crystals
from delith.crystals.cif_settings import operators
from delith.crystals.special_positions import ROUNDING, settled
from delith.errors import DelithError

CELL = cellpar_to_cell([2.833, 2.833, 10.88, 90, 90, 120])
SODIUM = """\
data_P2
_symmetry_space_group_name_H-M 'P 63/m m c'
_cell_length_a 2.833
_cell_length_b 2.833
_cell_length_c 10.88
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Co Co 0 0 0 1
Na Na {0} {1} .75 1
O O {0} {1} .0908 1
"""


def load(folder, text):
    (folder / "P2.cif").write_text(text)
    return crystals.load(folder / "P2.cif")


@pytest.mark.parametrize("thirds", [(".333", ".667"), (".3333", ".6666"), (".333", ".6667")])
def test_thirds_of_a_few_digits_are_thirds(tmp_path, thirds):
    exact = load(tmp_path, SODIUM.format(1 / 3, 2 / 3))
    rounded = load(tmp_path, SODIUM.format(*thirds))
    assert rounded.symbol == exact.symbol == "P6_3/mmc"
    assert rounded.atoms.get_chemical_formula() == "Co2Na2O4"
    assert rounded.shortest_distance == pytest.approx(exact.shortest_distance, abs=1e-6)


def test_ions_of_two_valences_on_rounded_thirds_are_one_atom(tmp_path):
    mixed = SODIUM.format(".333", ".667").replace(".75 1\n", ".75 .5\nNa2 Na1+ .333 .667 .75 .5\n")
    assert load(tmp_path, mixed).atoms.get_chemical_formula() == "Co2Na2O4"


@pytest.mark.parametrize("again", [".333 .667 .75", ".3333 .6667 .745"])
def test_sites_that_a_file_lists_twice_stay_two(tmp_path, again):
    with pytest.raises(DelithError, match="remove the duplicate"):
        load(tmp_path, SODIUM.format(".3333", ".6667") + f"Na2 Na {again} 1\n")


def test_all_atoms_of_a_cell_listed_beside_operators_are_one_each(tmp_path):
    whole = "Co2 Co 0 0 .5 1\nNa2 Na .667 .333 .25 1\nO2 O .333 .667 .4092 1\n"
    found = load(tmp_path, SODIUM.format(".333", ".667") + whole)
    assert found.atoms.get_chemical_formula() == "Co2Na2O4"


def test_coordinates_that_are_no_numbers_are_refused(tmp_path):
    with pytest.raises(DelithError, match=r"cannot read a structure from .*P2.cif"):
        load(tmp_path, SODIUM.format("?", ".667"))


def test_sites_go_onto_their_special_position_and_no_others_move():
    group = operators({"_space_group_name_hall": "-P 3 2"} | _tags())
    sites = np.array([[0.333, 0.667, 0.2], [0.001, -0.001, 0.0], [0.31, 0.62, 0.1]])
    exact = np.array([[1 / 3, 2 / 3, 0.2], [0, 0, 0], [0.31, 0.62, 0.1]])
    assert settled(sites, group, CELL) == pytest.approx(exact, abs=1e-9)


def test_a_site_further_from_a_mirror_than_rounding_takes_it_stays():
    mirror = ["x,y,z", "x,y,-z"]
    off = np.array([[0.2, 0.3, 0.6 * ROUNDING / 10.88]])
    assert settled(off, mirror, CELL) == pytest.approx(off)
    assert settled(off / 2, mirror, CELL)[0, 2] == pytest.approx(0)


def _tags():
    keys = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
    return dict(zip((f"_cell_{k}" for k in keys), (2.833, 2.833, 10.88, 90, 90, 120), strict=True))
