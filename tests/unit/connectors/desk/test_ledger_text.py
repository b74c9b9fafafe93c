"""Cells rest and come back as they were; people's numbers are covered wherever they stand."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.desk.ledger_text import COVER, as_text, cover, cover_number
from connectors.state.ledger_cells import decode_cells, encode_cells
from tests.unit.connectors.desk.uploaded import number_of

MIDNIGHT = datetime.fromisoformat("2015-05-07")

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=("Cs",))),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(st.dictionaries(st.integers(0, 127), CELLS, max_size=6))
@example({0: date(2015, 5, 7), 1: MIDNIGHT, 2: time(1), 3: timedelta(1), 4: True, 5: 1, 6: 1.0})
def test_cells_come_back_with_their_type(cells):
    back = decode_cells(encode_cells(cells))
    assert back == cells
    assert {at: type(cell) for at, cell in back.items()} == {at: type(cell) for at, cell in cells.items()}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (MIDNIGHT, "2015-05-07"),
        (MIDNIGHT + timedelta(hours=8.5), "2015-05-07 08:30:00"),
        (date(2015, 5, 7), "2015-05-07"),
        (990101.0, "990101"),
        (0.5, "0.5"),
        (9.90101201505e17, "9.90101201505e+17"),
        ("文字", "文字"),
    ],
)
def test_cells_read_as_a_spreadsheet_program_shows_them(cell, text):
    assert as_text(cell) == text


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("99010120101231123X", "99****2010****123X"),
        ("证号99010120101231123x，有误", "证号99****2010****123x,有误"),
        ("13800000001", "13****0001"),
        ("2015-05-07", "2015-05-07"),
        ("赵小树", "赵小树"),
    ],
)
def test_long_numbers_are_covered(text, covered):
    assert cover(text) == covered


@given(child=st.integers(1, 998), before=st.sampled_from(["", "号：", "G", "４"]), gap=st.sampled_from(["", " "]))
def test_no_whole_number_is_left_in_a_column_of_numbers(child, before, gap):
    number = number_of(child)
    written = f"{before}{number[:6]}{gap}{number[6:]}"
    covered = cover_number(written)
    assert COVER in covered
    assert number[6:] not in covered
    assert number[:6] not in covered
    assert cover_number("") == ""
    assert cover_number("123") == COVER
