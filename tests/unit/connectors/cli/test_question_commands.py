"""What the query officer and the reviewer are shown: outcomes, what they rest on, what waits, and how to go on."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner, Result

from connectors.cli.main import main
from connectors.cli.question_tables import percent
from connectors.requester.words import REASON_WORDS
from connectors.state.evaluated_keys import list_evaluated
from connectors.state.questions import Question
from schemas.messages.match import Basis, RunSummary, WithheldReason
from tests.unit.connectors.requester.asking_offices import PASSPHRASE, Office, child, opened_office, write_roster

WITHHELD = RunSummary(
    basis=Basis.FITTED,
    key_set="G/1",
    settled=1,
    matches=1,
    possible_matches=1,
    non_matches=1,
    threshold=900_000,
    precision=912_345,
    recall=987_654,
    withheld=WithheldReason.LOW_PRECISION,
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened_office(tmp_path / "office") as opened:
        opened.gateway.withheld = True
        yield opened


@pytest.fixture
def question(office: Office) -> Question:
    """A settled child, a possible match in row 3, one whom nobody holds, and a row that can't be asked about."""
    office.hold(child(1), child(2))
    asked = office.question(write_roster(office.folder, [child(1), child(2, has_id=False), child(7), {"name": "??"}]))
    office.questioner.ask(asked, lambda *_: None)
    return asked


def run(office: Office, *arguments: str) -> Result:
    passphrase = office.folder / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    passphrase.chmod(0o600)
    options = ("--folder", str(office.folder), "--passphrase-file", str(passphrase))
    return CliRunner().invoke(main, [*options, "question", *arguments], env={"COLUMNS": "200"})


def test_show_names_the_outcomes_and_the_next_step(office: Office, question: Question) -> None:
    shown = run(office, "show", question.id)
    assert shown.exit_code == 0, shown.output
    for words in ("匹配 / match", "可能匹配，需复核 / possible match", "数据不足 / insufficient data"):
        assert words in shown.output
    assert "固定规则，记录太少不能估计概率 / fixed rules" in shown.output
    assert f"question review {question.id}" in shown.output
    assert "获得答复 1 行" in shown.output


def test_show_says_why_nothing_was_matched_by_probability(office: Office, question: Question) -> None:
    (judged,) = office.questioner.runs.list_runs(question.id)
    office.questioner.runs.keep_summary(judged.id, WITHHELD)
    shown = run(office, "show", question.id)
    assert "估计准确率 91.2%，召回率 98.7% / estimated precision 91.2%, recall 98.7%" in shown.output
    assert "估计的准确率低于95%" in shown.output
    assert "the estimated precision is below 95%" in shown.output


def test_show_can_be_read_by_scripts(office: Office, question: Question) -> None:
    shown = json.loads(run(office, "show", question.id, "--json").output)
    counts = {name: shown[name] for name in ("rows", "match", "possible_match", "non_match", "unusable")}
    assert counts == {"rows": 4, "match": 1, "possible_match": 1, "non_match": 1, "unusable": 1}
    assert shown["runs"][0]["basis"] == "rules"


def test_review_lists_what_waits_and_nothing_of_the_other_agency(office: Office, question: Question) -> None:
    shown = run(office, "review", question.id)
    assert shown.exit_code == 0, shown.output
    assert "41.2%" in shown.output
    assert "姓名读音和出生日期相同" in shown.output
    assert "name by sound and birth date agree" in shown.output
    for reason, words in REASON_WORDS.items():
        assert f"{reason.value}  {words.zh} / {words.en}" in shown.output
    held = office.gateway.held[1]
    assert held.handle not in shown.output
    assert not any(key.text in shown.output for key in held.keys)


def test_results_are_written_with_what_they_rest_on(office: Office, question: Question, tmp_path: Path) -> None:
    path = tmp_path / "结果.xlsx"
    written = run(office, "results", question.id, "--out", str(path))
    assert written.exit_code == 0, written.output
    lines = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=3, values_only=True))
    assert [line[0] for line in lines] == [3, 4, 5], "row 2 had an answer, and its day has come"
    assert lines[0][2] == 0.412345
    assert list_evaluated(office.connector.state) == [], "the agreement is over"


@pytest.mark.parametrize("command", [("show",), ("review",), ("results", "--out", "x.xlsx")])
def test_an_unknown_question_is_told_as_a_sentence(office: Office, command: tuple[str, ...]) -> None:
    shown = run(office, command[0], "no-such-id", *command[1:])
    assert shown.exit_code == 1
    assert isinstance(shown.exception, SystemExit | click.ClickException)


@pytest.mark.parametrize(
    "arguments",
    [
        ("decide", "ID", "3", "perhaps", "--reason", "papers_seen", "--officer", "officer-07"),
        ("decide", "ID", "3", "match", "--reason", "他父亲说的", "--officer", "officer-07"),
        ("decide", "ID", "3", "match", "--reason", "papers_seen", "--officer", "赵科长"),
        ("decide", "ID", "three", "match", "--reason", "papers_seen", "--officer", "officer-07"),
        ("decide", "ID", "3", "match", "--reason", "papers_seen"),
    ],
    ids=["decision", "reason", "officer", "row", "nobody"],
)
def test_decisions_are_taken_in_their_form_only(office: Office, arguments: tuple[str, ...]) -> None:
    refused = run(office, *arguments)
    assert refused.exit_code == 2
    assert "赵科长" not in refused.output


@pytest.mark.parametrize(
    ("parts_a_million", "shown"),
    [(None, ""), (0, "0.0%"), (412_345, "41.2%"), (999_999, "99.9%"), (1_000_000, "100.0%")],
)
def test_percent_is_never_rounded_up(parts_a_million: int | None, shown: str) -> None:
    assert percent(parts_a_million) == shown
