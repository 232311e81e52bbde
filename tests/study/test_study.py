"""A study file is either a study or an error that names what is wrong; nothing third."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given

from delith import crystals, potentials, study
from delith.errors import DelithError
from delith.study import Study
from fuzzing import FUZZ, files

NAN, INF = float("nan"), float("inf")

VALID = {
    "crystal": "LiCoO2",
    "boundaries": [
        {"kind": "twin", "plane": [1, 0, 4]},
        {"kind": "antiphase", "plane": [1, 0, 4], "vector": [0, 0, 0.5]},
    ],
    "separation": 6,
    "repeat": [1, 2],
    "lithium": [1.0, 0.5, 0.0],
    "orderings": 4,
    "potential": "chgnet-r2scan",
    "relax": {"fmax": 0.05},
    "bulk": {"steps": 10},
    "seed": 3,
}


def loaded(tmp_path: Path, content: object) -> Study:
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return study.load(path)


def message(tmp_path: Path, **changes: object) -> str:
    with pytest.raises(DelithError) as caught:
        loaded(tmp_path, VALID | changes)
    return str(caught.value)


def test_what_is_left_out_has_its_documented_default(tmp_path):
    made = loaded(tmp_path, {key: VALID[key] for key in ("crystal", "boundaries")})
    assert made.separations == (12,)
    assert made.lithium is None
    assert made.orderings == 12
    assert made.potentials == ()  # the plan takes what suits the elements
    assert made.relax.cell == "normal"
    assert (made.bulk.fmax, made.bulk.smax, made.bulk.cell) == (0.01, 0.02, "full")


def test_bulk_keys_given_leave_the_other_bulk_defaults(tmp_path):
    bulk = loaded(tmp_path, VALID).bulk
    assert (bulk.steps, bulk.fmax, bulk.cell) == (10, 0.01, "full")


def test_contents_are_held_once_and_from_full_to_empty(tmp_path):
    assert loaded(tmp_path, VALID | {"lithium": [0, 1, 0.5, 1.0]}).lithium == [1.0, 0.5, 0.0]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seperation": 12}, "seperation: no such key (keys of a study: crystal"),
        ({"relax": {"fmx": 1}}, "relax.fmx: no such key"),
        ({"crystal": 3}, "crystal"),
        ({"crystal": ""}, "crystal"),
        ({"boundaries": []}, "boundaries"),
        ({"boundaries": None}, "boundaries"),
        ({"boundaries": {"kind": "twin", "plane": [1, 0, 4]}}, "boundaries"),
        ({"boundaries": [{"kind": "grain", "plane": [1, 0, 4]}]}, "boundaries.0.kind"),
        ({"boundaries": [{"kind": "twin"}]}, "boundaries.0.plane"),
        ({"boundaries": [{"kind": "twin", "plane": [1, 0]}]}, "boundaries.0.plane"),
        ({"boundaries": [{"kind": "twin", "plane": [1, 0, 4.5]}]}, "boundaries.0.plane.2"),
        ({"boundaries": [{"kind": "twin", "plane": [1, 0, 31]}]}, "boundaries.0.plane.2"),
        ({"boundaries": [{"kind": "twin", "plane": "104"}]}, "boundaries.0.plane"),
        (
            {"boundaries": [{"kind": "antiphase", "plane": [1, 0, 4], "vector": [0, 0, NAN]}]},
            "boundaries.0.vector.2",
        ),
        ({"separation": 0}, "separation"),
        ({"separation": "wide"}, "separation"),
        ({"separation": NAN}, "separation"),
        ({"separation": INF}, "separation"),
        ({"repeat": [0, 1]}, "repeat.0"),
        ({"repeat": [10**9, 1]}, "repeat.0"),
        ({"lithium": []}, "lithium"),
        ({"lithium": 0.5}, "lithium"),
        ({"lithium": [-0.1]}, "lithium.0"),
        ({"lithium": [NAN]}, "lithium.0"),
        ({"lithium": [INF]}, "lithium.0"),
        ({"orderings": 0}, "orderings"),
        ({"orderings": 1.5}, "orderings"),
        ({"relax": {"fmax": NAN}}, "relax.fmax"),
        ({"relax": {"fmax": INF}}, "relax.fmax"),
        ({"relax": {"cell": "loose"}}, "relax.cell"),
        ({"bulk": 3}, "bulk"),
        ({"seed": -1}, "seed"),
        ({"refine": {"steps": 0}}, "refine.steps"),
        ({"refine": {"temperature": 0}}, "refine.temperature"),
        ({"refine": {"sweeps": 3}}, "refine.sweeps: no such key"),
        ({"screen": {"keep": 3}}, "screen.potential"),
        ({"screen": {"potential": "chgnet", "keep": 1}}, "screen.keep"),
        ({"screen": {"potential": "chgnet", "doubt": -1}}, "screen.doubt"),
        ({"window": 0}, "window"),
        ({"warm": "hot"}, "warm"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, changes, named):
    assert named in message(tmp_path, **changes)


def test_every_wrong_value_is_named_at_once(tmp_path):
    text = message(tmp_path, orderings=0, separation=-1, colour="blue")
    assert all(word in text for word in ("orderings", "separation", "colour"))


def test_one_separation_that_is_wrong_is_no_list_that_is_too_short(tmp_path):
    text = message(tmp_path, separation=-8)
    assert "greater than 0" in text
    assert "got -8" in text
    assert "at least 1 item" not in text


@pytest.mark.parametrize(
    "text",
    [
        "crystal: [",
        "crystal: LiCoO2\n\tboundaries: 3",
        "",
        "just words",
        "- a\n- list",
        "seed: " + 5000 * "1",
        "seed: 2021-13-45",
        3000 * "[",
        "&a {crystal: *a}",
        "? {a: 1}\n: 2",
    ],
)
def test_text_that_is_no_study_is_refused(tmp_path, text):
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(DelithError, match=r"broken\.yaml"):
        study.load(path)


def test_a_path_that_holds_no_file_is_refused(tmp_path):
    for path in (tmp_path / "nowhere.yaml", tmp_path, tmp_path / (300 * "a")):
        with pytest.raises(DelithError, match="cannot read the study file"):
            study.load(path)


def test_a_crystal_file_is_found_from_the_study_file(tmp_path, lco, monkeypatch):
    folder = tmp_path / "elsewhere"
    (folder / "inputs").mkdir(parents=True)
    lco.atoms.write(folder / "inputs" / "mine.cif")
    monkeypatch.chdir(tmp_path)
    made = loaded(folder, VALID | {"crystal": "inputs/mine.cif"})
    assert crystals.load(made.crystal).unit == lco.unit


def test_a_student_is_named_or_found_from_the_study_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    assert loaded(tmp_path / "elsewhere", VALID).screen is None
    by_name = loaded(tmp_path / "elsewhere", VALID | {"screen": "chgnet"})
    assert (by_name.screen.potential, by_name.screen.keep) == ("chgnet", 3)
    given = {"potential": "students/*.model", "keep": 5}
    own = loaded(tmp_path / "elsewhere", VALID | {"screen": given})
    assert own.screen.potential == str(tmp_path / "elsewhere" / "students" / "*.model")
    assert own.screen.keep == 5


def test_a_study_written_and_read_is_the_same(tmp_path):
    made = loaded(tmp_path, VALID)
    study.write(made, tmp_path / "copy.yaml")
    assert study.load(tmp_path / "copy.yaml") == made
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.yaml", "study.yaml"]


@pytest.mark.slow
@FUZZ
@given(content=files(VALID, "kind", "plane", "twin", "LiCoO2", "../x.cif", "full"))
def test_any_file_is_a_study_or_an_error(tmp_path, content):
    path = tmp_path / "any.yaml"
    path.write_bytes(content)
    try:
        made = study.load(path)
    except DelithError:
        return
    study.write(made, path)
    assert study.load(path) == made


def test_vectors_may_be_written_as_fractions(tmp_path):
    wall = {"kind": "antiphase", "plane": [1, 0, 4], "vector": [0, 0, "1/2"]}
    assert loaded(tmp_path, VALID | {"boundaries": [wall]}).boundaries[0].vector == (0, 0, 0.5)
    for wrong in ("1/0", "half"):
        with pytest.raises(DelithError, match=r"vector\.2"):
            loaded(tmp_path, VALID | {"boundaries": [wall | {"vector": [0, 0, wrong]}]})


def test_one_value_or_several_in_the_plural(tmp_path):
    one = loaded(tmp_path, VALID | {"separation": 6, "potential": "chgnet"})
    assert (one.separations, one.potentials) == ((6,), ("chgnet",))
    given = {key: value for key, value in VALID.items() if key not in ("separation", "potential")}
    names = ["chgnet", "chgnet-r2scan", "chgnet"]
    several = loaded(tmp_path, given | {"separations": [6, 9], "potentials": names})
    assert several.separations == (6, 9)
    assert several.potentials == ("chgnet", "chgnet-r2scan")
    for made, key in ((one, "separation: 6"), (several, "separations: [6.0, 9.0]")):
        study.write(made, tmp_path / "again.yaml")
        assert study.load(tmp_path / "again.yaml") == made
        assert key in (tmp_path / "again.yaml").read_text()


def test_one_and_several_at_once_are_refused(tmp_path):
    assert "give separation or separations" in message(tmp_path, separations=[8, 12])
    assert "give potential or potentials" in message(tmp_path, potentials=["chgnet"])


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("chgnet", "chgnet"),
        ("chgnet+d3", "chgnet+d3"),
        ("mine.yaml", "/there/mine.yaml"),
        ("mine.model+d3", "/there/mine.model+d3"),
        ("members_*.model", "/there/members_*.model"),
        ("mine.py:make", "/there/mine.py:make"),
        ("module:make", "module:make"),
        ("/else/mine.yaml", "/else/mine.yaml"),
    ],
)
def test_potentials_in_files_lie_beside_the_study(name, found):
    assert potentials.beside(name, Path("/there")) == found
