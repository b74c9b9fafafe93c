"""Why asking broke off, in words: what refused, by which clause, and who can change that."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.faults import Wording
from schemas.problem import ProblemCode, text_of


class LocalFailure(StrEnum):
    """What is no refusal by the gateway or the provider."""

    GATEWAY_UNREACHABLE = "gateway_unreachable"
    ANSWER_NOT_BELIEVED = "answer_not_believed"
    LEDGER_CHANGED = "ledger_changed"
    LEDGER_UNREADABLE = "ledger_unreadable"
    INTERRUPTED = "interrupted"
    OFFICER_GONE = "officer_gone"


@dataclass(frozen=True, slots=True)
class FailureWords:
    """What is wrong, what to do next, which clause refused (None: no clause), and who can change it."""

    title: Wording
    next: Wording
    clause: Wording | None
    who: Wording


_OFFICES: Final = Wording(
    "双方数据共享主管部门（另签协议）", "the sharing offices of both agencies, by another agreement"
)
_OFFICER: Final = Wording("您本人", "you")
_APPROVER: Final = Wording("本单位的另一名审批人", "another person of this agency who approves")
_GATEWAY: Final = Wording("网关管理员", "the administrator of the gateway")
_PROVIDER: Final = Wording("对方单位的系统管理员", "the administrator of the agency that was asked")
_ADMINISTRATOR: Final = Wording("本单位的系统管理员", "this agency's administrator")

_CLAUSES: Final[Mapping[ProblemCode, tuple[Wording, Wording]]] = MappingProxyType(
    {
        ProblemCode.NO_AGREEMENT: (Wording("协议", "agreement"), _OFFICES),
        ProblemCode.AGREEMENT_NOT_ACTIVE: (Wording("协议状态", "state of the agreement"), _OFFICES),
        ProblemCode.AGREEMENT_NOT_STARTED: (Wording("生效日期", "first day"), _OFFICES),
        ProblemCode.AGREEMENT_EXPIRED: (Wording("有效期", "last day"), _OFFICES),
        ProblemCode.NOT_A_PARTY: (Wording("协议双方", "parties"), _OFFICES),
        ProblemCode.PURPOSE_DIFFERS: (Wording("用途", "purpose"), _OFFICES),
        ProblemCode.PURPOSE_UNKNOWN: (Wording("用途", "purpose"), _OFFICES),
        ProblemCode.RELATION_NOT_AGREED: (Wording("用途", "purpose"), _OFFICES),
        ProblemCode.ATTRIBUTE_NOT_AGREED: (Wording("数据项", "attributes"), _OFFICES),
        ProblemCode.ATTRIBUTE_NEVER_RELEASED: (
            Wording("数据项", "attributes"),
            Wording("任何人都不能（不予共享）", "nobody: it is never released"),
        ),
        ProblemCode.REGION_MISSING: (Wording("地区范围", "regions"), _OFFICER),
        ProblemCode.REGION_NOT_AGREED: (Wording("地区范围", "regions"), _OFFICES),
        ProblemCode.CASE_NUMBER_MISSING: (Wording("个案编号", "case number"), _OFFICER),
        ProblemCode.OFFICER_MISSING: (Wording("经办人", "officer"), _OFFICER),
        ProblemCode.APPROVAL_MISSING: (Wording("审批", "approval"), _APPROVER),
        ProblemCode.EMERGENCY_REASON_MISSING: (Wording("紧急查询事由", "reason of the emergency"), _OFFICER),
        ProblemCode.EMERGENCY_NOT_AGREED: (Wording("用途", "purpose"), _OFFICES),
        ProblemCode.OFFICER_SUSPENDED: (
            Wording("紧急查询的复核", "review of emergency calls"),
            Wording(
                "网关的安全管理员，须由第二人同意", "the gateway's security administrator, with a second person"
            ),
        ),
        ProblemCode.OFFICER_BUDGET_EXHAUSTED: (
            Wording("每名经办人的每日额度", "an officer's daily budget"),
            Wording(
                "明天可继续；提高额度由双方数据共享主管部门另签协议",
                "go on tomorrow; a larger budget is for the sharing offices of both agencies",
            ),
        ),
        ProblemCode.BATCH_TOO_LARGE: (Wording("每批上限", "largest batch"), _OFFICES),
        ProblemCode.BUDGET_EXHAUSTED: (
            Wording("每日额度", "daily budget"),
            Wording(
                "明天可继续；提高额度由双方数据共享主管部门另签协议",
                "go on tomorrow; a larger budget is for the sharing offices of both agencies",
            ),
        ),
    }
)
_CHANGERS: Final[Mapping[ProblemCode, Wording]] = MappingProxyType(
    {
        ProblemCode.NO_ACTIVE_INDEX: _PROVIDER,
        ProblemCode.PROVIDER_UNREACHABLE: _PROVIDER,
        ProblemCode.PROVIDER_ANSWER_INVALID: _PROVIDER,
        ProblemCode.SOURCE_UNAVAILABLE: _PROVIDER,
        ProblemCode.REGISTRY_EXPIRED: _GATEWAY,
        ProblemCode.REGISTRY_NOT_TRUSTED: _GATEWAY,
        ProblemCode.AUDIT_UNAVAILABLE: _GATEWAY,
        ProblemCode.LOG_NOT_WITNESSED: _GATEWAY,
        ProblemCode.OVERLOADED: _GATEWAY,
    }
)
_LOCAL: Final[Mapping[LocalFailure, FailureWords]] = MappingProxyType(
    {
        LocalFailure.GATEWAY_UNREACHABLE: FailureWords(
            Wording("网关没有应答", "The gateway does not answer"),
            Wording(
                "请检查网络后点“继续查询”；已得到的答复不会丢失。", "Check the network, then go on; nothing is lost."
            ),
            None,
            _ADMINISTRATOR,
        ),
        LocalFailure.ANSWER_NOT_BELIEVED: FailureWords(
            Wording("收到的应答未通过校验，没有采用", "An answer failed verification and was not taken"),
            Wording("请继续；再次出现请告知管理员。", "Go on; if it happens again, tell the administrator."),
            None,
            _GATEWAY,
        ),
        LocalFailure.LEDGER_CHANGED: FailureWords(
            Wording("台账在核对之后被改动", "The ledger was changed after its rows were counted"),
            Wording("请用改动后的台账重新发起查询。", "Ask a new question with the ledger as it is now."),
            None,
            _OFFICER,
        ),
        LocalFailure.LEDGER_UNREADABLE: FailureWords(
            Wording("台账不能读取", "The ledger can't be read"),
            Wording("请到“台账”页查看原因，或重新上传。", "See the ledgers page for the reason, or upload it again."),
            None,
            _OFFICER,
        ),
        LocalFailure.OFFICER_GONE: FailureWords(
            Wording("发起人或批准人已不在岗", "Who prepared or approved it may no longer do so"),
            Wording(
                "请由现任人员重新登记并批准；没有以他们的名义查询。",
                "Let those now in office register and approve it anew; nothing was asked in their names.",
            ),
            None,
            _ADMINISTRATOR,
        ),
        LocalFailure.INTERRUPTED: FailureWords(
            Wording("程序意外中断", "The program broke off unexpectedly"),
            Wording("请继续；再次出现请告知管理员。", "Go on; if it happens again, tell the administrator."),
            None,
            _ADMINISTRATOR,
        ),
    }
)


def tell_failure(code: str) -> FailureWords:
    """Return the words for a `ProblemCode` or `LocalFailure`; raises ValueError for anything else."""
    if code in {known.value for known in LocalFailure}:
        return _LOCAL[LocalFailure(code)]
    problem = ProblemCode(code)
    text = text_of(problem)
    clause, who = _CLAUSES.get(problem, (None, _CHANGERS.get(problem, _ADMINISTRATOR)))
    return FailureWords(Wording(text.title_zh, text.title_en), Wording(text.next_zh, text.next_en), clause, who)
