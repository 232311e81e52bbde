"""Files as databases and users have them: whole atoms, or an error that says why not."""

import re

import pytest

from delith import crystals
from delith.errors import DelithError

SITES = """\
data_one
{more}_cell_length_a 4
_cell_length_b 4
_cell_length_c 4
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'P 1'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
"""
OXIDE = "Li1 Li1+ 0 0 0 1\nMn1 Mn3+ .5 .5 .5 {}\nO1 O2- .5 .5 0 1\nO2 O2- .5 0 .5 1\n"


def cif(folder, sites, more=""):
    path = folder / "mine.cif"
    path.write_text(SITES.format(more=more) + sites)
    return path


@pytest.mark.parametrize(
    "sites",
    [
        OXIDE.format("?"),
        OXIDE.format("."),
        # as the ICSD has mixed valence
        OXIDE.format(0.5).replace("O1", "Mn2 Mn4+ .5 .5 .5 .5\nO1"),
    ],
    ids=["unknown", "not given", "two valences"],
)
def test_sites_that_are_full_in_other_words_are_full(tmp_path, sites):
    found = crystals.load(cif(tmp_path, sites)).atoms
    assert found.get_chemical_formula() == "LiMnO2"


def test_two_atoms_on_one_site_are_refused(tmp_path):
    twice = OXIDE.format(1) + "Ni1 Ni2+ .5 .5 .5 1\n"
    with pytest.raises(DelithError, match=r"mine.cif: site .* holds .*Ni"):
        crystals.load(cif(tmp_path, twice))


def test_a_file_of_several_structures_is_refused(tmp_path):
    path = cif(tmp_path, OXIDE.format(1))
    path.write_text(path.read_text() + path.read_text().replace("data_one", "data_two"))
    with pytest.raises(DelithError, match="holds 2 structures"):
        crystals.load(path)


def test_a_file_that_says_it_is_something_else_is_refused(tmp_path):
    """As where a setting of the space group was not understood."""
    stated = "_chemical_formula_sum 'Li2 Mn O3'\n"
    with pytest.raises(DelithError, match=r"says that it is Li2MnO3, but its sites make LiMnO2"):
        crystals.load(cif(tmp_path, OXIDE.format(1), stated))
    nearly = "_chemical_formula_sum 'Li0.98 Mn O2'\n"
    crystals.load(cif(tmp_path, OXIDE.format(1), nearly))


def test_what_is_no_element_is_an_error(tmp_path):
    for name in ("M3+", "Va", "X"):
        sites = OXIDE.format(1).replace("Mn1 Mn3+", f"M1 {name}")
        with pytest.raises(DelithError, match=rf"mine.cif: site of type '{re.escape(name)}'"):
            crystals.load(cif(tmp_path, sites))


def test_a_file_that_only_pymatgen_can_parse_lists_its_operators(tmp_path):
    """Of a name that it does not know, pymatgen makes P 1."""
    stray = cif(tmp_path, OXIDE.format(1), "stray words\n")
    with pytest.raises(DelithError, match="lists no symmetry operators"):
        crystals.load(stray)
    listed = stray.read_text().replace("loop_", "_symmetry_equiv_pos_as_xyz 'x,y,z'\nloop_")
    stray.write_text(listed)
    assert crystals.load(stray).atoms.get_chemical_formula() == "LiMnO2"


def test_an_atom_listed_twice_is_refused(tmp_path):
    with pytest.raises(DelithError, match=r"mine.cif: sites 3 and 4 .* remove the duplicate"):
        crystals.load(cif(tmp_path, OXIDE.format(1) + "O3 O2- .5 0 .5 1\n"))
