"""A question that is interrupted anywhere goes on where it was, and comes to what it would have come to."""

from pathlib import Path

import httpx
import pytest

from connectors.gateway_client import GatewayUnreachableError
from connectors.requester.ask import RosterChangedError
from connectors.state.questions import RowResult
from schemas.envelope import MessageType
from schemas.message import Message
from schemas.messages.match import MatchPart
from schemas.problem import ProblemCode, ProblemError
from tests.unit.connectors.requester.asking_offices import Office, child, opened_office, write_roster

ROWS = [child(1), child(2, has_id=False), child(7), {"name": "??"}]
MORE_ROWS = [*ROWS, child(3), child(4)]
HELD = (child(1), child(2), child(3))
MOST_MESSAGES = 12


def told(results: list[RowResult]) -> list[tuple[object, ...]]:
    """Return what does not depend on the order in which rows were asked."""
    return [(row.row_number, row.outcome, dict(row.values), row.agreed, row.basis, row.faults) for row in results]


def part_numbers(office: Office) -> dict[tuple[str, int], set[bytes]]:
    parts: dict[tuple[str, int], set[bytes]] = {}
    for part in office.gateway.messages(MessageType.MATCH_PART):
        assert isinstance(part, MatchPart)
        parts.setdefault((part.run, part.number), set()).add(part.to_bytes())
    return parts


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[object, ...]], int]:
    """What an undisturbed question comes to, and how many evaluations it takes."""
    with opened_office(tmp_path_factory.mktemp("whole") / "office", max_batch=2) as office:
        office.hold(*HELD)
        results = office.questioner.ask(office.question(write_roster(office.folder, ROWS)), lambda *_: None)
        assert len(office.gateway.received) <= MOST_MESSAGES
        return told(results), office.gateway.evaluated()


@pytest.mark.parametrize("is_taken", [False, True], ids=["message lost", "answer lost"])
@pytest.mark.parametrize("place", range(MOST_MESSAGES + 1))
def test_interrupted_at_any_message_it_comes_to_the_same(
    tmp_path: Path, whole: tuple[list[tuple[object, ...]], int], place: int, is_taken: bool
) -> None:
    expected, evaluated = whole
    with opened_office(tmp_path / "office", max_batch=2) as office:
        office.hold(*HELD)
        question = office.question(write_roster(office.folder, ROWS))
        failed: list[MessageType] = []

        def fail(kind: MessageType, number: int) -> None:
            if number == place and not failed:
                failed.append(kind)
                raise httpx.ConnectError("the line is down")

        if is_taken:
            office.gateway.after = fail
        else:
            office.gateway.before = fail
        try:
            office.questioner.ask(question, lambda *_: None)
        except GatewayUnreachableError:
            assert failed
        results = office.questioner.ask(question, lambda *_: None)
        assert told(results) == expected
        assert office.questioner.vault.owed_receipts(question.id) == []
        assert all(len(bodies) == 1 for bodies in part_numbers(office).values()), "a part was sent in two forms"
        assert len({run for run, _ in part_numbers(office)}) == 1
        lost = failed == [MessageType.EVALUATE] and is_taken
        assert office.gateway.evaluated() >= evaluated if lost else office.gateway.evaluated() == evaluated


def test_what_the_gateway_has_is_not_sent_again(office: Office) -> None:
    office.hold(*HELD)
    question = office.question(write_roster(office.folder, ROWS))

    def fail(kind: MessageType, _number: int) -> None:
        if kind is MessageType.MATCH:
            raise httpx.ConnectError("the line is down")

    office.gateway.before = fail
    with pytest.raises(GatewayUnreachableError):
        office.questioner.ask(question, lambda *_: None)
    office.gateway.before = lambda *_: None
    sent = len(office.gateway.messages(MessageType.MATCH_PART))
    office.questioner.ask(question, lambda *_: None)
    assert len(office.gateway.messages(MessageType.MATCH_PART)) == sent
    answered = len(office.gateway.received)
    office.questioner.ask(question, lambda *_: None)
    assert len(office.gateway.received) == answered, "a question that was answered was asked again"


def test_a_run_that_the_gateway_has_forgotten_is_begun_anew(office: Office) -> None:
    office.hold(*HELD)
    question = office.question(write_roster(office.folder, MORE_ROWS))
    answered: list[int] = []

    def fail(kind: MessageType, number: int) -> None:
        if kind is MessageType.RECEIPT and not answered:
            answered.append(number)
            raise KeyboardInterrupt

    office.gateway.after = fail
    with pytest.raises(KeyboardInterrupt):
        office.questioner.ask(question, lambda *_: None)
    kept = office.questioner.vault.results(question.id)
    (run,) = office.questioner.runs.list_runs(question.id)
    evaluated = office.gateway.evaluated()
    office.gateway.runs.clear()
    results = office.questioner.ask(question, lambda *_: None)
    (anew,) = office.questioner.runs.list_runs(question.id)
    assert anew.id != run.id
    assert sorted(anew.row_numbers) == sorted(run.row_numbers)
    assert office.gateway.evaluated() == evaluated
    by_row = {result.row_number: result for result in results}
    assert all(by_row[result.row_number] == result for result in kept), "an answered row was asked again"
    assert len(by_row) == len(MORE_ROWS)


def test_a_run_whose_epoch_ended_is_begun_under_the_new_one(office: Office) -> None:
    office.hold(*HELD)
    question = office.question(write_roster(office.folder, ROWS))

    def fail(kind: MessageType, _number: int) -> None:
        if kind is MessageType.MATCH:
            raise httpx.ConnectError("the line is down")

    office.gateway.before = fail
    with pytest.raises(GatewayUnreachableError):
        office.questioner.ask(question, lambda *_: None)
    office.gateway.before = lambda *_: None
    office.gateway.runs.clear()
    office.gateway.indexed.clear()
    office.gateway.add_epoch(2)
    office.trust.accept(office.gateway.registry(version=2), office.connector.now())
    results = office.questioner.ask(question, lambda *_: None)
    (run,) = office.questioner.runs.list_runs(question.id)
    assert run.epoch == 2
    assert sum(result.outcome == "match" for result in results) == 2


def test_a_refusal_is_not_taken_for_a_lost_run(office: Office) -> None:
    question = office.question(write_roster(office.folder, ROWS))

    def refuse(_answer: Message) -> Message:
        raise ProblemError(ProblemCode.BUDGET_EXHAUSTED)

    office.gateway.change = refuse
    with pytest.raises(ProblemError) as refused:
        office.questioner.ask(question, lambda *_: None)
    assert refused.value.code is ProblemCode.BUDGET_EXHAUSTED
    assert len(office.gateway.received) == 1


def test_a_roster_that_was_changed_meanwhile_is_refused(office: Office) -> None:
    question = office.question(write_roster(office.folder, ROWS))
    office.questioner.open(question, "officer-07", None)
    write_roster(office.folder, [*ROWS, child(6)])
    with pytest.raises(RosterChangedError):
        office.questioner.ask(question, lambda *_: None)
