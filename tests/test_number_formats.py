"""Numbers as their cells show them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handouts.number_formats import shown_number, shown_text

ACCOUNTING = '_-"£"* #,##0.00_-;-"£"* #,##0.00_-;_-"£"* "-"??_-;_-@_-'


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (42, "0000", "0042"), (0.5, "0%", "50%"), (0.5, "0 %", "50 %"), (1234.5, '"£"#,##0.00', "£1,234.50"),
        (1234.5, "[$£-809]#,##0.00", "£1,234.50"), (1234.5, "#,##0.00 [$€-407]", "1,234.50 €"), (1e21, "0.00E+00", "1.00E+21"),
        (7795012345, "00000 000000", "07795 012345"), (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (5550100, "000-0000", "555-0100"), (-5, "0;(0)", "(5)"), (-1234.5, ACCOUNTING, "-£1,234.50"), (0, ACCOUNTING, "£-"),
        (7, '"No. "0', "No. 7"), (1234567, "#,##0,", "1,235"), (1234567, '#,##0.0,,"M"', "1.2M"), (1.005, "0.00", "1.01"),
        (2.5, "0.##", "2.5"), (5, "[Red]0", "5"), (-0.2, "0", "0"), (0.5, "#.0", ".5"), (12, 'General" kg"', "12 kg"),
        (18.0, "General", "18"), (0.3, "General", "0.3"), (12345678901, "General", "12345678901"), (5, "@", "5"),
    ],
)  # fmt: skip
def test_a_number_is_what_its_cell_shows(value: float, code: str, shown: str) -> None:
    """A telephone number without its first 0, or 0.5 for 50 %, is wrong on paper, and looks right."""
    assert shown_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code"),
    [(1e21, "General"), (447795012345, "General"), (1 / 3, "General"), (0.25, "# ?/?"), (5, "[>3]0"), (5, ";;;"), (5, "yyyy"), (3, '"x"'), (float("nan"), "0")],
)  # fmt: skip
def test_what_is_not_certain_is_not_told(value: float, code: str) -> None:
    """Programs, countries and widths of columns differ in these; a guess would be printed."""
    assert shown_number(value, code) is None


def test_a_format_may_belong_to_words() -> None:
    """“No. ” before an id, or a format that hides its cell."""
    assert shown_text("5", '"No. "@') == "No. 5"
    assert shown_text("x", "0.00") == shown_text("x", ACCOUNTING) == "x"
    assert shown_text("x", ";;;") is None


@settings(deadline=None)
@given(value=st.one_of(st.integers(), st.floats()), code=st.text('0#?.,;%@"\\_*[]E+-$ /Ghx', max_size=12))
def test_no_format_brings_it_down(value: float, code: str) -> None:
    """A format is whatever somebody typed into a box; what is not certain is None, and never a guess of another kind."""
    for shown in (shown_number(value, code), shown_text("x", code)):
        assert shown is None or isinstance(shown, str)
