"""Every record and every figure says where it comes from."""

import hashlib
import platform

import pytest
from PIL import Image

from delith import potentials, provenance


def test_a_record_says_where_when_and_how_long(undisturbed):
    for record in undisturbed.records:
        told = record.provenance
        assert record.weights == potentials.weights_sha256(record.potential)
        assert told["machine"] == platform.node()
        assert told["core_seconds"] > 0
        assert told["seconds"] > 0
        assert told["began"] > 1.7e9
        assert told["versions"] == provenance.versions(record.potential)
        assert {"python", "delith", "ase", "numpy", "torch", "chgnet"} <= told["versions"].keys()


def test_dispersion_has_a_version_too():
    pytest.importorskip("dftd3")
    assert "dftd3" in provenance.versions("chgnet-r2scan+d3")
    assert "dftd3" not in provenance.versions("chgnet-r2scan")


def test_a_figure_says_what_makes_it_again(undisturbed):
    told = Image.open(undisturbed.folder / "boundary_energy.png").text["Description"]
    study = (undisturbed.folder / "study.yaml").read_bytes()
    assert told.startswith("delith run study.yaml; ")
    assert f"study.yaml SHA-256 {hashlib.sha256(study).hexdigest()}" in told
    assert f"chgnet-r2scan SHA-256 {undisturbed.records[0].weights}" in told
    assert f"torch {provenance.versions()['torch']}" in told
