"""Questions and results: sealed at rest, destroyed when they expire, harmless in a spreadsheet."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from connectors.requester.ask import Questioner
from connectors.requester.result_workbook import NOTICE, write_results
from connectors.requester.words import OUTCOME_WORDS, REASON_WORDS, REFUSAL_WORDS, WITHHELD_WORDS
from connectors.state.questions import Question, Review, RowResult
from connectors.state.roster_ref import MappingFile
from keys.crypto.errors import CryptoError
from schemas.formats import digest_of
from schemas.key_set import load_key_set
from schemas.messages.exchange import Refusal
from schemas.messages.match import Decision, Outcome, ReviewReason, SubjectKind, WithheldReason
from tests.unit.connectors.offices import SECONDS, Clock, open_office, register_row

KEY_SET = load_key_set("G")
COMPARED = "name by sound and birth date agree; guardian's phone differs"
QUESTION = Question(
    id="0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f",
    agreement=digest_of(b"agreement"),
    attributes=("care_subsidy_eligible", "cert_valid_until"),
    region="990101",
    case="TA-1",
    officer="officer-07",
    approver=None,
    roster=MappingFile("/office/赵小树名册.yaml"),
    roster_version="1",
    asked_at=SECONDS,
)
RESULTS = [
    RowResult(
        row_number=4,
        outcome="match",
        handle="AAAAAAAAAAAAAAAAAAAAAA",
        agreed=("g.d", "p.d"),
        comparison={"NAME": 5, "DOB": 9, "PH": 0},
        probability=987_654,
        basis="fitted",
        values={"care_subsidy_eligible": True, "cert_valid_until": "2031-11"},
        receipt_number="TX-AAAAAAAAAA",
        as_of="2026-03",
        expires_on="2026-06-03",
    ),
    RowResult(row_number=5, outcome="non_match"),
    RowResult(row_number=6, outcome="unusable", faults=("citizen_id.wrong_check_digit",)),
    RowResult(
        row_number=7,
        outcome="match",
        handle="AAAAAAAAAAAAAAAAAAAABA",
        review=Review(
            decision=Decision.MATCH,
            reason=ReviewReason.PAPERS_SEEN,
            officer="reviewer-02",
            approver="section-head-02",
            decided_at=SECONDS,
        ),
    ),
    RowResult(row_number=8, outcome="match", handle="AAAAAAAAAAAAAAAAAAAACA", refused="not_provable"),
]


def test_results_come_back_as_they_were_kept(tmp_path: Path) -> None:
    connector, _ = open_office(tmp_path, [register_row(1)], Clock())
    vault = Questioner.vault_of(connector)
    vault.add_question(QUESTION)
    vault.add_results(QUESTION.id, RESULTS)
    restarted = Questioner.vault_of(open_office(tmp_path, [register_row(1)], Clock())[0])
    assert restarted.results(QUESTION.id) == RESULTS
    assert restarted.find_question(QUESTION.id) == QUESTION
    assert restarted.answered_rows(QUESTION.id) == {4, 5, 6, 7, 8}


def test_nothing_of_an_answer_stands_in_the_database(tmp_path: Path) -> None:
    connector, _ = open_office(tmp_path, [register_row(1)], Clock())
    vault = Questioner.vault_of(connector)
    vault.add_question(QUESTION)
    vault.add_results(QUESTION.id, RESULTS)
    connector.state.dispose()
    written = b"".join(path.read_bytes() for path in tmp_path.glob("connector.sqlite3*"))
    for clear in ("2031-11", 'care_subsidy_eligible":', "赵小树", "wrong_check_digit"):
        assert clear.encode() not in written.replace(b'["care_subsidy_eligible", "cert_valid_until"]', b"")


def test_a_result_can_not_be_moved_to_another_row(tmp_path: Path) -> None:
    connector, _ = open_office(tmp_path, [register_row(1)], Clock())
    vault = Questioner.vault_of(connector)
    vault.add_question(QUESTION)
    vault.add_results(QUESTION.id, RESULTS)
    with connector.state.begin() as connection:
        connection.exec_driver_sql("UPDATE question_row SET row_number = 9 WHERE row_number = 4")
    with pytest.raises(CryptoError):
        vault.results(QUESTION.id)


@pytest.mark.parametrize(("today", "left"), [(date(2026, 6, 2), {4, 5, 6, 7, 8}), (date(2026, 6, 3), {5, 6, 7, 8})])
def test_answers_are_destroyed_on_their_day(tmp_path: Path, today: date, left: set[int]) -> None:
    connector, _ = open_office(tmp_path, [register_row(1)], Clock())
    vault = Questioner.vault_of(connector)
    vault.add_question(QUESTION)
    vault.add_results(QUESTION.id, RESULTS)
    vault.destroy_expired(today)
    assert vault.answered_rows(QUESTION.id) == left


def read_workbook(path: Path) -> list[dict[str, object]]:
    """Return the lines below the headings, by the Chinese part of the heading."""
    notice, headings, *lines = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    assert notice[0] == NOTICE
    names = [str(heading).partition(" / ")[0] for heading in headings]
    return [dict(zip(names, line, strict=True)) for line in lines]


def test_workbook_has_the_allowed_columns_and_words(tmp_path: Path) -> None:
    path = tmp_path / "结果.xlsx"
    write_results(path, QUESTION, RESULTS, KEY_SET)
    match, non_match, unusable, reviewed, not_provable = read_workbook(path)
    assert match == {
        "行号": 4,
        "结果": "匹配 / match",
        "概率": 0.987654,
        "比对情况": f"姓名读音和出生日期相同；监护人电话不同 / {COMPARED}",
        "复核": None,
        "符合重度残疾人护理补贴残疾条件": "是",
        "残疾人证有效期至": "2031-11",
        "数据月份": "2026-03",
        "回执编号": "TX-AAAAAAAAAA",
        "保存至": "2026-06-03",
    }
    assert non_match["结果"] == "未匹配或对方未持有 / no match or not held"
    assert non_match["比对情况"] is None
    assert unusable["结果"] == "数据不足 / insufficient data；citizen_id.wrong_check_digit"
    assert reviewed["复核"] == "reviewer-02：已查看证件或档案 / papers were seen"
    assert str(not_provable["结果"]).startswith("匹配 / match；相同的项目不足以向对方证明")


def test_workbook_has_a_line_for_each_child_of_a_guardian(tmp_path: Path) -> None:
    path = tmp_path / "结果.xlsx"
    question = replace(QUESTION, subject=SubjectKind.GUARDIAN)
    found = [
        replace(RESULTS[0], child_number=number, values={"cert_valid_until": f"203{number}-01"}) for number in (1, 2)
    ]
    write_results(path, question, [*found, RowResult(row_number=9, outcome="non_match")], KEY_SET)
    lines = read_workbook(path)
    assert [(line["行号"], line["第几名儿童"], line["残疾人证有效期至"]) for line in lines] == [
        (4, 1, "2031-01"),
        (4, 2, "2032-01"),
        (9, None, None),
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_workbook_runs_no_formula(tmp_path: Path, start: str) -> None:
    path = tmp_path / "结果.xlsx"
    result = RowResult(row_number=4, outcome="match", values={"cert_valid_until": start + "1+1"})
    write_results(path, replace(QUESTION, attributes=("cert_valid_until",)), [result], KEY_SET)
    cell = openpyxl.load_workbook(path).active["F3"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


def test_everything_that_people_read_has_words_in_both_languages() -> None:
    assert set(OUTCOME_WORDS) == {*Outcome, "unusable"}
    assert set(REFUSAL_WORDS) == {*Refusal, "not_provable"}
    assert set(REASON_WORDS) == set(ReviewReason)
    assert set(WITHHELD_WORDS) == set(WithheldReason)
