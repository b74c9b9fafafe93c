"""The workbook that comes back is the one that went in, with columns on the right, and no formula in it."""

import io
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from connectors.desk.ledger_file import card_of_upload, open_sheets
from connectors.desk.ledger_guess import guess_ledger
from connectors.desk.ledger_marks import REMARKS, mark_workbook
from connectors.desk.ledger_repairs import repair_row
from connectors.desk.ledger_upload import enter_child
from connectors.desk.ledger_workbook import FAULT_FILL, REPAIR_FILL, Additions, add_to_workbook
from connectors.desk.ledger_worker import work_on
from connectors.desk.ledgers import destroy_ledger, write_back
from connectors.query_roster import QUERY_ROSTER
from connectors.sources.errors import SourceError
from connectors.state.ledgers import LedgerCard
from tests.unit.connectors.desk.uploaded import (
    FIRST_ROW,
    HEADER,
    OWNER,
    checked,
    number_of,
    row_of,
    sheet_of,
    upload,
    workbook_of,
)

FORMULAS: Final = ("=1+1", '=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12) | st.sampled_from(FORMULAS)
RIGHT = len(HEADER) + 1


def values_of(file: bytes) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet_of(file).iter_rows()]


def test_answers_stand_beside_their_rows_and_all_else_is_as_it_was(console):
    file = workbook_of([row_of(1), row_of(2)])
    kept = upload(console, file)
    back = write_back(console, kept.id, ["是否符合", "回执编号"], {FIRST_ROW: [True, "TX-1"], FIRST_ROW + 1: [None, 7]})
    before, after = values_of(file), values_of(back)
    assert [row[: len(HEADER)] for row in after] == before
    assert after[FIRST_ROW - 2][len(HEADER) :] == ["是否符合", "回执编号"]
    assert after[FIRST_ROW - 1][len(HEADER) :] == ["是", "TX-1"]
    assert after[FIRST_ROW][len(HEADER) :] == [None, 7]
    assert sheet_of(back).merged_cells.ranges == sheet_of(file).merged_cells.ranges


@settings(max_examples=25, deadline=None)
@given(cells=st.lists(st.lists(WORDS, min_size=3, max_size=3), max_size=4), answers=st.lists(WORDS, max_size=4))
def test_what_is_read_back_equals_what_was_there(cells, answers):
    book = Workbook()
    for row in [["姓名", "性别", "身份证号"], *cells]:
        book.active.append([])
        for at, text in enumerate(row, 1):
            written = book.active.cell(book.active._current_row, at, text)
            written.data_type = "s"
    buffer = io.BytesIO()
    book.save(buffer)
    card = LedgerCard(name="a.xlsx", kind="workbook", sheet="Sheet", first_data_row=1, width=3)
    values = {number: [text] for number, text in enumerate(answers, 2)}
    back = add_to_workbook(buffer.getvalue(), card, Additions(["答复"], values, {}))
    before, after = sheet_of(buffer.getvalue()), sheet_of(back)
    for row in before.iter_rows():
        for cell in row:
            assert (after.cell(cell.row, cell.column).value or "") == (cell.value or "")
    for number, (text,) in values.items():
        assert (after.cell(number, 4).value or "") == text
    assert all(cell.data_type != "f" for row in after.iter_rows() for cell in row)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(console, text):
    kept = checked(console, [row_of(1, 备注="=1+1"), row_of(2, 儿童姓名="")])
    repair_row(console, OWNER, kept.id, FIRST_ROW + 1, {kept.card.columns["name"]: text})
    back = sheet_of(write_back(console, kept.id, [text], {FIRST_ROW: [text]}))
    written = [back.cell(FIRST_ROW - 1, RIGHT), back.cell(FIRST_ROW, RIGHT), back.cell(FIRST_ROW + 1, 2)]
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in written)
    assert all(cell.data_type != "f" for row in back.iter_rows() for cell in row)


def test_the_marked_workbook_says_what_is_wrong_in_colour_and_words(console):
    wrong = number_of(1)[:-1] + ("0" if number_of(1)[-1] != "0" else "1")
    kept = checked(console, [row_of(1, 公民身份号码=wrong), row_of(2), row_of(3, 儿童姓名="")])
    repair_row(console, OWNER, kept.id, FIRST_ROW + 2, {kept.card.columns["name"]: "钱明月"})
    sheet = sheet_of(mark_workbook(console, OWNER, kept.id))
    assert sheet.cell(FIRST_ROW - 1, RIGHT).value == REMARKS
    assert "“公民身份号码”" in sheet.cell(FIRST_ROW, RIGHT).value
    assert sheet.cell(FIRST_ROW, 5).fill.fgColor.rgb == FAULT_FILL.fgColor.rgb
    assert (sheet.cell(FIRST_ROW + 1, RIGHT).value, sheet.cell(FIRST_ROW + 2, RIGHT).value) == (None, None)
    assert sheet.cell(FIRST_ROW + 2, 2).value == "钱明月"
    assert sheet.cell(FIRST_ROW + 2, 2).fill.fgColor.rgb == REPAIR_FILL.fgColor.rgb


