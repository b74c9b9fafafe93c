"""Asking for a guardian's children: one row, several children, each with an answer of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.requester.hashes import HashedRow
from connectors.sources.errors import SourceError
from schemas.envelope import MessageType
from schemas.linkage_keys import KeyType
from schemas.messages.exchange import ExchangeRequest
from schemas.messages.index import KEY_TYPE_CODES
from schemas.messages.match import MatchPart, SubjectKind, unpack_asked
from schemas.problem import ProblemCode, ProblemError
from tests.unit.connectors.requester.asking_offices import (
    GUARDIAN_COLUMNS,
    Office,
    child,
    citizen_id,
    handle_of,
    opened_office,
    write_roster,
)
from tests.unit.connectors.requester.simulated_gateway import Held

MOTHER, FATHER, STRANGER = (citizen_id(number, "19850507") for number in (1, 2, 3))
ROWS = [
    {"name": "钱大花", "citizen_id": MOTHER},
    {"name": "赵大树", "citizen_id": FATHER},
    {"name": "孙无子", "citizen_id": STRANGER},
    {"name": "李无号", "citizen_id": ""},
]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Public security, which may ask civil affairs about open cases; the mother has two children, one the father's."""
    with opened_office(tmp_path / "office", purpose="P10", max_batch=16) as opened:
        opened.hold(child(1), child(2))
        guardians = [row.keys for row in opened.rows(ROWS[:2], SubjectKind.GUARDIAN)]
        first, second = opened.gateway.held
        opened.gateway.held[:] = [
            Held(first.handle, (*first.keys, *guardians[0], *guardians[1]), first.values),
            Held(second.handle, (*second.keys, *guardians[0]), second.values),
        ]
        yield opened


def test_each_child_of_a_guardian_has_its_own_answer(office: Office) -> None:
    mapping = write_roster(office.folder, ROWS, columns=GUARDIAN_COLUMNS)
    question = office.question(mapping, subject=SubjectKind.GUARDIAN)
    results = office.questioner.ask(question, lambda *_: None)
    assert [(row.row_number, row.child_number, row.outcome, row.handle) for row in results] == [
        (2, 1, "match", handle_of(0)),
        (2, 2, "match", handle_of(1)),
        (3, 1, "match", handle_of(0)),
        (4, 1, "non_match", None),
        (5, 1, "unusable", None),
    ]
    assert [row.values.get("open_case") for row in results] == [False, True, False, None, None]
    assert {row.basis for row in results if row.handle} == {"relation"}


def test_only_the_guardians_number_is_asked_with(office: Office) -> None:
    mapping = write_roster(office.folder, ROWS, columns=GUARDIAN_COLUMNS)
    office.questioner.ask(office.question(mapping, subject=SubjectKind.GUARDIAN), lambda *_: None)
    (part,) = office.gateway.messages(MessageType.MATCH_PART)
    assert isinstance(part, MatchPart)
    assert part.subject is SubjectKind.GUARDIAN
    assert {entry.key_type_code for entry in unpack_asked(part.entries)} == {KEY_TYPE_CODES[KeyType.GUARDIAN]}
    assert office.gateway.evaluated() == 3


def test_a_child_of_two_asked_guardians_is_proven_for_each(office: Office) -> None:
    """In one exchange the mother's proof would bring the father its answer."""
    mapping = write_roster(office.folder, ROWS, columns=GUARDIAN_COLUMNS)
    office.questioner.ask(office.question(mapping, subject=SubjectKind.GUARDIAN), lambda *_: None)
    exchanges = office.gateway.messages(MessageType.EXCHANGE)
    assert sorted(len(asked.handles) for asked in exchanges if isinstance(asked, ExchangeRequest)) == [1, 2]


def test_a_purpose_without_the_relation_is_not_asked_for_it(tmp_path: Path) -> None:
    with opened_office(tmp_path / "office") as office:
        mapping = write_roster(office.folder, ROWS, columns=GUARDIAN_COLUMNS)
        with pytest.raises(ProblemError) as refused:
            office.questioner.ask(office.question(mapping, subject=SubjectKind.GUARDIAN), lambda *_: None)
        assert refused.value.code is ProblemCode.RELATION_NOT_AGREED
        assert office.gateway.received == []
        assert office.questioner.vault.list_questions() == []


@pytest.mark.parametrize("subject", SubjectKind)
def test_a_roster_of_the_other_kind_is_refused(office: Office, subject: SubjectKind) -> None:
    columns = GUARDIAN_COLUMNS if subject is SubjectKind.CHILD else None
    mapping = write_roster(office.folder, ROWS, columns=columns) if columns else write_roster(office.folder, [child(1)])
    with pytest.raises(SourceError, match="data_set"):
        office.questioner.ask(office.question(mapping, subject=subject), lambda *_: None)


def test_a_hashed_row_shows_nothing(office: Office) -> None:
    (row,) = office.rows([child(1)])
    shown = repr(HashedRow(row, {KeyType.ID: (b"an output",)}))
    assert "output" not in shown
    assert not any(key.text in shown for key in row.keys)
