"""A standing question over months on a simulated gateway: asked when due, refused and retried, told by its changes."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, text, update

from connectors.console.account_book import AgencyAccounts
from connectors.desk.question_failures import LocalFailure
from connectors.requester.ask import Questioner
from connectors.standing.changes import ChangeKind
from connectors.standing.registration import UntilError, do_standing, replace_roster
from connectors.standing.standing_states import StandingDeed, StandingRefusedError, StandingState
from connectors.standing.tell_changes import standing_vault_of
from connectors.state.database import reading, writing
from connectors.state.ledgers import LedgerUnknownError
from connectors.state.standing_tables import standing_answer
from connectors.state.tables import agreement_copy
from hosting.accounts.accounts import disable_account
from schemas.envelope import MessageType
from schemas.message import Message
from schemas.messages.exchange import ExchangeAnswer
from schemas.problem import ProblemCode, ProblemError
from tests.unit.connectors.desk.asked_ledgers import HEAD, OFFICER, keep_ledger
from tests.unit.connectors.requester.asking_offices import child
from tests.unit.connectors.standing.standing_office import BY_INDEX, MONTHLY, StandingOffice

UNTIL = date(2026, 8, 31)
PUPILS = [child(number) for number in (1, 2, 3, 4)]
NEXT_INDEX = "0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0faa"


def kept_rows(standing: StandingOffice, table: str) -> int:
    with reading(standing.console.connector.state) as connection:
        return int(connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())


def change_held(standing: StandingOffice, place: int, **values: bool | str | None) -> None:
    held = standing.office.gateway.held
    held[place] = replace(held[place], values={**held[place].values, **values})


def test_only_what_changed_is_told(standing: StandingOffice) -> None:
    standing.office.hold(*PUPILS[:3])
    id_ = standing.register(PUPILS, MONTHLY, UNTIL)
    assert standing.tick()
    (first,) = standing.changes(id_)
    assert [(one.row_number, one.kind) for one in first] == [
        (2, ChangeKind.NEW),
        (3, ChangeKind.NEW),
        (4, ChangeKind.NEW),
    ]
    # Nothing else of the question is kept: no result, no run, no question.
    assert [kept_rows(standing, name) for name in ("question", "question_row", "question_run")] == [0, 0, 0]
    standing.move_to(date(2026, 3, 9))
    assert standing.tick()
    assert len(standing.runs(id_)) == 1
    change_held(standing, 1, cert_valid_until="2030-12")
    standing.move_to(date(2026, 3, 10))
    assert standing.tick()
    (told,) = standing.changes(id_)[1]
    assert (told.row_number, told.kind) == (3, ChangeKind.CHANGED)
    assert told.before.values["cert_valid_until"] != told.after.values["cert_valid_until"] == "2030-12"
    assert "2030" not in repr(told)
    assert [(run.rows, run.changes) for run in standing.runs(id_)] == [(4, 3), (4, 1)]
    assert {claims.approver for _, _, claims in standing.office.gateway.received if claims.officer} == {HEAD.id}


def test_nothing_is_asked_before_another_person_approved(standing: StandingOffice) -> None:
    id_ = standing.register(PUPILS, MONTHLY, UNTIL, is_approved=False)
    assert standing.tick()
    with pytest.raises(StandingRefusedError, match="own_question"):
        do_standing(standing.console, id_, StandingDeed.APPROVE, OFFICER.id)
    assert standing.office.gateway.received == []


def test_it_ends_with_its_last_day_and_not_after_the_agreement(standing: StandingOffice) -> None:
    with pytest.raises(UntilError):
        standing.register(PUPILS, MONTHLY, date(2027, 1, 1))
    id_ = standing.register(PUPILS, MONTHLY, date(2026, 4, 30))
    standing.tick()
    asked = len(standing.office.gateway.received)
    standing.move_to(date(2026, 5, 10))
    assert standing.tick()
    ended = standing.standing(id_)
    assert (ended.state, ended.ended_by, ended.ended_reason) == (StandingState.ENDED, None, "until_passed")
    assert len(standing.office.gateway.received) == asked


def test_it_ends_when_the_agreement_is_revoked(standing: StandingOffice) -> None:
    standing.office.hold(*PUPILS)
    id_ = standing.register(PUPILS, MONTHLY, UNTIL)
    standing.tick()
    with writing(standing.console.connector.state) as connection:
        connection.execute(update(agreement_copy).values(state="revoked"))
    standing.move_to(date(2026, 4, 10))
    assert standing.tick()
    assert standing.standing(id_).ended_reason == "agreement_over"
    assert kept_rows(standing, "standing_answer") == 0


def test_by_the_index_it_is_asked_only_when_that_changed_and_once_a_day(standing: StandingOffice) -> None:
    standing.office.hold(*PUPILS[:1])
    id_ = standing.register(PUPILS[:2], BY_INDEX, UNTIL)
    standing.tick()
    for day in (6, 7):
        standing.move_to(date(2026, 3, day))
        assert standing.tick()
    assert len(standing.runs(id_)) == 1
    matched = len(standing.office.gateway.messages(MessageType.MATCH))
    standing.office.gateway.active_index = NEXT_INDEX
    assert standing.tick()
    assert len(standing.office.gateway.messages(MessageType.MATCH)) == matched
    standing.move_to(date(2026, 3, 8))
    assert standing.tick()
    assert [run.index_id for run in standing.runs(id_)][1] == NEXT_INDEX
    assert standing.changes(id_)[1] == []


def test_a_days_budget_that_does_not_suffice_is_gone_on_with_the_next_day(standing: StandingOffice) -> None:
    standing.office.hold(*PUPILS)
    id_ = standing.register(PUPILS, MONTHLY, UNTIL)
    exchanges = 0

    def one_exchange(answer: Message) -> Message:
        nonlocal exchanges
        if isinstance(answer, ExchangeAnswer):
            exchanges += 1
            if exchanges == 2:
                raise ProblemError(ProblemCode.BUDGET_EXHAUSTED, clause="releases_per_day")
        return answer

    standing.office.gateway.change = one_exchange
    assert not standing.tick()
    assert standing.standing(id_).failure == ProblemCode.BUDGET_EXHAUSTED.value
    assert standing.tick()
    evaluated = standing.office.gateway.evaluated()
    standing.move_to(date(2026, 3, 6), hour=1)
    assert standing.tick()
    assert standing.standing(id_).failure is None
    assert len(standing.changes(id_)[0]) == len(PUPILS)
    assert standing.office.gateway.evaluated() == evaluated
    assert exchanges == 3


def test_a_refusal_is_told_and_tried_again_the_next_day(standing: StandingOffice) -> None:
    standing.office.hold(*PUPILS)
    id_ = standing.register(PUPILS, MONTHLY, UNTIL)

    def refuse(_answer: Message) -> Message:
        raise ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE, clause="state")

    standing.office.gateway.change = refuse
    assert not standing.tick()
    assert standing.standing(id_).failure == ProblemCode.AGREEMENT_NOT_ACTIVE.value
    standing.office.gateway.change = lambda answer: answer
    standing.move_to(date(2026, 3, 6))
    assert standing.tick()
    assert len(standing.changes(id_)[0]) == len(PUPILS)


def test_nobody_is_asked_in_the_name_of_somebody_who_left(standing: StandingOffice) -> None:
    id_ = standing.register(PUPILS, MONTHLY, UNTIL)
    disable_account(AgencyAccounts(standing.console.connector), None, HEAD.id)
    assert not standing.tick()
    assert standing.standing(id_).failure == LocalFailure.OFFICER_GONE.value
    assert standing.office.gateway.received == []


def test_a_newer_roster_is_approved_anew_and_compared_by_child(standing: StandingOffice) -> None:
    standing.office.hold(*PUPILS[:3])
    id_ = standing.register(PUPILS, MONTHLY, UNTIL)
    standing.tick()
    # The same children in another order, one gone and one come.
    newer = keep_ledger(standing.console, [child(5), PUPILS[2], PUPILS[1]])
    standing.office.hold(child(5))
    replace_roster(standing.console, OFFICER.id, id_, newer)
    standing.move_to(date(2026, 4, 10))
    standing.tick()
    assert len(standing.runs(id_)) == 1
    do_standing(standing.console, id_, StandingDeed.APPROVE, HEAD.id)
    standing.move_to(date(2026, 5, 10))
    assert standing.tick()
    assert [(one.row_number, one.kind) for one in standing.changes(id_)[1]] == [(2, ChangeKind.NEW)]
    assert kept_rows(standing, "standing_answer") == 3


def test_somebody_elses_ledger_is_no_roster(standing: StandingOffice) -> None:
    id_ = standing.register(PUPILS, MONTHLY, UNTIL)
    with pytest.raises(LedgerUnknownError):
        replace_roster(standing.console, OFFICER.id, id_, keep_ledger(standing.console, PUPILS, "zhang.san"))


def test_answers_are_destroyed_on_their_day_and_then_told_as_new(standing: StandingOffice) -> None:
    standing.office.hold(*PUPILS)
    id_ = standing.register(PUPILS, MONTHLY, UNTIL)
    standing.tick()
    with reading(standing.console.connector.state) as connection:
        (last,) = connection.execute(select(func.max(standing_answer.c.expires_on))).one()
    assert last == "2026-06-03"
    assert standing_vault_of(standing.console.connector).destroy_expired(date(2026, 6, 3)) == 2 * len(PUPILS)
    assert standing.changes(id_) == [[]]
    standing.move_to(date(2026, 6, 10))
    assert standing.tick()
    assert {one.kind for one in standing.changes(id_)[1]} == {ChangeKind.NEW}


def test_a_run_goes_on_after_the_process_was_killed(standing: StandingOffice) -> None:
    standing.office.hold(*PUPILS)
    id_ = standing.register(PUPILS, MONTHLY, UNTIL)

    class KilledError(BaseException):
        pass

    def kill(kind: MessageType, _number: int) -> None:
        if kind is MessageType.EXCHANGE:
            raise KilledError

    standing.office.gateway.after = kill
    with pytest.raises(KilledError):
        standing.tick()
    standing.office.gateway.after = lambda _kind, _number: None
    evaluated = standing.office.gateway.evaluated()
    assert standing.tick()
    assert len(standing.runs(id_)) == 1
    assert len(standing.changes(id_)[0]) == len(PUPILS)
    assert standing.office.gateway.evaluated() == evaluated


@pytest.mark.parametrize(("deed", "actor"), [(StandingDeed.STOP, OFFICER.id), (StandingDeed.REVOKE, HEAD.id)])
def test_what_is_stopped_is_asked_no_more_and_forgets_its_answers(
    standing: StandingOffice, deed: StandingDeed, actor: str
) -> None:
    standing.office.hold(*PUPILS)
    id_ = standing.register(PUPILS, MONTHLY, UNTIL)
    standing.tick()
    do_standing(standing.console, id_, deed, actor)
    standing.move_to(date(2026, 4, 10))
    assert standing.tick()
    assert len(standing.runs(id_)) == 1
    assert kept_rows(standing, "standing_answer") == 0
    assert Questioner.vault_of(standing.console.connector).list_questions() == []
