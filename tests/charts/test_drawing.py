"""Every kind of picture is drawn as planned: looked at before it becomes pixels, and as a file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from src.charts.drawing import draw
from src.charts.samples import sample_plans
from src.charts.theme import THEMES, ThemeName
from tests.texts import texts

if TYPE_CHECKING:
    from src.models.pictures import Picture

PLANS = sample_plans()
SAMPLES = sorted(PLANS)


def sample(name: str) -> Picture:
    return cast("Picture", PLANS[name])


@pytest.mark.parametrize("theme", list(THEMES))
@pytest.mark.parametrize("name", SAMPLES)
def test_a_picture_is_a_small_png_of_two_to_one(name: str, theme: ThemeName) -> None:
    png = draw(sample(name), theme)
    picture = Image.open(io.BytesIO(png))
    picture.load()
    assert (picture.format, picture.size) == ("PNG", (1280, 640))
    assert len(png) < 200_000


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_plan_is_the_same_picture(name: str) -> None:
    assert draw(sample(name), "light") == draw(sample(name), "light")
    assert draw(sample(name), "light") != draw(sample(name), "dark")


@settings(max_examples=12)
@given(texts(max_size=300), st.sampled_from(SAMPLES))
def test_any_name_is_survived_without_a_warning(title: str, name: str) -> None:
    assert draw(cast("Picture", {**sample(name), "title": title}), "dark")
