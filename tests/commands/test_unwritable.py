"""What cannot be written, as on a full disk, is one message and no traceback."""

import pytest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("check.csv", ("check", "STUDY", "--with", "mace-lco", "-o", "out", "-j", 1)),
        (
            "frames.extxyz",
            ("label", "STUDY", "--with", "mace-lco", "--structures", 1, "-o", "out", "-j", 1),
        ),
        ("all.csv", ("export", "STUDY", "-o", "out/all.csv")),
    ],
)
def test_tables_and_frames(delith, undisturbed, tmp_path, name, words):
    (tmp_path / "out" / name).mkdir(parents=True)
    code, _, err = delith(*(undisturbed.folder if word == "STUDY" else word for word in words))
    assert code == 2
    assert "cannot write" in err
    assert "Is a directory" in err


def test_an_export_below_a_file(delith, undisturbed, tmp_path):
    (tmp_path / "file").touch()
    code, _, err = delith("export", undisturbed.folder, "-o", "file/all.csv")
    assert code == 2
    assert "cannot write file/all.csv" in err


def test_an_export_into_no_folder(delith, undisturbed):
    code, _, err = delith("export", undisturbed.folder, "-o", "nowhere/all.csv")
    assert code == 2
    assert "non-existent directory: 'nowhere'" in err


def test_anchors_before_they_are_computed(delith, tmp_path):
    (tmp_path / "file").touch()
    code, _, err = delith("validate", "chgnet", "-o", "file/anchors.csv")
    assert code == 2
    assert "cannot write file/anchors.csv" in err
    code, _, err = delith("validate", "chgnet", "-o", tmp_path)
    assert code == 2
    assert "is a folder" in err
