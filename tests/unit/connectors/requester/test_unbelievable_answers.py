"""A gateway that answers what can't be is not believed, and nothing of such an answer is kept."""

from collections.abc import Callable

import pytest

from connectors.gateway_client import AnswerError
from schemas.envelope import MessageType
from schemas.message import Message
from schemas.messages.match import MatchAnswer, MatchPartAnswer, Outcome
from tests.unit.connectors.requester.asking_offices import Office, child, handle_of, write_roster

Lie = Callable[[MatchAnswer], MatchAnswer]


def _first(answer: MatchAnswer, **changes: object) -> MatchAnswer:
    first = answer.outcomes[0].model_copy(update=changes)
    return answer.model_copy(update={"outcomes": (first, *answer.outcomes[1:])})


def _other_row(answer: MatchAnswer) -> MatchAnswer:
    return answer.model_copy(update={"outcomes": tuple(reversed(answer.outcomes))})


def _one_row_less(answer: MatchAnswer) -> MatchAnswer:
    return answer.model_copy(update={"outcomes": answer.outcomes[1:]})


def _other_key_set(answer: MatchAnswer) -> MatchAnswer:
    return answer.model_copy(update={"summary": answer.summary.model_copy(update={"key_set": "G/2"})})


def _match_without_handle(answer: MatchAnswer) -> MatchAnswer:
    return _first(answer, outcome=Outcome.MATCH, handles=())


def _handle_without_match(answer: MatchAnswer) -> MatchAnswer:
    return _first(answer, outcome=Outcome.POSSIBLE_MATCH, handles=(handle_of(0),))


def _two_handles(answer: MatchAnswer) -> MatchAnswer:
    return _first(answer, outcome=Outcome.MATCH, handles=(handle_of(0), handle_of(1)))


def _one_handle_twice(answer: MatchAnswer) -> MatchAnswer:
    return _first(answer, outcome=Outcome.MATCH, handles=(handle_of(0), handle_of(0)))


def _unknown_component(answer: MatchAnswer) -> MatchAnswer:
    return _first(answer, comparison={"SHOE_SIZE": 1})


def _unknown_level(answer: MatchAnswer) -> MatchAnswer:
    return _first(answer, comparison={"NAME": 2})


def _made_up_review(answer: MatchAnswer) -> MatchAnswer:
    return _first(answer, reviewed=True)


def _no_grant(answer: MatchAnswer) -> MatchAnswer:
    return answer.model_copy(update={"grant": None})


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (_other_row, "other_rows"),
        (_one_row_less, "other_rows"),
        (_other_key_set, "other_key_set"),
        (_match_without_handle, "handle_without_match"),
        (_handle_without_match, "handle_without_match"),
        (_two_handles, "several_handles_for_one_child"),
        (_one_handle_twice, "handle_twice"),
        (_unknown_component, "unknown_comparison"),
        (_unknown_level, "unknown_comparison"),
        (_made_up_review, "not_reviewed_here"),
        (_no_grant, "grant_without_match"),
    ],
)
def test_outcomes_that_can_not_be(office: Office, lie: Lie, reason: str) -> None:
    office.hold(child(1), child(2))
    question = office.question(write_roster(office.folder, [child(1), child(2)]))
    office.gateway.change = lambda answer: lie(answer) if isinstance(answer, MatchAnswer) else answer
    with pytest.raises(AnswerError) as caught:
        office.questioner.ask(question, lambda *_: None)
    assert caught.value.reason == reason
    assert office.questioner.vault.results(question.id) == []
    office.gateway.change = lambda answer: answer
    assert len(office.questioner.ask(question, lambda *_: None)) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"settled": (7,)}, "settled_rows_not_asked"),
        ({"number": 4}, "another_part"),
        ({"run": "0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f00"}, "another_part"),
    ],
)
def test_a_part_that_can_not_be(office: Office, changes: dict[str, object], reason: str) -> None:
    question = office.question(write_roster(office.folder, [child(1)]))

    def change(answer: Message) -> Message:
        return answer.model_copy(update=changes) if isinstance(answer, MatchPartAnswer) else answer

    office.gateway.change = change
    with pytest.raises(AnswerError) as caught:
        office.questioner.ask(question, lambda *_: None)
    assert caught.value.reason == reason
    (run,) = office.questioner.runs.list_runs(question.id)
    assert run.parts == frozenset()


@pytest.mark.parametrize(
    ("agreed", "refused"),
    [
        (("p.d!lunar",), None),
        (("n.r6", "r6.d.x"), None),
        (("r6.d.x",), "not_provable"),
        (("r6.d.x", "id", "no.such.key"), "not_provable"),
        ((), "not_provable"),
    ],
    ids=["a flag of what was asked", "two together", "one of two", "not asked for, not known", "nothing"],
)
def test_a_match_that_can_not_be_proven_is_not_asked_about(
    office: Office, agreed: tuple[str, ...], refused: str | None
) -> None:
    office.hold(child(2))
    question = office.question(write_roster(office.folder, [child(2, has_id=False)]))

    def weaken(answer: Message) -> Message:
        if not isinstance(answer, MatchAnswer):
            return answer
        (outcome,) = answer.outcomes
        return answer.model_copy(update={"outcomes": (outcome.model_copy(update={"agreed": agreed}),)})

    office.gateway.change = weaken
    (result,) = office.questioner.ask(question, lambda *_: None)
    assert (result.outcome, result.refused) == ("match", refused)
    assert bool(result.values) == (refused is None)
    assert len(office.gateway.messages(MessageType.EXCHANGE)) == (refused is None)


def test_a_settled_row_is_not_proven_by_a_key_that_was_never_asked_for(office: Office) -> None:
    """To prove by it, the connector would have it evaluated: the gateway could draw any key out of it."""
    office.hold(child(1))
    question = office.question(write_roster(office.folder, [child(1)]))

    def name_another_key(answer: Message) -> Message:
        if not isinstance(answer, MatchAnswer):
            return answer
        (outcome,) = answer.outcomes
        return answer.model_copy(update={"outcomes": (outcome.model_copy(update={"agreed": ("gn.p",)}),)})

    office.gateway.change = name_another_key
    (result,) = office.questioner.ask(question, lambda *_: None)
    assert result.refused == "not_provable"
    assert office.gateway.evaluated() == 2
