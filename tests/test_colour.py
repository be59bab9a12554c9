"""Colours: what passes can be read, what does not is answered with the nearest that does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handouts import colour

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#a4262c", "#a4262c", 1.0)]
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    """A wrong formula would let unreadable words through; the ratios are published ones."""
    assert colour.contrast(one, other) == pytest.approx(ratio, abs=0.01)


@given(COLOURS)
def test_the_nearest_readable_colour_is_readable(value: str) -> None:
    """A suggestion that is refused in its turn would send a clinic in circles."""
    near = colour.nearest_readable(value)
    assert colour.is_readable(near)
    if colour.is_readable(value):
        assert near == value
