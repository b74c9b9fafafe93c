"""From a draft to its answers on a simulated gateway: counted, approved, asked, resumed, and told why it broke off."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.context import OFFICE_ZONE
from connectors.desk.draft_states import Deed, DeedRefusedError, DraftState
from connectors.desk.drafts import (
    DraftNotFoundError,
    begin_draft,
    choose_ledger,
    choose_terms,
    do_deed,
    get_draft,
    list_drafts,
)
from connectors.desk.next_day import resumes_at
from connectors.desk.purposes_for import NotAskableError, get_askable, list_askable
from connectors.desk.question_answers import AnswerKind, count_kinds
from connectors.desk.question_failures import LocalFailure, tell_failure
from connectors.desk.question_statement import state_question
from connectors.desk.question_work import ask_question, count_ledger
from connectors.desk.question_workbook import workbook_answers, workbook_headings
from connectors.desk.run_questions import PROGRESS_SECONDS, QuestionWorkers, StoredProgress
from connectors.requester.ask import Questioner
from connectors.requester.ledger_roster import ledger_store_of
from connectors.requester.open_question import Step
from connectors.state.database import reading
from connectors.state.ledgers import LedgerUnknownError
from connectors.state.runs import RunStore
from schemas.envelope import MessageType
from schemas.message import Message
from schemas.messages.exchange import ExchangeAnswer
from schemas.problem import ProblemCode, ProblemError
from tests.unit.connectors.desk.asked_ledgers import HEAD, OFFICER, being_asked, keep_ledger, prepared
from tests.unit.connectors.requester.asking_offices import Office, child

WAIT_SECONDS = 30.0
PUPILS = [child(1), child(2), child(7)]


class Exchanges:
    """A day's budget of so many exchanges: the agreement's, or with the other code the officer's."""

    def __init__(self, left: int, code: ProblemCode = ProblemCode.BUDGET_EXHAUSTED) -> None:
        self.left = left
        self.code = code

    def __call__(self, answer: Message) -> Message:
        """Answer, or refuse once the budget is used up."""
        if isinstance(answer, ExchangeAnswer):
            if not self.left:
                raise ProblemError(self.code, clause="releases_per_day")
            self.left -= 1
        return answer


def no_progress(_step: Step, _done: int, _total: int) -> None:
    """Take progress that nobody looks at."""


def actions_of(console: Console, subject: str) -> list[Action]:
    with reading(console.connector.state) as connection:
        return [line.action for line in reversed(list_record(connection, subject))]


def test_what_may_be_asked_is_what_is_agreed(console: Console, office: Office) -> None:
    (askable,) = list_askable(console)
    assert askable.agreement == office.agreement
    assert {output.attribute for output in askable.outputs} == set(office.agreement.attributes)
    with pytest.raises(NotAskableError):
        get_askable(console, "A" * 43)


def test_a_draft_is_counted_and_says_what_leaves(console: Console, office: Office) -> None:
    draft = prepared(console, office, PUPILS)
    assert (draft.children, draft.outside_rows, draft.failure) == (3, (), None)
    assert draft.hashes is not None
    assert draft.hashes > 3
    said = state_question(get_askable(console, draft.agreement), draft)
    assert (said.children, said.hashes) == (3, draft.hashes)
    assert [one.name.zh for one in said.returned] == ["符合重度残疾人护理补贴残疾条件", "残疾人证有效期至"]
    assert said.approver is not None
    assert "残疾类别" in [name.zh for name in said.never]


def test_rows_outside_the_agreed_regions_are_named_and_not_asked_about(console: Console, office: Office) -> None:
    elsewhere = child(3) | {"hukou_region": "990201", "citizen_id": ""}
    draft = prepared(console, office, [*PUPILS, elsewhere])
    assert draft.outside_rows == (5,)
    with pytest.raises(DeedRefusedError, match="incomplete"):
        do_deed(console, draft.id, Deed.SUBMIT, OFFICER.id)


def test_a_single_child_is_counted_as_one(console: Console, office: Office) -> None:
    draft = prepared(console, office, PUPILS[:1])
    said = state_question(get_askable(console, draft.agreement), draft)
    assert said.approver is not None
    assert said.approver.zh == "本单位科室负责人"