def test_a_csv_file_comes_back_as_a_workbook_of_texts(console):
    typed = {"name": "赵小树", "citizen_id": number_of(1)}
    id_ = enter_child(console, OWNER, QUERY_ROSTER, typed)
    work_on(console.connector, id_)
    back = values_of(write_back(console, id_, ["答复"], {2: [False]}))
    assert back == [["姓名", "公民身份号码", "答复"], ["赵小树", number_of(1), "否"]]


def test_a_workbook_that_openpyxl_can_not_open_comes_back_with_its_values(console, monkeypatch):
    kept = upload(console, workbook_of([row_of(1)]))

    def broken(*_args: object, **_options: object) -> None:
        raise KeyError("xl/strange")

    monkeypatch.setattr("connectors.desk.ledger_workbook.load_workbook", broken)
    back = write_back(console, kept.id, ["答复"], {FIRST_ROW: [True]})
    monkeypatch.undo()
    assert sheet_of(back).cell(FIRST_ROW, 5).value == number_of(1)
    assert sheet_of(back).cell(FIRST_ROW, RIGHT).value == "是"


@pytest.mark.parametrize("text", [*FORMULAS, "#N/A", "#REF!", "平常的文字"])
def test_a_large_workbook_comes_back_with_its_values_and_no_formula(console, monkeypatch, text):
    kept = checked(console, [row_of(1, 备注=f"x{text}"), row_of(2, 儿童姓名="")])
    repair_row(console, OWNER, kept.id, FIRST_ROW + 1, {kept.card.columns["name"]: text})
    monkeypatch.setattr("connectors.desk.ledger_workbook.LAYOUT_BYTES", 1)
    back = sheet_of(write_back(console, kept.id, [text], {FIRST_ROW: [text], FIRST_ROW + 1: [True]}))
    written = [back.cell(FIRST_ROW - 1, RIGHT), back.cell(FIRST_ROW, RIGHT), back.cell(FIRST_ROW + 1, 2)]
    assert all((cell.value, cell.data_type) == (text, "s") for cell in written)
    assert back.cell(FIRST_ROW + 1, RIGHT).value == "是"
    assert [cell.value for cell in back[FIRST_ROW]][:5] == [1, "赵小树", "男", "2015.5.7", number_of(1)]
    assert back.cell(FIRST_ROW + 1, 2).fill.fgColor.rgb == REPAIR_FILL.fgColor.rgb


def test_a_repair_under_merged_cells_is_not_lost(console):
    book = load_workbook(io.BytesIO(workbook_of([row_of(1), row_of(2, 性别="")])))
    book.active.merge_cells(start_row=FIRST_ROW, end_row=FIRST_ROW + 1, start_column=3, end_column=3)
    buffer = io.BytesIO()
    book.save(buffer)
    kept = upload(console, buffer.getvalue())
    back = sheet_of(add_to_workbook(buffer.getvalue(), kept.card, Additions(["答复"], {}, {FIRST_ROW + 1: {2: "女"}})))
    assert back.cell(FIRST_ROW + 1, 3).value == "女"


def test_a_ledger_that_does_not_begin_in_the_first_column_keeps_its_places():
    book = Workbook()
    for at, row in enumerate([["姓名", "性别", "身份证号"], ["赵小树", "女", number_of(2)]], 3):
        for column, text in enumerate(row, 3):
            book.active.cell(at, column, text)
    buffer = io.BytesIO()
    book.save(buffer)
    file = buffer.getvalue()
    card = card_of_upload("a.xlsx", file)
    guess = guess_ledger(open_sheets(file, card), [QUERY_ROSTER])
    card = LedgerCard(
        name="a.xlsx",
        kind="workbook",
        sheet=guess.sheet.name,
        first_data_row=guess.first_data_row,
        first_column=guess.sheet.first_column,
        width=guess.sheet.width,
        labels=guess.labels,
    )
    back = sheet_of(add_to_workbook(file, card, Additions(["答复"], {4: ["有"]}, {4: {0: "钱明月"}})))
    assert [cell.value for cell in back[4]] == [None, None, "钱明月", "女", number_of(2), "有"]
    assert back["F3"].value == "答复"


def test_a_destroyed_ledger_gives_nothing_back(console):
    kept = checked(console, [row_of(1)])
    destroy_ledger(console, kept.id)
    for take in (lambda: write_back(console, kept.id, [], {}), lambda: mark_workbook(console, OWNER, kept.id)):
        with pytest.raises(SourceError):
            take()


def test_links_to_elsewhere_do_not_come_back(console):
    book = load_workbook(io.BytesIO(workbook_of([row_of(1, 备注="='[1]别处'!A1")])))
    buffer = io.BytesIO()
    book.save(buffer)
    kept = upload(console, buffer.getvalue())
    assert sheet_of(write_back(console, kept.id, [], {})).cell(FIRST_ROW, 9).value is None
