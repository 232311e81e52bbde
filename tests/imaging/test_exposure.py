"""Counting electrons: chance that is right on average and as wide as it should be."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pages

from delith.errors import DelithError
from delith.imaging import Image, expose, load, mean, save


@given(dose=st.floats(1e3, 1e7), share=st.floats(1e-3, 0.9), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_counts_scatter_by_their_root(dose, share, seed):
    flat = np.full((80, 80), share)
    counted = expose(Image(flat, flat, (0.2, 0.3)), dose, seed)
    expected = np.sqrt(share / (dose * 0.06))
    assert abs(counted.haadf.mean() - share) < 5 * expected / 80
    assert np.isclose(counted.haadf.std(), expected, rtol=0.1)
    assert abs(np.corrcoef(counted.haadf.ravel(), counted.abf.ravel())[0, 1]) < 0.1
    electrons = counted.abf * dose * 0.06
    assert np.allclose(electrons, np.rint(electrons), atol=1e-6)


def test_the_seed_tells_and_counted_images_are_not_counted_again(waves):
    image = waves((10, 8), [(0.2, 0.1)])
    one, same, other = (expose(image, 100, seed) for seed in (0, 0, 1))
    assert (one.haadf == same.haadf).all()
    assert (one.haadf != other.haadf).any()
    with pytest.raises(DelithError, match="counted already"):
        expose(one, 100)
    for dose in (0, -1, np.inf, np.nan):
        with pytest.raises(DelithError, match="give a positive number"):
            expose(image, dose)


def test_files_keep_an_image(tmp_path, waves):
    image = replace(waves((10, 8), [(0.2, 0.1)]), dose=1e4, about={"along": [1, 0]})
    image = replace(image, abf=1 - image.haadf**2)
    save(image, tmp_path / "image.tif")
    back = load(tmp_path / "image.tif")
    assert np.allclose(back.haadf, image.haadf, atol=1e-6)
    assert np.allclose(back.abf, image.abf, atol=1e-6)
    assert (back.pixel, back.dose, back.about) == (image.pixel, image.dose, image.about)
    with pytest.raises(DelithError, match="there is no image"):
        load(tmp_path / "none.tif")
    (tmp_path / "text.tif").write_text("text")
    with pytest.raises(DelithError, match="no image that"):
        load(tmp_path / "text.tif")
    with pytest.raises(DelithError, match="cannot write"):
        save(image, tmp_path / "no" / "image.tif")


def test_what_no_image_can_be_read_from_is_one_message(tmp_path):
    description = {270: json.dumps(["pixel_A", "dose_per_A2"])}
    Pages.new("F", (2, 2)).save(tmp_path / "list.tif", tiffinfo=description)
    for path in (tmp_path, tmp_path / "list.tif"):
        with pytest.raises(DelithError, match="no image that"):
            load(path)


def test_an_image_that_was_not_counted_is_told_in_strict_json(tmp_path, waves):
    save(waves((10, 8), [(0.2, 0.1)]), tmp_path / "image.tif")
    with Pages.open(tmp_path / "image.tif") as pages:
        told = json.loads(pages.tag_v2[270], parse_constant=pytest.fail)
    assert told["dose_per_A2"] is None
    assert load(tmp_path / "image.tif").dose == np.inf


def test_parts_repeats_and_means(waves):
    image = waves((10, 8), [(0.2, 0.125)])
    assert image.size == pytest.approx((10, 8))
    assert image.part(2, 6).size == pytest.approx((4, 8))
    assert (image.part(2, 6).haadf[0] == image.haadf[10]).all()
    assert np.allclose(image.repeated(2).haadf, waves((10, 16), [(0.2, 0.125)]).haadf)
    both = mean([image, replace(image, haadf=image.haadf + 2)])
    assert np.allclose(both.haadf, image.haadf + 1)
    for wrong in ([], [image, image.part(2, 6)]):
        with pytest.raises(DelithError, match="have a mean"):
            mean(wrong)


def test_the_mean_of_counted_images_is_what_they_counted_together(waves):
    image = waves((10, 8), [(0.2, 0.125)])
    one, other = expose(image, 100, 0), expose(image, 300, 1)
    both = mean([one, other])
    assert both.dose == 400
    assert np.allclose(both.dose * both.abf, 100 * one.abf + 300 * other.abf)


def test_only_like_images_have_a_mean(waves):
    image = waves((10, 8), [(0.2, 0.125)])
    with pytest.raises(DelithError, match="expose all or none"):
        mean([image, expose(image, 100)])
    with pytest.raises(DelithError, match="pixels are of one size"):
        mean([image, replace(image, pixel=(0.2, 0.21))])