def test_an_approved_question_is_answered_and_recorded(console: Console, office: Office) -> None:
    office.hold(child(1), child(2))
    draft = being_asked(console, office, PUPILS)
    ask_question(console, draft.id, no_progress)
    answered = get_draft(console, draft.id)
    assert (answered.state, answered.failure) == (DraftState.ANSWERED, None)
    results = Questioner.vault_of(console.connector).results(draft.id)
    assert count_kinds(results) == {
        AnswerKind.MATCH: 2,
        AnswerKind.POSSIBLE: 0,
        AnswerKind.NONE: 1,
        AnswerKind.REFUSED: 0,
        AnswerKind.UNUSABLE: 0,
    }
    assert {claims.approver for _, _, claims in office.gateway.received if claims.officer} == {HEAD.id}
    assert actions_of(console, draft.id) == [
        Action.QUESTION_DRAFTED,
        Action.QUESTION_SUBMITTED,
        Action.QUESTION_APPROVED,
        Action.QUESTION_ASKED,
        Action.QUESTION_ANSWERED,
    ]


def test_the_workbook_holds_the_allowed_answers_and_a_receipt(console: Console, office: Office) -> None:
    office.hold(child(1), child(2))
    draft = being_asked(console, office, PUPILS)
    ask_question(console, draft.id, no_progress)
    results = Questioner.vault_of(console.connector).results(draft.id)
    headings, answers = workbook_headings(draft.attributes), workbook_answers(draft.attributes, results)
    assert set(answers) == {2, 3, 4}
    assert {len(cells) for cells in answers.values()} == {len(headings)}
    receipts = {result.row_number: result.receipt_number or "" for result in results}
    assert {number: cells[-2] for number, cells in answers.items()} == receipts
    assert answers[2][1:3] in (["否 / no", "2026年1月 / January 2026"], ["2026年1月 / January 2026", "否 / no"])
    assert set(answers[4][1:]) == {""}


def test_what_breaks_off_says_why_and_goes_on(console: Console, office: Office) -> None:
    office.hold(child(1), child(2))
    draft = being_asked(console, office, PUPILS)
    office.gateway.change = _refuse
    ask_question(console, draft.id, no_progress)
    stopped = get_draft(console, draft.id)
    assert (stopped.state, stopped.failure) == (DraftState.FAILED, ProblemCode.BUDGET_EXHAUSTED.value)
    words = tell_failure(stopped.failure or "")
    assert words.clause is not None
    assert words.clause.zh == "每日额度"
    office.gateway.change = _as_it_is
    do_deed(console, draft.id, Deed.ASK, OFFICER.id)
    ask_question(console, draft.id, no_progress)
    assert get_draft(console, draft.id).state is DraftState.ANSWERED


def test_a_ledger_that_was_changed_after_the_count_is_not_asked_about(console: Console, office: Office) -> None:
    draft = being_asked(console, office, PUPILS)
    assert draft.ledger is not None
    ledger_store_of(console.connector).change(draft.ledger, revision=7)
    ask_question(console, draft.id, no_progress)
    assert get_draft(console, draft.id).failure == LocalFailure.LEDGER_CHANGED.value
    assert office.gateway.evaluated() == 0


def test_the_rows_of_a_question_that_is_asked_are_fixed(console: Console, office: Office) -> None:
    draft = being_asked(console, office, PUPILS)
    assert draft.ledger is not None
    assert ledger_store_of(console.connector).get(draft.ledger).is_asked


def test_a_ledger_that_is_gone_is_told(console: Console, office: Office) -> None:
    draft = prepared(console, office, PUPILS)
    assert draft.ledger is not None
    ledger_store_of(console.connector).destroy(draft.ledger)
    choose_terms(console, OFFICER.id, draft.id, region="990101", case=None, attributes=draft.attributes)
    count_ledger(console, draft.id)
    assert get_draft(console, draft.id).failure == LocalFailure.LEDGER_UNREADABLE.value


def test_a_change_makes_the_count_void(console: Console, office: Office) -> None:
    draft = prepared(console, office, PUPILS)
    changed = choose_ledger(console, OFFICER.id, draft.id, keep_ledger(console, PUPILS[:1]))
    assert not changed.is_counted
    with pytest.raises(DeedRefusedError, match="incomplete"):
        do_deed(console, draft.id, Deed.SUBMIT, OFFICER.id)


