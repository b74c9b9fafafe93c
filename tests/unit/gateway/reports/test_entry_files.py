"""Entries as workbook, CSV and JSON lines: Chinese first, nothing taken for a formula, ready for A4."""

import csv
import io
import json

import pytest
from openpyxl import load_workbook

from gateway.log.events import Event, EventType
from gateway.log.logged_entry import LoggedEntry
from gateway.reports.entry_columns import COLUMNS, neutralised
from gateway.reports.entry_csv import write_csv
from gateway.reports.entry_lines import write_entry_lines, write_ocsf_lines
from gateway.reports.entry_workbook import write_workbook
from schemas.faults import Wording
from tests.audit_log import query_event
from tests.unit.gateway.reports.entries import AT, logged

NAMES = {
    "education.990101": Wording("=某市教育局", "Education bureau"),
    "civil_affairs.990101": Wording("某市民政局", "Civil affairs bureau"),
}
REFUSED = Event(type=EventType.REFUSAL, decision="deny", reason="budget_exhausted", correlation_id="-1+1")


def _entries() -> list[LoggedEntry]:
    return [logged(query_event(), 0), logged(REFUSED, 1)]


def _csv() -> list[list[str]]:
    sink = io.BytesIO()
    write_csv(sink, _entries(), NAMES)
    data = sink.getvalue()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_says_it_in_words_with_chinese_first() -> None:
    headings, query, refusal = _csv()
    assert headings[:4] == ["条目 / entry", "时间（北京） / time (Beijing)", "事件代码 / code", "事件 / event"]
    assert query[:4] == ["2026/0", "2026-03-05 14:03:01", "TX-MATCH-001I", "请求比对 / A match was asked for"]
    assert "某市民政局 / Civil affairs bureau" in query
    assert "P01 疑似辍学分诊 / Dropout flag triage" in query
    assert "今天的查询额度已用完 / Today's budget of this agreement is used up" in refusal


def test_csv_holds_no_formula() -> None:
    _, query, refusal = _csv()
    assert "'=某市教育局 / Education bureau" in query
    assert "'-1+1" in refusal


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_whatever_begins_like_a_formula_is_text(start: str) -> None:
    assert neutralised(f"{start}1") == f"'{start}1"


def test_the_workbook_prints_on_a4_and_holds_no_formula() -> None:
    sink = io.BytesIO()
    write_workbook(sink, _entries(), NAMES, "=1&decision=deny", AT)
    sheet = load_workbook(sink)["审计日志条目"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.freeze_panes == "A5"
    assert sheet["B2"].value == "'=1&decision=deny"
    assert sheet["A4"].value == "条目 / entry"
    assert sheet.max_row == 6
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert sheet.cell(5, 5).value == "'=某市教育局 / Education bureau"
    assert len(COLUMNS) == sheet.max_column


def test_lines_hold_the_entry_verbatim_and_its_proof() -> None:
    sink = io.BytesIO()
    write_entry_lines(sink, _entries(), lambda entry: "proof" if entry.index == 0 else None)
    first, second = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert first["entry"].encode() == _entries()[0].entry
    assert (first["shard"], first["index"], first["proof"], second["proof"]) == (2026, 0, "proof", None)


def test_ocsf_lines_are_one_event_each() -> None:
    sink = io.BytesIO()
    write_ocsf_lines(sink, _entries(), lambda _: None)
    assert [json.loads(line)["class_uid"] for line in sink.getvalue().splitlines()] == [6005, 6003]
