"""The check of a whole source: counts and places; and no cell in anything that it says."""

import io
import json
import traceback
from pathlib import Path

import pytest
from rich.console import Console

from connectors.civil_affairs import CHILDREN_REGISTER
from connectors.data_sets import read_records
from connectors.education import STUDENT_REGISTER
from connectors.guardian_roster import GUARDIAN_ROSTER
from connectors.sources.check import check_records, check_source
from connectors.sources.check_screen import render_report
from connectors.sources.errors import SourceError
from connectors.sources.evidence import FLAGGED_KEY_WORDS, KEY_WORDS
from connectors.sources.findings import FINDINGS
from connectors.sources.mapping import SourceMapping, WorkbookPlace, open_source
from connectors.sources.sentences import NOTES, SOURCE_ERRORS
from schemas.key_set import load_key_set
from schemas.linkage_keys import KeyType
from tests.unit.connectors.agency_records import record_of
from tests.unit.connectors.ledgers import TODAY, citizen_id, write_sheet

COLUMNS = {
    "name": ("儿童姓名",),
    "sex": ("性别",),
    "birth_date": ("出生日期",),
    "citizen_id": ("身份证号",),
    "category": ("儿童类别",),
    "case_status": ("档案状态",),
}
MAPPING = SourceMapping(
    data_set="children_register", source=WorkbookPlace(kind="workbook", path="a.xlsx"), columns=COLUMNS
)
HEADER = [names[0] for names in COLUMNS.values()]


def good(serial):
    return [f"测试{'甲乙丙丁戊己庚'[serial]}", "女", "2015-03-05", citizen_id(serial * 2), "孤儿", "在册"]


def check(tmp_path, rows):
    write_sheet(tmp_path / "a.xlsx", [["台账"], HEADER, *rows])
    source = open_source(MAPPING, tmp_path, {})
    return check_source(source, MAPPING, CHILDREN_REGISTER, today=TODAY, allow_test_regions=True)


def test_rows_findings_and_notes_are_counted(tmp_path):
    damaged = [*good(2)[:3], 990001201503050000, *good(2)[4:]]
    nobody = [None, None, None, None, "孤儿", "在册"]
    report = check(tmp_path, [good(1), damaged, good(1), *[nobody] * 12, [], ["合计", 15]])
    assert (report.data_set, report.rows, report.usable_rows) == ("children_register", 15, 3)
    assert report.unusable_rows == 12
    assert [(f.column, f.code, f.severity, f.count, f.rows) for f in report.findings] == [
        (None, "record.nothing_to_match", "error", 12, list(range(6, 16))),
        ("儿童姓名", "record.required_empty", "error", 12, list(range(6, 16))),
        ("身份证号", "citizen_id.damaged_by_spreadsheet", "error", 1, [4]),
        (None, "record.duplicate_id", "warning", 1, [5]),
    ]
    assert {n.code: n.rows for n in report.notes} == {"empty_rows": (18,), "summary_rows": (19,)}
    written = report.as_json()
    assert written["findings"][0]["zh"] == FINDINGS["record.nothing_to_match"].zh
    assert json.loads(json.dumps(written)) == written


def test_the_report_is_shown_in_both_languages(tmp_path):
    report = check(tmp_path, [[*good(1)[:3], "990001", *good(1)[4:]]] * 12)
    screen = io.StringIO()
    render_report(report, Console(file=screen, width=160))
    for text in ("可比对 usable: 12", "身份证号", "公民身份号码应为18位", "A citizen ID number has 18", "3, 4, 5, 6"):
        assert text in screen.getvalue()


def test_the_report_on_a_clean_source_is_counts_and_evidence(tmp_path):
    screen = io.StringIO()
    render_report(check(tmp_path, [good(1)]), Console(file=screen, width=80))
    assert screen.getvalue().startswith("数据行 rows: 1    可比对 usable: 1    不可比对 unusable: 0\n")
    assert "问题" not in screen.getvalue()
    assert "证件号" in screen.getvalue()


def test_what_was_put_right_is_noted_after_what_is_wrong(tmp_path):
    repairable = [*good(2)[:3], citizen_id(4)[:10] + "13" + citizen_id(4)[12:], *good(2)[4:]]
    careless = ["測試・甲", "女", "2015-01-01", " " + citizen_id(6).lower(), "孤儿", "在册"]
    report = check(tmp_path, [good(1), repairable, careless, careless])
    assert [(f.column, f.code, f.severity, f.count, f.rows) for f in report.findings] == [
        ("身份证号", "citizen_id.wrong_check_digit", "error", 1, [4]),
        ("出生日期", "record.birth_date_differs_from_id", "warning", 2, [5, 6]),
        (None, "record.duplicate_id", "warning", 1, [6]),
        ("儿童姓名", "normalised.characters", "note", 2, [5, 6]),
        ("儿童姓名", "normalised.marks", "note", 2, [5, 6]),
        ("出生日期", "record.birth_date_1_january", "note", 2, [5, 6]),
        ("身份证号", "normalised.number_form", "note", 2, [5, 6]),
        ("身份证号", "record.id_repaired", "note", 1, [4]),
    ]
    screen = io.StringIO()
    render_report(report, Console(file=screen, width=160))
    assert "说明" in screen.getvalue()


