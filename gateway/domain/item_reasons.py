"""Reasons of entries about items, as codes: which step of which workflow, whose time ran out, why a step was refused.

W6                          the item was opened, or read
W6.send                     a step was taken
W6.acknowledge.superior     a clock ran out, and who was told
item_refused:not_now        the workflow refused
"""

from collections.abc import Sequence
from typing import Final

from schemas.faults import Wording
from schemas.problem import ProblemCode, text_of
from schemas.workflows.clock import Above, Clock
from schemas.workflows.load import load_workflows
from schemas.workflows.refusal import REFUSAL_WORDINGS, RefusalCode
from schemas.workflows.rule_pack import Workflow

_TOLD: Final = {
    Above.SUPERIOR: Wording("已逾期，督办至上级单位", "overdue; the superior office was told"),
    Above.LEAD_BODY: Wording("已逾期，督办至牵头协调机构", "overdue; the lead body was told"),
}
_REFUSED: Final = f"{ProblemCode.ITEM_REFUSED.value}:"


def step_reason(workflow: str, transition: str | None = None) -> str:
    """Return the code of a step, or of opening or reading where there is none."""
    return workflow if transition is None else f"{workflow}.{transition}"


def escalation_reason(workflow: str, clock: str, step: str) -> str:
    """Return the code of an escalation."""
    return f"{workflow}.{clock}.{step}"


def refusal_reason(code: str) -> str:
    """Return the code of a refusal for which a workflow has a code of its own."""
    return f"{_REFUSED}{code}"


def item_reason_words(reason: str) -> Wording | None:
    """Return what such a code says, or None for one that says nothing of an item or is of an unknown workflow."""
    if reason.startswith(_REFUSED):
        return _refusal_words(reason.removeprefix(_REFUSED))
    id_, *names = reason.split(".")
    workflow = load_workflows().get(id_)
    if workflow is None or len(names) > 2:
        return None
    if not names:
        return Wording(workflow.name_zh, workflow.name_en)
    said = _step_words(workflow, names[0]) if len(names) == 1 else _escalation_words(workflow, names[0], names[1])
    return None if said is None else Wording(f"{workflow.name_zh}：{said.zh}", f"{workflow.name_en}: {said.en}")


def has_ended(reasons: Sequence[str]) -> bool:
    """Return whether an item with these steps, in their order, is in a final state; unknown steps end nothing."""
    is_over = False
    for reason in reasons:
        id_, _, transition = reason.partition(".")
        workflow = load_workflows().get(id_)
        step = None if workflow is None else workflow.find_transition(transition)
        if workflow is not None and step is not None and step.to is not None:
            is_over = workflow.state(step.to).final
    return is_over


def _step_words(workflow: Workflow, name: str) -> Wording | None:
    step = workflow.find_transition(name)
    return None if step is None else Wording(step.name_zh, step.name_en)


def _escalation_words(workflow: Workflow, name: str, told: str) -> Wording | None:
    clock = workflow.find_clock(name)
    above = None if clock is None else _told(clock, told)
    if clock is None or above is None:
        return None
    return Wording(f"{clock.name_zh}{above.zh}", f"{clock.name_en}: {above.en}")


def _told(clock: Clock, name: str) -> Wording | None:
    return next((_TOLD[step.to] for step in clock.escalations if step.id == name), None)


def _refusal_words(code: str) -> Wording:
    text = text_of(ProblemCode.ITEM_REFUSED)
    said = REFUSAL_WORDINGS[RefusalCode(code)] if code in set(RefusalCode) else Wording(code, code)
    return Wording(f"{text.title_zh}：{said.zh.rstrip('。')}", f"{text.title_en}: {said.en.rstrip('.')}")
