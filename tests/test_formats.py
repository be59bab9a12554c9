"""Formats: what goes together, what does not, and what is said of it."""

import pytest

from handouts.errors import Exit, HandoutError
from handouts.formats import Wanted, format_of
from handouts.model import Fold, Format, Ink, Paper, Printer

PROFILE = ("Example", b"profile")


def test_without_a_wish_it_is_the_regions_paper_at_the_standard_size() -> None:
    """What nobody asked for must be what everybody can use."""
    form = format_of(Wanted(), Paper.LETTER, PROFILE)
    assert form == Format(Paper.LETTER)
    assert form.is_standard
    assert form.press is None


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(text_size=11), "Text of 11 points is not made; choose a size from 12 to 36."),
        (Wanted(text_size=37), "Text of 37 points is not made"),
        (Wanted(text_size=16, fold=Fold.TRI_FOLD), "Large print is not folded"),
        (Wanted(paper=Paper.A5, fold=Fold.BOOKLET), "A5 is too small to fold. Write --paper a4"),
        (Wanted(printer=Printer.SHOP, fold=Fold.BOOKLET), "Write --paper a5 and leave out --fold booklet"),
        (Wanted(printer=Printer.SHOP, ink=Ink.GREY), "Leave out --ink grey"),
        (Wanted(marks=True), "Add --for print-shop, or leave out --marks"),
    ],
)
def test_what_does_not_go_together_is_refused_with_what_would(wanted: Wanted, said: str) -> None:
    """Paper that was printed wrongly is thrown away; the sentence must say what to write instead."""
    with pytest.raises(HandoutError) as refused:
        format_of(wanted, Paper.A4, PROFILE)
    assert said in str(refused.value)
    assert refused.value.exit_code is Exit.WRONG_COMMAND


def test_all_that_is_wrong_is_said_at_once() -> None:
    """Three tries for three faults wear people out."""
    with pytest.raises(HandoutError) as refused:
        format_of(Wanted(Paper.A5, 24, Ink.FULL, Fold.TRI_FOLD, marks=True), Paper.A4, PROFILE)
    assert len(str(refused.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (Format(Paper.A4), "a4"),
        (Format(Paper.A5, 24, Ink.SAVER), "a5-24pt-saver"),
        (Format(Paper.LETTER, fold=Fold.BOOKLET), "letter-booklet"),
        (format_of(Wanted(printer=Printer.SHOP), Paper.A4, PROFILE), "a4-print-shop"),
    ],
)
def test_two_formats_never_share_a_file(form: Format, name: str) -> None:
    """The large print of a patient must not be overwritten by the next one's."""
    assert form.name == name


@pytest.mark.parametrize(
    ("form", "columns", "fits"),
    [
        (Format(Paper.A4), 6, True),
        (Format(Paper.A4, 14), 6, False),
        (Format(Paper.A4, 14), 5, True),
        (Format(Paper.A4, 18), 3, False),
        (Format(Paper.A5), 3, False),
    ],
)
def test_a_table_becomes_a_list_where_its_columns_do_not_fit(form: Format, columns: int, fits: bool) -> None:
    """Columns of one word a line cannot be read."""
    assert form.fits(columns) is fits


def test_large_print_stands_in_one_column() -> None:
    """Jumping between short columns loses a reader with a magnifier."""
    assert [size for size in range(12, 37) if Format(Paper.A4, size).is_one_column] == list(range(16, 37))
    assert Format(Paper.A5).is_one_column
    assert Format(Paper.LETTER, fold=Fold.BOOKLET).page == "half-letter"
