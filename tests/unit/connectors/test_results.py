"""Questions and results: sealed at rest, destroyed when they expire, harmless in a spreadsheet."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from connectors.requester.ask import Questioner
from connectors.requester.result_workbook import NOTICE, write_results
from connectors.state.questions import Question, RowResult
from keys.crypto.errors import CryptoError
from schemas.formats import digest_of
from tests.unit.connectors.offices import SECONDS, Clock, open_office, register_row

QUESTION = Question(
    id="0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f",
    agreement=digest_of(b"agreement"),
    attributes=("care_subsidy_eligible", "cert_valid_until"),
    region="990101",
    case="TA-1",
    officer="officer-07",
    approver=None,
    mapping_path="/office/赵小树名册.yaml",
    roster_version="1",
    asked_at=SECONDS,
)
RESULTS = [
    RowResult(
        row_number=4,
        outcome="match",
        handle="AAAAAAAAAAAAAAAAAAAAAA",
        agreed=("id", "p.d"),
        values={"care_subsidy_eligible": True, "cert_valid_until": "2031-11"},
        receipt_number="TX-AAAAAAAAAA",
        as_of="2026-03",
        expires_on="2026-06-03",
    ),
    RowResult(row_number=5, outcome="non_match"),
    RowResult(row_number=6, outcome="unusable", faults=("citizen_id.wrong_check_digit",)),
]


def test_results_come_back_as_they_were_kept(tmp_path: Path) -> None:
    connector, _ = open_office(tmp_path, [register_row(1)], Clock())
    vault = Questioner.vault_of(connector)
    vault.add_question(QUESTION)
    vault.add_results(QUESTION.id, RESULTS)
    restarted = Questioner.vault_of(open_office(tmp_path, [register_row(1)], Clock())[0])
    assert restarted.results(QUESTION.id) == RESULTS
    assert restarted.find_question(QUESTION.id) == QUESTION
    assert restarted.answered_rows(QUESTION.id) == {4, 5, 6}


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


@pytest.mark.parametrize(("today", "left"), [(date(2026, 6, 2), {4, 5, 6}), (date(2026, 6, 3), {5, 6})])
def test_answers_are_destroyed_on_their_day(tmp_path: Path, today: date, left: set[int]) -> None:
    connector, _ = open_office(tmp_path, [register_row(1)], Clock())
    vault = Questioner.vault_of(connector)
    vault.add_question(QUESTION)
    vault.add_results(QUESTION.id, RESULTS)
    vault.destroy_expired(today)
    assert vault.answered_rows(QUESTION.id) == left


def test_workbook_has_the_allowed_columns_and_words(tmp_path: Path) -> None:
    path = tmp_path / "结果.xlsx"
    write_results(path, QUESTION.attributes, RESULTS)
    rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    assert rows[0][0] == NOTICE
    assert len(rows[1]) == 2 + len(QUESTION.attributes) + 3
    assert rows[2][:4] == (4, "match", "是", "2031-11")
    assert rows[4][1] == "citizen_id.wrong_check_digit"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_workbook_runs_no_formula(tmp_path: Path, start: str) -> None:
    path = tmp_path / "结果.xlsx"
    result = RowResult(row_number=4, outcome="match", values={"cert_valid_until": start + "1+1"})
    write_results(path, ("cert_valid_until",), [result])
    cell = openpyxl.load_workbook(path).active["C3"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")
