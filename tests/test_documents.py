"""Files that users write are read as they are, or refused with what is wrong in them."""

import pytest

from delith import documents
from delith.errors import DelithError
from delith.study import Study


def told(tmp_path, text: str) -> str:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DelithError) as caught:
        documents.read(path, Study, "study")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("crystal: LiCoO2\nseed: 1\nseed: 2\n", "seed"),
        ("crystal: LiCoO2\nrelax: {fmax: 0.1, steps: 3, fmax: 0.01}\n", "fmax"),
        ("crystal: LiCoO2\nboundaries:\n- {kind: twin, plane: [1, 0, 4], kind: twin}\n", "kind"),
    ],
)
def test_a_key_that_is_there_twice_is_refused(tmp_path, text, twice):
    """YAML itself takes the last, and says nothing of the first."""
    said = told(tmp_path, text)
    assert f"{twice} is there 2 times" in said
    assert "file.yaml" in said
    assert "line" in said


def test_values_may_be_given_once_for_several_places(tmp_path):
    """What YAML merges into a mapping is not there twice."""
    path = tmp_path / "file.yaml"
    path.write_text(
        "crystal: LiCoO2\n"
        "boundaries: [{kind: twin, plane: [1, 0, 4]}]\n"
        "relax: &how {fmax: 0.1, steps: 30}\n"
        "bulk: {<<: *how, fmax: 0.01}\n"
    )
    read = documents.read(path, Study, "study")
    assert (read.relax.fmax, read.bulk.fmax, read.bulk.steps) == (0.1, 0.01, 30)
