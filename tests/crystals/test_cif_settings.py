"""A space group that a CIF names is taken in the setting that it names, or refused."""

import pytest
from ase.spacegroup.spacegroup import parse_sitesym

from delith import crystals
from delith.crystals.cif_settings import operators
from delith.errors import DelithError

HEXAGONAL = (2.816, 2.816, 14.05, 90, 90, 120)
RHOMBOHEDRAL = (4.957, 4.957, 4.957, 33, 33, 33)
CUBIC = (8.247, 8.247, 8.247, 90, 90, 90)
ORTHORHOMBIC = (6.01, 10.332, 4.692, 90, 90, 90)
MONOCLINIC = (5, 6, 7, 90, 110, 90)
CELL = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")

LAYERED = "Co1 Co3+ 0 0 0 1\nLi1 Li1+ 0 0 .5 1\nO1 O2- 0 0 .2605 1\n"
LAYERED_RHOMBOHEDRAL = "Co1 Co3+ 0 0 0 1\nLi1 Li1+ .5 .5 .5 1\nO1 O2- .2605 .2605 .2605 1\n"
SPINEL = "Li1 Li 0 0 0 1\nMn1 Mn .625 .625 .625 1\nO1 O .3882 .3882 .3882 1\n"
SPINEL_AT_CENTRE = "Li1 Li .125 .125 .125 1\nMn1 Mn .5 .5 .5 1\nO1 O .2632 .2632 .2632 1\n"
OLIVINE = (
    "Li Li 0 0 0 1\nFe Fe .25 .2822 .9747 1\nP P .25 .0948 .4182 1\nO1 O .25 .0968 .7428 1\n"
    "O2 O .25 .4571 .206 1\nO3 O .0465 .1656 .2848 1\n"
)


def tags(cell=HEXAGONAL, **group):
    keys = {
        "hall": "_space_group_name_hall",
        "name": "_symmetry_space_group_name_h-m",
        "number": "_symmetry_int_tables_number",
    }
    lengths = {f"_cell_{key}": value for key, value in zip(CELL, cell, strict=True)}
    return lengths | {keys[key]: value for key, value in group.items()}


def cif(folder, cell, sites, **group):
    path = folder / "mine.cif"
    columns = ("label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy")
    lines = ["data_mine"]
    lines += [f"{key} '{value}'" for key, value in tags(cell, **group).items() if value]
    lines += ["loop_", *(f"_atom_site_{column}" for column in columns)]
    path.write_text("\n".join(lines).replace("_h-m", "_H-M") + "\n" + sites)
    return path


@pytest.mark.parametrize(
    ("group", "cell", "sites", "symbol", "formula"),
    [
        ({"name": "R -3 m H"}, HEXAGONAL, LAYERED, "R-3m", "Co3Li3O6"),
        ({"name": "R -3 m:H"}, HEXAGONAL, LAYERED, "R-3m", "Co3Li3O6"),
        ({"name": "R -3 m"}, HEXAGONAL, LAYERED, "R-3m", "Co3Li3O6"),
        ({"hall": '-R 3 2"'}, HEXAGONAL, LAYERED, "R-3m", "Co3Li3O6"),
        ({"number": 166}, HEXAGONAL, LAYERED, "R-3m", "Co3Li3O6"),
        ({"name": "R -3 m :R"}, RHOMBOHEDRAL, LAYERED_RHOMBOHEDRAL, "R-3m", "Co3Li3O6"),
        ({"name": "R -3 m"}, RHOMBOHEDRAL, LAYERED_RHOMBOHEDRAL, "R-3m", "Co3Li3O6"),
        ({"name": "F d -3 m S"}, CUBIC, SPINEL, "Fd-3m", "Li8Mn16O32"),
        ({"name": "F d -3 m :1"}, CUBIC, SPINEL, "Fd-3m", "Li8Mn16O32"),
        ({"name": "F d -3 m Z"}, CUBIC, SPINEL_AT_CENTRE, "Fd-3m", "Li8Mn16O32"),
        ({"name": "F d -3 m :2"}, CUBIC, SPINEL_AT_CENTRE, "Fd-3m", "Li8Mn16O32"),
        ({"name": "P m n b", "number": 62}, ORTHORHOMBIC, OLIVINE, "Pnma", "Fe4Li4O16P4"),
    ],
)
def test_named_settings_need_no_operators(tmp_path, group, cell, sites, symbol, formula):
    crystal = crystals.load(cif(tmp_path, cell, sites, **group))
    assert crystal.symbol == symbol
    assert crystal.atoms.get_chemical_formula() == formula
    assert crystal.shortest_distance > 1.5


def test_ions_of_two_valences_in_a_named_setting_are_read_in_it(tmp_path):
    mixed = "Mn1 Mn3+ .625 .625 .625 .5\nMn2 Mn4+ .625 .625 .625 .5\n"
    sites = SPINEL.replace("Mn1 Mn .625 .625 .625 1\n", mixed)
    crystal = crystals.load(cif(tmp_path, CUBIC, sites, name="F d -3 m S"))
    assert crystal.symbol == "Fd-3m"
    assert crystal.atoms.get_chemical_formula() == "Li8Mn16O32"


@pytest.mark.parametrize(
    "group",
    [
        {"name": "R -3 m Q"},
        {"name": "P n m a", "number": 166},
        {"name": "F d -3 m"},
        {"hall": "-R 3 2 (x+1/8,y,z)", "name": "R -3 m"},
    ],
    ids=["unknown", "of another number", "of another cell", "unknown Hall symbol"],
)
def test_names_that_mean_nothing_here_are_refused(tmp_path, group):
    with pytest.raises(DelithError, match=r"mine.cif: no setting .* operators into the file"):
        crystals.load(cif(tmp_path, HEXAGONAL, LAYERED, **group))


def test_listed_operators_go_before_names():
    listed = ["x,y,z", "-x,-y,-z"]
    told = tags(name="R -3 m H") | {"_symmetry_equiv_pos_as_xyz": listed}
    assert operators(told) == listed
    assert operators(tags(name="?", number=".")) == ["x,y,z"]


@pytest.mark.parametrize(
    ("name", "cell", "glide"),
    [
        ("P 21/c", MONOCLINIC, "x,-y+1/2,z+1/2"),
        ("P 1 21/n 1", MONOCLINIC, "x+1/2,-y+1/2,z+1/2"),
        ("P2_1/a", MONOCLINIC, "x+1/2,-y+1/2,z"),
        ("P 21/a", (5, 6, 7, 90, 90, 110), "x+1/2,y,-z+1/2"),
        ("C m c a", ORTHORHOMBIC, "x+1/2,-y,z+1/2"),
    ],
)
def test_names_without_an_axis_follow_the_cell(name, cell, glide):
    rotations, shifts = parse_sitesym([glide])
    found = zip(*parse_sitesym(operators(tags(cell, name=name))), strict=True)
    assert any((r == rotations[0]).all() and (t == shifts[0]).all() for r, t in found)


def test_a_screw_axis_of_a_hall_symbol_is_not_two_axes():
    assert len(operators(tags(hall="P 32"))) == 3
    assert len(operators(tags(hall="P 3 2"))) == 6
