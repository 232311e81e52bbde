"""Words in: what a command line says is what is built."""

import pytest

from delith import boundaries, domains, scenes
from delith.commands import arguments
from delith.errors import DelithError


def words(**changes):
    usual = {
        "kind": "twin",
        "crystal": "LiCoO2",
        "plane": "1 0 4",
        "separation": 8.0,
        "repeat": "1 1",
    }
    return usual | changes


@pytest.fixture(scope="module")
def twin(lco):
    return boundaries.twin(lco, (1, 0, 4), separation=8.0)


def test_words_build_the_twin_they_name(twin):
    for plane, repeat in [("1 0 4", "1 1"), ("1,0,4", "1,1")]:
        built = arguments.build(**words(plane=plane, repeat=repeat))
        assert built.label == twin.label
        assert built.atoms.positions == pytest.approx(twin.atoms.positions)


def test_words_build_the_antiphase_boundary_they_name(lco):
    built = arguments.build(**words(kind="antiphase", vector="0 0 0.5", repeat="2 1"))
    expected = boundaries.antiphase(lco, (1, 0, 4), (0, 0, 0.5), 8.0, (2, 1))
    assert built.atoms.positions == pytest.approx(expected.atoms.positions)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "twist"}, "kind: Input should be 'twin', 'antiphase'"),
        ({"vector": "0 0 0.5"}, "only an antiphase boundary takes a vector"),
        ({"plane": "104"}, "plane must be 3 whole numbers"),
        ({"plane": "1 0 four"}, "plane must be 3 whole numbers"),
        ({"plane": "1 0 0.5"}, "plane must be 3 whole numbers"),
        ({"repeat": "2"}, "repeat must be 2 whole numbers"),
        ({"repeat": "0 1"}, "at least 1"),
        ({"parent": "anions"}, "only a domain takes a parent"),
        ({"kind": "domain", "variant": 8}, "has 8 variants.* no variant 8"),
        ({"kind": "antiphase", "vector": "0 0 1/0"}, "vector must be 3 numbers"),
        ({"kind": "antiphase", "vector": "0 0"}, "vector must be 3 numbers"),
        ({"crystal": "LiCoO3"}, "no crystal 'LiCoO3'"),
    ],
)
def test_words_that_name_no_boundary_are_refused(changes, message):
    with pytest.raises(DelithError, match=message):
        arguments.build(**words(**changes))


def test_vectors_may_be_written_as_they_are_printed(lco):
    made = [arguments.build(**words(kind="antiphase", vector=v)) for v in ("0 0 1/2", "0 0 0.5")]
    assert made[0].atoms == made[1].atoms


def test_a_domain_may_be_one_on_the_anion_lattice():
    spinel = words(kind="domain", crystal="LiNi0.5Mn1.5O4", plane="1 0 0", variant=9)
    built = arguments.build(**spinel, parent="anions")
    variant = domains.variants(built.crystal, "anions")[9]
    assert built.operation == variant.operation
    assert built.atoms == boundaries.between(built.crystal, variant, (1, 0, 0), 8.0).atoms


def test_elements_make_an_interface():
    spinel = words(kind="interface", crystal="LiNi0.5Mn1.5O4", plane="1 0 0")
    built = arguments.build(**spinel, elements="Ni, Mn")
    assert built.kind == "interface"
    with pytest.raises(DelithError, match="interface has one position"):
        arguments.build(**spinel, elements="Ni Mn", position=1)


def test_words_build_the_scene_they_name(lco):
    size = (24, 16.5, 8)
    built = arguments.scene(lco, "24 16.5 8", "5", None, 3)
    assert built == scenes.build(lco, size, scenes.voronoi(5, 3))
    built = arguments.scene(lco, "24,16.5,8", "2 1", "0 4", 0)
    assert built == scenes.build(lco, size, scenes.checkerboard((2, 1)), [0, 4])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": "100"}, "size must be 3 numbers"),
        ({"size": "1 0 1"}, "size must be three lengths"),
        ({"columns": "2 2 2"}, "columns must be 1 or 2 whole numbers"),
        ({"columns": "0"}, "at least 1"),
        ({"columns": "2.5"}, "columns must be 1 or 2 whole numbers"),
        ({"variants": ""}, "variants must be whole numbers"),
        ({"variants": "0 9"}, "the domain variants 0 to 7"),
    ],
)
def test_words_that_name_no_scene_are_refused(lco, changes, message):
    usual = {"crystal": lco, "size": "9 9 9", "columns": "4", "variants": None, "seed": 0}
    with pytest.raises(DelithError, match=message):
        arguments.scene(**usual | changes)