def test_the_evidence_is_counted_by_row_and_form(tmp_path):
    repairable = [*good(2)[:3], citizen_id(4)[:10] + "13" + citizen_id(4)[12:], *good(2)[4:]]
    unusable = ["测试3", "女", None, None, "孤儿", "在册"]
    two_dates = [*good(3)[:2], "2015-05-03", *good(3)[3:]]
    report = check(tmp_path, [good(1), repairable, two_dates, unusable])
    held = {(count.key_type.value, count.is_flagged): (count.rows, count.share) for count in report.evidence}
    assert held["id", False] == (2, 0.5)
    assert held["id", True] == (1, 0.25)
    assert held["p.d", False] == (3, 0.75)
    assert held["gi.d", False] == held["guardian", False] == (0, 0.0)
    assert len(held) == 16 + 3
    written = report.as_json()["evidence"]
    assert written[0] == {"key_type": "id", "weaker": False, "rows": 2, "share": 0.5, "zh": "证件号", "en": "ID number"}


def test_a_list_of_guardians_holds_their_numbers_alone():
    rows = [record_of(GUARDIAN_ROSTER, {"citizen_id": number}) for number in (citizen_id(1, born="19800305"), None)]
    report = check_records(rows, GUARDIAN_ROSTER, tuple)
    assert [(count.key_type.value, count.rows, count.share) for count in report.evidence] == [("guardian", 1, 0.5)]
    assert (report.usable_rows, report.unusable_rows) == (1, 1)


def test_a_source_without_rows_has_no_shares():
    report = check_records([], GUARDIAN_ROSTER, tuple)
    assert [(count.rows, count.share) for count in report.evidence] == [(0, 0.0)]


@pytest.mark.parametrize("is_flagged", [False, True])
def test_every_key_type_has_words_for_both_its_forms(is_flagged):
    words = FLAGGED_KEY_WORDS if is_flagged else KEY_WORDS
    key_types = load_key_set("G").key_types
    assert set(words) == {KeyType(d.name) for d in key_types if d.flag is not None or not is_flagged}
    assert all("\u4e00" <= word.zh[-1] <= "\u9fff" or word.zh.endswith(")") for word in words.values())
    assert len({word.zh for word in (*KEY_WORDS.values(), *FLAGGED_KEY_WORDS.values())}) == 19


CANARY = "金丝雀"
CANARY_NUMBER = citizen_id(888)[:17] + "?"
BAD_CELLS = [CANARY, CANARY_NUMBER, CANARY * 200, f"={CANARY}", f"{CANARY}、{CANARY_NUMBER}", "[bold]" + CANARY]


def leaks(text):
    return CANARY in text or CANARY_NUMBER[:17] in text or "990001201503" in text


@pytest.mark.parametrize("column", range(len(HEADER)))
def test_no_finding_record_or_report_quotes_a_cell(tmp_path, column):
    rows = [[*good(n)[:column], bad, *good(n)[column + 1 :]] for n, bad in enumerate(BAD_CELLS, 1)]
    report = check(tmp_path, rows)
    screen = io.StringIO()
    render_report(report, Console(file=screen, width=200))
    source = open_source(MAPPING, tmp_path, {})
    records = list(read_records(source, MAPPING, CHILDREN_REGISTER, today=TODAY, allow_test_regions=True))
    said = [repr(report), json.dumps(report.as_json(), ensure_ascii=False), screen.getvalue(), repr(source)]
    for record in records:
        said += [repr(record), str(record), repr(record.identity), repr(record.findings), repr(record.notes)]
        said += [f"{f} {f.wording}" for f in record.findings]
    said += [repr(row) for row in source.rows()]
    assert not any(leaks(text) for text in said)


def test_values_hide_themselves_too():
    cells = {"citizen_id": citizen_id(1), "birth_date": "2015-03-05", "category": "孤儿", "guardian_id": citizen_id(4)}
    record = record_of(CHILDREN_REGISTER, cells | {"name": CANARY})
    assert set(cells) <= set(record.values)
    for name in ("citizen_id", "birth_date", "guardian_id"):
        assert "2015" not in repr(record.values[name])
    student = record_of(STUDENT_REGISTER, {"name": CANARY, "student_no": "G" + citizen_id(1)})
    assert "2015" not in repr(student.values["student_no"])


def test_an_error_while_reading_quotes_no_cell(tmp_path):
    with pytest.raises(SourceError) as refused:
        check(tmp_path, [good(1), [*good(2)[:4], CANARY * 3000, "在册"]])
    assert refused.value.code == "cell_too_long"
    assert not leaks("".join(traceback.format_exception(refused.value)))


def test_every_sentence_is_bilingual_and_every_code_is_used():
    code = "".join(path.read_text("utf-8") for path in Path("connectors").rglob("*.py") if path.name != "sentences.py")
    for table in (SOURCE_ERRORS, NOTES):
        for name, sentence in table.items():
            assert f'"{name}"' in code or name == "hidden_sheets", name
            assert any("\u4e00" <= c <= "\u9fff" for c in sentence.zh)
            assert sentence.en.isascii() or "“" in sentence.en or "…" in sentence.en
    for name in FINDINGS:
        assert f'"{name}"' in code or not name.startswith(("record.", "normalised.")), name
        assert FINDINGS[name].zh
        assert FINDINGS[name].en.isascii()
