"""Contents of a study: what is refused, and that what is offered instead can be had."""

import re

import pytest

from delith.errors import DelithError
from delith.study.choices import BoundaryChoice
from delith.study.planning import plan

BASAL = BoundaryChoice(kind="antiphase", plane=(0, 0, 3))


def test_a_content_that_one_cell_cannot_have_is_refused_with_those_that_all_can(quick):
    """Bulk and boundary on (003) hold 2 formula units, on (104) 4: the second has quarters."""
    study = quick.model_copy(
        update={"boundaries": [*quick.boundaries, BASAL], "lithium": [1.0, 0.75]}
    )
    with pytest.raises(
        DelithError, match=r"bulk for \(003\): Li content 0\.75 would be"
    ) as refused:
        plan(study)
    offered = re.search(r"can have (\S+) or (\S+), or 0\.75 if repeat", str(refused.value))
    assert offered
    contents = sorted(map(float, offered.groups()), reverse=True)
    assert {
        g.host.label for g in plan(study.model_copy(update={"lithium": contents})).boundary
    } == {
        "twin (104)",
        "antiphase (003)",
    }