def test_what_waits_for_approval_is_not_changed(console: Console, office: Office) -> None:
    draft = prepared(console, office, PUPILS)
    do_deed(console, draft.id, Deed.SUBMIT, OFFICER.id)
    with pytest.raises(DeedRefusedError):
        choose_terms(console, OFFICER.id, draft.id, region="99", case=None, attributes=draft.attributes)


def test_another_officers_draft_is_not_to_be_found(console: Console, office: Office) -> None:
    draft = prepared(console, office, PUPILS)
    with pytest.raises(DraftNotFoundError):
        get_draft(console, draft.id, "zhang.san")
    with pytest.raises(DraftNotFoundError):
        choose_ledger(console, "zhang.san", draft.id, keep_ledger(console, PUPILS, "zhang.san"))
    assert list_drafts(console, author="zhang.san") == []


def test_another_officers_ledger_is_not_to_be_taken(console: Console, office: Office) -> None:
    draft = prepared(console, office, PUPILS)
    with pytest.raises(LedgerUnknownError):
        choose_ledger(console, OFFICER.id, draft.id, keep_ledger(console, PUPILS, "zhang.san"))


def test_workers_go_on_with_what_a_stopped_console_left(console: Console, office: Office) -> None:
    office.hold(child(1), child(2))
    draft = being_asked(console, office, PUPILS)
    workers = QuestionWorkers(console)
    workers.go_on()
    workers.go_on()
    workers.wait(WAIT_SECONDS)
    answered = get_draft(console, draft.id)
    assert answered.state is DraftState.ANSWERED
    assert (answered.step, answered.done, answered.total) == (Step.ANSWERS, 3, 3)
    assert not workers.is_under_way(draft.id)


def test_progress_is_stored_once_a_second_and_at_the_end_of_a_step(console: Console, office: Office) -> None:
    draft = prepared(console, office, PUPILS)
    times = iter([0.0, PROGRESS_SECONDS / 2, PROGRESS_SECONDS, PROGRESS_SECONDS])
    progress = StoredProgress(console, draft.id, lambda: next(times))
    seen = []
    for done in (1, 2, 3, 10):
        progress(Step.FIRST_KEYS, done, 10)
        seen.append(get_draft(console, draft.id).done)
    assert seen == [1, 1, 3, 10]


def test_a_silent_gateway_is_told(console: Console, office: Office) -> None:
    draft = being_asked(console, office, PUPILS)
    office.gateway.before = _silent
    ask_question(console, draft.id, no_progress)
    assert get_draft(console, draft.id).failure == LocalFailure.GATEWAY_UNREACHABLE.value


def _silent(_kind: MessageType, _number: int) -> None:
    raise httpx.ConnectError("silent")


def _refuse(_answer: Message) -> Message:
    raise ProblemError(ProblemCode.BUDGET_EXHAUSTED, clause="evaluations_per_day")


def _as_it_is(answer: Message) -> Message:
    return answer


@pytest.mark.parametrize("code", [*ProblemCode, *LocalFailure])
def test_each_failure_has_words(code: ProblemCode | LocalFailure) -> None:
    words = tell_failure(code.value)
    assert all((words.title.zh, words.title.en, words.next.zh, words.next.en, words.who.zh, words.who.en))


def test_begun_drafts_ask_for_everything_agreed(console: Console, office: Office) -> None:
    draft = begin_draft(console, OFFICER.id, get_askable(console, office.agreement.digest()))
    assert set(draft.attributes) == set(office.agreement.attributes)
    assert draft.needs_approval


