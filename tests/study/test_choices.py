"""What a study chooses: a boundary at one position of its plane, or at each where it differs."""

import warnings

import pytest

from delith import boundaries
from delith.errors import DelithError, DelithWarning
from delith.study.choices import choose

ANTIPHASE = {"kind": "antiphase", "plane": (1, 1, 0), "vector": (0.5, 0.5, 0)}
INVERSION = {"kind": "inversion", "plane": (1, 0, 0)}
#: Wherever it is cut it is the same: the screw axis along its normal takes each cut to the next.
ALIKE = {"kind": "antiphase", "plane": (1, 0, 0), "vector": (0, 0.5, 0.5)}


@pytest.fixture(scope="module")
def lnmo(zoo):
    return zoo["LiNi0.5Mn1.5O4"]


def labels(lnmo, **given) -> list[str]:
    return [b.label for b in choose(**given).build_each(lnmo, 8.0, (1, 1))]


@pytest.mark.parametrize("given", [ANTIPHASE, INVERSION, ALIKE])
def test_at_all_positions_are_the_boundaries_that_the_catalogue_has(lnmo, given):
    every = boundaries.catalogue(lnmo, [given["plane"]], separation=8.0)
    first, *_ = found = labels(lnmo, **given, position="all")
    assert found == [b.label for b in every if b.label.startswith(first)]
    assert len(found) == (1 if given is ALIKE else 2)


@pytest.mark.parametrize("given", [ANTIPHASE, INVERSION])
def test_where_none_is_chosen_and_others_differ_that_is_said(lnmo, given):
    first, other = labels(lnmo, **given, position="all")
    with pytest.warns(DelithWarning, match="position: all") as told:
        assert labels(lnmo, **given) == [first]
    assert other in str(told[0].message)


@pytest.mark.parametrize("given", [ANTIPHASE | {"position": 0}, INVERSION | {"position": 2}, ALIKE])
def test_one_that_is_chosen_or_alone_is_built_without_a_word(lnmo, given):
    with warnings.catch_warnings(action="error"):
        (label,) = labels(lnmo, **given)
    assert label == choose(**given).build(lnmo, 8.0, (1, 1)).label


@pytest.mark.parametrize("chosen", [{}, {"position": "all"}])
def test_positions_at_which_atoms_would_come_too_close_are_none(zoo, chosen):
    """ZnO inverted in its oxygen lattice: two of four cuts go through oxygen."""
    inverted = choose(kind="domain", plane=(0, 0, 1), variant=1, parent="anions", **chosen)
    with warnings.catch_warnings(action="error"):
        (only,) = inverted.build_each(zoo["ZnO"], 12.0, (1, 1))
    assert only.positions == 4


@pytest.mark.parametrize("position", [-1, 1.5, "some"])
def test_a_position_is_a_number_or_all(position):
    with pytest.raises(DelithError, match="position"):
        choose(**ANTIPHASE, position=position)
