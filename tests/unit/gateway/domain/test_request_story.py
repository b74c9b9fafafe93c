"""The story of a request, told from its entries: in order, with the times between, and with its end."""

from datetime import timedelta

import pytest

from gateway.domain.request_story import ORPHANED_AFTER, StepKind, StoryEnd, receipts_of, tell
from gateway.log.events import Actor, Event, EventType, RequestRef
from gateway.log.logged_entry import LoggedEntry
from schemas.formats import digest_of
from tests.audit_log import query_event
from tests.unit.gateway.reports.entries import AT, logged

INTENT_ID = "01900000-0000-7000-8000-00000000000a"


def _intent(event_type: EventType = EventType.FIELD_QUERY) -> LoggedEntry:
    return logged(query_event(type=event_type, event_id=INTENT_ID), 0)


def _outcome(event_type: EventType = EventType.FIELD_RELEASE) -> LoggedEntry:
    event = query_event(
        type=event_type, ref=INTENT_ID, personal={}, request=RequestRef(digest_of(b"answer"), digest_of(b"s"))
    )
    return logged(event, 3, AT + timedelta(milliseconds=40))


def _receipt(answer: bytes = b"answer") -> LoggedEntry:
    event = query_event(
        type=EventType.FIELD_RECEIPT, personal={}, correlation_id="other", content=digest_of(answer), records=None
    )
    return logged(event, 9, AT + timedelta(seconds=5))


def test_an_answered_request_from_asked_to_received() -> None:
    story = tell([_intent(), _outcome()], [_receipt()], AT + timedelta(days=1))
    assert [step.kind for step in story.steps] == [
        StepKind.ASKED,
        StepKind.PERMITTED,
        StepKind.PASSED_ON,
        StepKind.ANSWERED,
        StepKind.RECEIVED,
    ]
    assert [step.after for step in story.steps] == [
        None,
        timedelta(0),
        timedelta(0),
        timedelta(milliseconds=40),
        timedelta(milliseconds=4960),
    ]
    assert (story.end, story.duration) == (StoryEnd.COMPLETE, timedelta(seconds=5))
    assert [entry.index for entry in story.entries] == [0, 3, 9]


def test_what_the_gateway_does_itself_is_not_passed_on() -> None:
    story = tell([_intent(EventType.MATCH_QUERY)], [], AT)
    assert story.steps[-1].kind is StepKind.COMPARED


@pytest.mark.parametrize(
    ("waited", "end"),
    [
        (timedelta(0), StoryEnd.UNDER_WAY),
        (ORPHANED_AFTER, StoryEnd.UNDER_WAY),
        (ORPHANED_AFTER + timedelta(milliseconds=1), StoryEnd.ORPHANED),
    ],
)
def test_an_intent_without_an_outcome_is_an_orphan_after_a_while(waited: timedelta, end: StoryEnd) -> None:
    assert tell([_intent()], [], AT + waited).end is end


def test_an_outcome_of_another_intent_ends_nothing() -> None:
    stray = logged(query_event(type=EventType.FIELD_RELEASE, ref=INTENT_ID[:-1] + "b", personal={}), 4)
    assert tell([_intent(), stray], [], AT + timedelta(days=1)).end is StoryEnd.ORPHANED


def test_a_refusal_before_and_after_it_was_permitted() -> None:
    refusal = Event(type=EventType.REFUSAL, decision="deny", reason="no_agreement")
    at_once = tell([logged(refusal)], [], AT)
    assert [step.kind for step in at_once.steps] == [StepKind.ASKED, StepKind.REFUSED]
    later = Event(type=EventType.REFUSAL, decision="deny", reason="provider_unreachable", ref=INTENT_ID)
    story = tell([_intent(), logged(later, 4)], [], AT)
    assert [step.kind for step in story.steps][-1] is StepKind.REFUSED
    assert at_once.end is story.end is StoryEnd.REFUSED


def test_only_a_receipt_of_this_very_answer_belongs_to_the_story() -> None:
    entries = [_intent(), _outcome()]
    confirmed = logged(query_event(type=EventType.FIELD_RECEIPT, ref=INTENT_ID, personal={}), 10)
    assert receipts_of(entries, [_receipt(), _receipt(b"another"), confirmed]) == [_receipt()]


def test_steps_in_the_life_of_an_agreement_are_noted() -> None:
    story = tell([logged(Event(type=EventType.AGREEMENT_SIGN))], [], AT)
    assert ([step.kind for step in story.steps], story.end) == ([StepKind.NOTED], StoryEnd.COMPLETE)


def _step(event_type: EventType, reason: str, minutes: int) -> LoggedEntry:
    event = Event(type=event_type, actor=Actor(org="education.990101"), reason=reason, correlation_id="item")
    return logged(event, minutes, AT + timedelta(minutes=minutes))


def test_an_item_is_told_step_by_step_until_it_has_ended() -> None:
    entries = [
        _step(EventType.ITEM_OPEN, "W6", 0),
        _step(EventType.ITEM_ACT, "W6.send", 1),
        _step(EventType.ITEM_READ, "W6", 2),
        _step(EventType.ITEM_ESCALATE, "W6.acknowledge.superior", 3),
        _step(EventType.ITEM_ACT, "W6.withdraw", 4),
    ]
    kinds = [StepKind.OPENED, StepKind.TAKEN, StepKind.READ, StepKind.ESCALATED, StepKind.TAKEN]
    under_way = tell(entries[:-1], [], AT + timedelta(days=9))
    assert [step.kind for step in under_way.steps] == kinds[:-1]
    assert (under_way.is_item, under_way.end) == (True, StoryEnd.UNDER_WAY)
    assert tell(entries, [], AT + timedelta(days=9)).end is StoryEnd.COMPLETE
    assert not tell([_intent()], [], AT).is_item
