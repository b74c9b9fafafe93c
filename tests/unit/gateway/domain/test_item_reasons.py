"""Codes of items' entries: every step, clock and refusal has words, and what is unknown says nothing."""

import pytest

from gateway.domain.clauses import deciding_clause
from gateway.domain.item_reasons import (
    escalation_reason,
    has_ended,
    item_reason_words,
    refusal_reason,
    step_reason,
)
from gateway.log.events import Actor, Event, EventType
from gateway.reports.entry_words import reason_words
from schemas.faults import Wording
from schemas.workflows.clock import ClockKind
from schemas.workflows.load import load_workflows
from schemas.workflows.refusal import RefusalCode


def _all_reasons() -> list[str]:
    found = [refusal_reason(code.value) for code in RefusalCode]
    for workflow in load_workflows().values():
        found += [step_reason(workflow.id), *(step_reason(workflow.id, one.id) for one in workflow.transitions)]
        deadlines = [clock for clock in workflow.clocks if clock.kind is ClockKind.DEADLINE]
        found += [escalation_reason(workflow.id, one.id, step.id) for one in deadlines for step in one.escalations]
    return found


def test_every_reason_has_its_own_words_and_can_be_logged() -> None:
    reasons = _all_reasons()
    words = [item_reason_words(reason) for reason in reasons]
    assert None not in words
    assert len(set(words)) == len(set(reasons)) == len(reasons)
    for reason in reasons:
        Event(type=EventType.ITEM_ACT, actor=Actor(org="education.990101"), reason=reason)


def test_the_words_of_one_of_each_kind() -> None:
    assert item_reason_words("W6") == Wording("转介", "Referral")
    assert item_reason_words("W6.send") == Wording("转介：转出", "Referral: send")
    assert reason_words("W6.acknowledge.superior").zh == "转介：签收时限已逾期，督办至上级单位"
    assert reason_words("item_refused:not_now").zh == "流程不允许这一步：当前状态下不能办理这一步"
    assert deciding_clause("item_refused:not_now", None).en.startswith("The workflow does not allow this step: ")


@pytest.mark.parametrize(
    "reason", ["W9", "W6.dance", "W6.acknowledge.press", "W6.tea.superior", "W6.a.b.c", "no_agreement", ""]
)
def test_what_is_not_known_says_nothing(reason: str) -> None:
    assert item_reason_words(reason) is None


def test_a_reason_of_a_workflow_without_words_is_shown_as_it_is() -> None:
    assert reason_words("W9.dance") == Wording("W9.dance", "W9.dance")


def test_an_item_has_ended_in_a_final_state_and_not_after_it_was_opened_again() -> None:
    assert not has_ended([])
    assert not has_ended(["W6.send", "W6.acknowledge"])
    assert has_ended(["W6.send", "W6.withdraw"])
    assert has_ended(["W1.close"])
    assert not has_ended(["W1.close", "W1.reopen"])
    assert not has_ended(["W9.close"])
