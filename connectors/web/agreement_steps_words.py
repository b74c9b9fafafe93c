"""The steps that one person takes with an agreement: who may, what the button says, what will happen, what to ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from connectors.console.roles import Permission
from connectors.desk.agreement_steps import OfficeStep
from connectors.desk.agreement_view import AgreementView, Part
from connectors.web.agreement_draft_pages import AGREEMENTS
from hosting.web.language import Text
from schemas.agreement_reasons import INCOMPLETE_REASONS, REFUSAL_REASONS


@dataclass(frozen=True, slots=True, kw_only=True)
class StepButton:
    """How a step is offered and asked about.

    Attributes:
        permission: who may take it.
        text: the button, named by its effect.
        explanation: what will happen.
        reasons: closed reasons to choose from, None for none.
        many: whether several may be chosen.
        takes_note: whether a sentence may be added.
        kind: of the button: primary, secondary or danger.
        is_typed: whether the purpose's id is to be typed before.
    """

    permission: Permission
    text: Text
    explanation: Text
    reasons: Mapping[str, Text] | None = None
    many: bool = False
    takes_note: bool = False
    kind: str = "secondary"
    is_typed: bool = False


STEP_BUTTONS: Final[Mapping[OfficeStep, StepButton]] = MappingProxyType(
    {
        OfficeStep.ACCEPT: StepButton(
            permission=Permission.PREPARE_AGREEMENTS,
            text=Text("材料齐全，受理", "It is complete: take it"),
            explanation=Text(
                "自对方提出之日起 10 个工作日内答复；受理以后，确有需要的可以延长一次，再加 10 个工作日。",
                "An answer is due within 10 working days of the proposal. Once it is taken as complete, 10 more can be "
                "added, one time.",
            ),
            kind="primary",
        ),
        OfficeStep.RETURN: StepButton(
            permission=Permission.PREPARE_AGREEMENTS,
            text=Text("需要补正，一次告知", "Something is missing: say all of it once"),
            explanation=Text(
                "请一次勾选全部缺少的内容。对方按此修改后，作为新版本重新提出；本版本到此为止。",
                "Tick all that is missing at once. The other agency proposes a revised version; this one ends here.",
            ),
            reasons=INCOMPLETE_REASONS,
            many=True,
            takes_note=True,
        ),
        OfficeStep.EXTEND: StepButton(
            permission=Permission.PREPARE_AGREEMENTS,
            text=Text("延长审核 10 个工作日", "Extend the review by 10 working days"),
            explanation=Text(
                "只能延长一次，对方会看到新的期限。", "Only once; the other agency sees the new day on which it is due."
            ),
        ),
        OfficeStep.REFUSE: StepButton(
            permission=Permission.SIGN_AGREEMENTS,
            text=Text("不同意", "Refuse"),
            explanation=Text(
                "不同意须说明理由；对方可以提出异议，由牵头部门裁定。",
                "A refusal states its reason; the other agency may dispute it, and the lead body decides.",
            ),
            reasons=REFUSAL_REASONS,
            takes_note=True,
            kind="danger",
        ),
        OfficeStep.DISPUTE: StepButton(
            permission=Permission.SIGN_AGREEMENTS,
            text=Text("提出异议，请牵头部门裁定", "Dispute it: the lead body decides"),
            explanation=Text(
                "牵头部门会看到双方的条款和理由，裁定重新审核或者维持不同意。",
                "The lead body sees terms and reasons, and decides: to be reviewed again, or refused for good.",
            ),
            takes_note=True,
        ),
        OfficeStep.SETTLE_REOPEN: StepButton(
            permission=Permission.SIGN_AGREEMENTS,
            text=Text("裁定重新审核", "Decide: to be reviewed again"),
            explanation=Text(
                "协议回到提供部门，从今天起重新计算 10 个工作日。",
                "It goes back to the provider, with 10 working days anew.",
            ),
            takes_note=True,
            kind="primary",
        ),
        OfficeStep.SETTLE_REFUSE: StepButton(
            permission=Permission.SIGN_AGREEMENTS,
            text=Text("裁定维持不同意", "Decide: it stays refused"),
            explanation=Text("这一版本到此为止，不能再提异议。", "This version ends here and can't be disputed again."),
            takes_note=True,
            kind="danger",
        ),
        OfficeStep.SUSPEND: StepButton(
            permission=Permission.HOLD_AGREEMENTS,
            text=Text("中止", "Suspend"),
            explanation=Text(
                "立即停止这项协议下的一切查询和答复，各方都会看到；可以恢复，密钥和索引保留。",
                "All questions and answers under it stop at once, and every party sees that. "
                "It can be resumed; key and index stay.",
            ),
        ),
        OfficeStep.RESUME: StepButton(
            permission=Permission.HOLD_AGREEMENTS,
            text=Text("恢复", "Resume"),
            explanation=Text("这项协议下可以重新查询和答复。", "Questions and answers under it are possible again."),
        ),
        OfficeStep.REVOKE: StepButton(
            permission=Permission.SIGN_AGREEMENTS,
            text=Text("终止", "Revoke"),
            explanation=Text(
                "协议永久终止，不能恢复：双方为它计算的密钥、网关上的索引、记录句柄和没有用完的许可立即销毁；"
                "已经得到的答复按约定的期限保存。审计日志保留。",
                "It ends for good: the keys that were derived for it, the index at the gateway, the record handles "
                "and unused grants are destroyed at once. Answers that were given are kept as long as agreed; "
                "the audit log stays.",
            ),
            kind="danger",
            is_typed=True,
        ),
    }
)
DONE_WORDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "proposed": Text("已由两人签署并向对方提出。", "Signed by two persons and proposed."),
        "prepared": Text("已提请签署，请另一人确认；什么也没有送出。", "Prepared; another confirms. Nothing has left."),
        "withdrawn": Text("已撤回。", "Taken back."),
        "signed": Text("已由两人签署。", "Signed by two persons."),
        "deleted": Text("草稿已删除。", "The draft was deleted."),
        OfficeStep.ACCEPT.value: Text(
            "已受理，请在期限内签署或者答复。", "Taken as complete: sign it or answer in time."
        ),
        OfficeStep.RETURN.value: Text("已一次告知需要补正的内容。", "What is missing was told."),
        OfficeStep.EXTEND.value: Text("审核期限已延长。", "The review was extended."),
        OfficeStep.REFUSE.value: Text("已答复不同意。", "Refused."),
        OfficeStep.DISPUTE.value: Text("已提出异议。", "Disputed."),
        OfficeStep.SETTLE_REOPEN.value: Text("已裁定重新审核。", "Decided: to be reviewed again."),
        OfficeStep.SETTLE_REFUSE.value: Text("已裁定维持不同意。", "Decided: it stays refused."),
        OfficeStep.SUSPEND.value: Text("已中止。", "Suspended."),
        OfficeStep.RESUME.value: Text("已恢复。", "Resumed."),
        OfficeStep.REVOKE.value: Text("已终止，密钥和索引已销毁。", "Revoked; key and index are destroyed."),
    }
)
_PATHS: Final = {
    Permission.PREPARE_AGREEMENTS: "review",
    Permission.SIGN_AGREEMENTS: "decision",
    Permission.HOLD_AGREEMENTS: "hold",
}


def step_path(permission: Permission) -> str:
    """Return below which part of an agreement's address the steps stand that this permission opens."""
    return _PATHS[permission]


def step_address(view: AgreementView, step: OfficeStep) -> str:
    """Return where a step is taken; a provider suspends and resumes where it sees what it was asked."""
    if view.part is Part.PROVIDER and step in {OfficeStep.SUSPEND, OfficeStep.RESUME}:
        return f"/desk/asked/agreements/{view.digest}"
    return f"{AGREEMENTS}/{view.digest}/{step_path(STEP_BUTTONS[step].permission)}/{step.value}"
