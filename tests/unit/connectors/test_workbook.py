"""Workbooks are read as offices write them."""

from datetime import date

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Border, Side

from connectors.sources.errors import SourceError
from connectors.sources.workbook import WorkbookSource
from tests.unit.connectors.ledgers import CHILD_COLUMNS, citizen_id, ledger_rows, write_office_ledger, write_sheet

PLAIN = (("姓名",), ("性别",), ("身份证号",))
HEADER = ["姓名", "性别", "身份证号"]


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "台账.xlsx"
    write_office_ledger(path, ledger_rows(12))
    return path


def test_an_office_ledger_gives_its_data_rows_and_nothing_else(ledger):
    source = WorkbookSource(ledger, CHILD_COLUMNS)
    rows = list(source.rows())
    assert source.columns() == ("儿童姓名", "性别", "出生日期", "公民身份号码", "父亲/姓名")
    assert [row.number for row in rows] == list(range(5, 17))
    assert rows[0].cells == {
        "儿童姓名": "测试1",
        "性别": "女",
        "出生日期": "2015.3.5",
        "公民身份号码": citizen_id(2),
        "父亲/姓名": "父亲1",
    }
    assert source.count() == 15
    assert {(n.code, n.count, n.rows) for n in source.notes()} == {
        ("hidden_sheets", 1, ()),
        ("empty_rows", 1, (17,)),
        ("summary_rows", 1, (18,)),
        ("footer_rows", 1, (19,)),
    }


def test_the_row_number_is_the_one_that_the_spreadsheet_shows(ledger):
    shown = load_workbook(ledger)["花名册"]
    for row in WorkbookSource(ledger, CHILD_COLUMNS).rows():
        assert shown.cell(row.number, 2).value == row.cells["儿童姓名"]


def test_rows_are_fetched_again_by_locator(ledger):
    source = WorkbookSource(ledger, CHILD_COLUMNS)
    wanted = list(source.rows())[3:5]
    assert source.fetch([row.locator for row in wanted]) == {row.locator: row for row in wanted}
    assert source.fetch(["1", "999", "x"]) == {}


def test_a_changed_file_has_another_version_and_is_read_anew(ledger):
    source = WorkbookSource(ledger, CHILD_COLUMNS)
    before = source.version(), len(list(source.rows()))
    write_office_ledger(ledger, ledger_rows(13))
    assert source.version() != before[0]
    assert len(list(source.rows())) == before[1] + 1


def test_numbers_stay_numbers_so_that_damage_can_be_seen(tmp_path):
    write_sheet(
        tmp_path / "a.xlsx", [HEADER, ["甲", 1, int(citizen_id(2)[:17] + "0")], ["乙", "=1+1", date(2015, 3, 5)]]
    )
    first, second = WorkbookSource(tmp_path / "a.xlsx", PLAIN).rows()
    assert isinstance(first.cells["身份证号"], float)
    assert isinstance(first.cells["性别"], float)
    assert second.cells["身份证号"] == date(2015, 3, 5)


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "'5"])
def test_text_that_looks_like_a_formula_is_plain_text(tmp_path, text):
    book = Workbook()
    book.active.append(HEADER)
    book.active.append([None, "男", "x"])
    book.active["A2"].value = text
    book.active["A2"].data_type = "s"
    book.save(tmp_path / "a.xlsx")
    (row,) = WorkbookSource(tmp_path / "a.xlsx", PLAIN).rows()
    assert row.cells["姓名"] == text


def test_a_table_may_begin_away_from_the_corner(tmp_path):
    book = Workbook()
    for column, label in enumerate(HEADER, 4):
        book.active.cell(6, column, label)
        book.active.cell(7, column, "男")
    book.active.merge_cells("D6:D6")
    book.save(tmp_path / "a.xlsx")
    (row,) = WorkbookSource(tmp_path / "a.xlsx", PLAIN).rows()
    assert row.number == 7


def test_merged_headers_are_found_away_from_the_corner(tmp_path):
    book = Workbook()
    for at, label in {
        "C3": "姓名",
        "D3": "性别",
        "E3": "父亲",
        "E4": "姓名",
        "F4": "电话",
        "C5": "甲",
        "E5": "乙",
        "F5": "1",
    }.items():
        book.active[at] = label
    for merged in ("C3:C4", "D3:D4", "E3:F3"):
        book.active.merge_cells(merged)
    book.save(tmp_path / "a.xlsx")
    (row,) = WorkbookSource(tmp_path / "a.xlsx", (("姓名",), ("性别",), ("父亲/姓名",), ("父亲/电话",))).rows()
    assert row.cells == {"姓名": "甲", "性别": None, "父亲/姓名": "乙", "父亲/电话": "1"}


def test_the_first_visible_sheet_with_the_header_is_read(tmp_path):
    book = Workbook()
    book.active.append(["汇总", 5])
    book.create_sheet("空")
    for name in ("一", "二"):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append([name, "男", "x"])
    book.save(tmp_path / "a.xlsx")
    (row,) = WorkbookSource(tmp_path / "a.xlsx", PLAIN).rows()
    assert row.cells["姓名"] == "一"
    (row,) = WorkbookSource(tmp_path / "a.xlsx", PLAIN, sheet="二").rows()
    assert row.cells["姓名"] == "二"


def test_cells_that_are_only_formatted_far_away_do_no_harm(tmp_path):
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(["甲", "男", "x"])
    book.active["XFD1048576"].border = Border(top=Side(style="thin"))
    book.save(tmp_path / "a.xlsx")
    assert len(list(WorkbookSource(tmp_path / "a.xlsx", PLAIN).rows())) == 1


@pytest.mark.parametrize(("at", "code"), [("EA2", "too_many_columns"), ("A200001", "too_many_rows")])
def test_a_stray_value_far_away_is_refused_before_it_takes_memory(tmp_path, at, code):
    book = Workbook()
    book.active.append(HEADER)
    book.active[at] = "x"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(SourceError) as refused:
        list(WorkbookSource(tmp_path / "a.xlsx", PLAIN).rows())
    assert refused.value.code == code


def test_repeated_headers_and_sums_between_the_rows_are_left_out(tmp_path):
    rows = [
        HEADER,
        ["甲", "男", "x"],
        ["小计", 1],
        HEADER,
        ["乙", "女", "y"],
        ["总 计：", 2],
        ["制表人（签字）", "", ""],
    ]
    write_sheet(tmp_path / "a.xlsx", rows)
    source = WorkbookSource(tmp_path / "a.xlsx", PLAIN)
    assert [row.number for row in source.rows()] == [2, 5]
    assert {n.code: n.rows for n in source.notes()} == {
        "summary_rows": (3, 6),
        "repeated_header_rows": (4,),
        "footer_rows": (7,),
    }
