"""Names with wildcards: what they match, and what is no pattern."""

import pytest

from delith.wildcards import matching


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("one.xyz", ["one.xyz"]),
        ("*.xyz", ["[a] cell.xyz", "one.xyz"]),
        ("[a] cell.xyz", ["[a] cell.xyz"]),
        ("*/deep.xyz", ["folder/deep.xyz"]),
        ("**.xyz", ["[a] cell.xyz", "one.xyz"]),
        ("none*.xyz", []),
    ],
)
def test_files_are_found_by_any_part_of_their_path(tmp_path, monkeypatch, name, found):
    for each in ("one.xyz", "[a] cell.xyz", "folder/deep.xyz"):
        (tmp_path / each).parent.mkdir(exist_ok=True)
        (tmp_path / each).touch()
    assert matching(tmp_path / name) == tuple(tmp_path / each for each in found)
    monkeypatch.chdir(tmp_path)
    assert [str(path) for path in matching(name)] == found