@pytest.mark.parametrize("code", [ProblemCode.BUDGET_EXHAUSTED, ProblemCode.OFFICER_BUDGET_EXHAUSTED])
def test_what_a_days_budget_did_not_suffice_for_goes_on_the_next_day(
    console: Console, office: Office, code: ProblemCode
) -> None:
    pupils = [child(number) for number in (1, 2, 3, 4, 5, 7)]
    office.hold(*pupils[:5])
    draft = being_asked(console, office, pupils)
    later: list[tuple[float, Callable[[], None]]] = []
    workers = QuestionWorkers(console, later=lambda seconds, work: later.append((seconds, work)))
    office.gateway.change = Exchanges(1, code)
    workers.ask(draft.id)
    workers.wait(WAIT_SECONDS)
    paused = get_draft(console, draft.id)
    assert (paused.state, paused.failure) == (DraftState.PAUSED, code.value)
    answered = RunStore(console.connector.state).count_answered(draft.id)
    assert 0 < answered < len(pupils)
    QuestionWorkers(console, later=lambda seconds, work: later.append((seconds, work))).go_on()
    (seconds, resume), (again, _) = later
    assert seconds == again > 0
    evaluated = office.gateway.evaluated()
    office.gateway.change = _as_it_is
    resume()
    workers.wait(WAIT_SECONDS)
    assert get_draft(console, draft.id).state is DraftState.ANSWERED
    assert get_draft(console, draft.id).failure is None
    assert office.gateway.evaluated() == evaluated
    assert RunStore(console.connector.state).count_answered(draft.id) == len(pupils)
    assert actions_of(console, draft.id)[-3:] == [
        Action.QUESTION_PAUSED,
        Action.QUESTION_RESUMED,
        Action.QUESTION_ANSWERED,
    ]


def test_the_bar_does_not_go_back_when_a_question_goes_on(console: Console, office: Office) -> None:
    pupils = [child(number) for number in (1, 2, 3, 4, 5, 7)]
    office.hold(*pupils[:5])
    draft = being_asked(console, office, pupils)
    told: list[list[int]] = [[], []]
    office.gateway.change = Exchanges(1)
    ask_question(console, draft.id, lambda _step, done, _total: told[0].append(done))
    office.gateway.change = _as_it_is
    do_deed(console, draft.id, Deed.RESUME, None)
    ask_question(console, draft.id, lambda _step, done, _total: told[1].append(done))
    assert told[1][0] >= told[0][-1] > 0
    assert told[1][-1] == len(pupils)


def test_a_paused_question_does_not_go_on_where_its_author_says_so(console: Console, office: Office) -> None:
    pupils = [child(number) for number in (1, 2, 3, 4, 5, 7)]
    office.hold(*pupils)
    draft = being_asked(console, office, pupils)
    office.gateway.change = Exchanges(1)
    later: list[Callable[[], None]] = []
    workers = QuestionWorkers(console, later=lambda _seconds, work: later.append(work))
    workers.ask(draft.id)
    workers.wait(WAIT_SECONDS)
    with pytest.raises(DeedRefusedError, match="not_the_author"):
        do_deed(console, draft.id, Deed.HALT, HEAD.id)
    do_deed(console, draft.id, Deed.HALT, OFFICER.id)
    later[0]()
    workers.wait(WAIT_SECONDS)
    assert get_draft(console, draft.id).state is DraftState.FAILED
    office.gateway.change = _as_it_is
    do_deed(console, draft.id, Deed.ASK, OFFICER.id)
    ask_question(console, draft.id, no_progress)
    assert get_draft(console, draft.id).state is DraftState.ANSWERED


def test_a_budget_that_brings_nothing_more_does_not_suffice_tomorrow_either(console: Console, office: Office) -> None:
    pupils = [child(number) for number in (1, 2, 3, 4, 5, 7)]
    office.hold(*pupils)
    draft = being_asked(console, office, pupils)
    office.gateway.change = Exchanges(1)
    ask_question(console, draft.id, no_progress)
    office.gateway.change = Exchanges(0)
    do_deed(console, draft.id, Deed.RESUME, None)
    ask_question(console, draft.id, no_progress)
    assert get_draft(console, draft.id).state is DraftState.FAILED


@pytest.mark.parametrize("hour", [0, 12, 15, 16, 23])
def test_the_next_day_is_the_offices(hour: int) -> None:
    paused_at = datetime(2026, 11, 22, hour, 30, tzinfo=UTC)
    resumed_at = resumes_at(paused_at, "civil_affairs.990101").astimezone(OFFICE_ZONE)
    assert resumed_at.date() == paused_at.astimezone(OFFICE_ZONE).date() + timedelta(days=1)
    assert (resumed_at.hour, resumed_at.minute >= 5) == (0, True)
