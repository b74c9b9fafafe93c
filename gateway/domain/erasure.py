"""The rules of erasure: what can be erased, on which grounds, and who has to agree (NIST SP 800-53 AU-9(5))."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final

from gateway.domain.account import Account
from gateway.domain.roles import Permission, Role
from gateway.log.event_names import PersonalField
from schemas.faults import FaultError, Wording

MAX_ERASURE_ENTRIES: Final = 100_000
"""So many entries one proposal may cover: they are erased in one transaction, while all other writes wait."""

SUBJECT_INDEX: Final = "subject_index"
ERASABLE: Final = (*(field.value for field in PersonalField), SUBJECT_INDEX)
"""What can be erased of an entry: its disclosures by field, and the tags by which it is found."""

APPROVING_ROLES: Final = (Role.PRIVACY_OFFICER, Role.SECURITY_ADMINISTRATOR)
"""One account of each has to approve."""


class ErasureState(StrEnum):
    """How far a proposal has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    ERASED = "erased"


OPEN_STATES: Final = (ErasureState.PROPOSED, ErasureState.APPROVED)


class ErasureBasis(StrEnum):
    """Why something may be erased; stands in the leaf."""

    RETENTION_OVER = "retention_over"
    PERSONS_REQUEST = "persons_request"
    UNLAWFUL = "unlawful"
    COURT_ORDER = "court_order"


BASIS_WORDS: Final[Mapping[ErasureBasis, Wording]] = MappingProxyType(
    {
        ErasureBasis.RETENTION_OVER: Wording(
            "保存期限届满（个人信息保护法第19条、第47条）", "the retention period is over (PIPL art. 19, 47)"
        ),
        ErasureBasis.PERSONS_REQUEST: Wording(
            "当事人请求删除（个人信息保护法第47条）", "the person asks for it (PIPL art. 47)"
        ),
        ErasureBasis.UNLAWFUL: Wording(
            "违法或者误录入的信息（个人信息保护法第47条）", "recorded unlawfully or by mistake (PIPL art. 47)"
        ),
        ErasureBasis.COURT_ORDER: Wording("生效裁判或者主管机关决定", "a court's or authority's decision"),
    }
)


class ErasureFault(StrEnum):
    """Why an erasure is refused."""

    NO_ENTRIES = "no_entries"
    TOO_MANY_ENTRIES = "too_many_entries"
    HELD = "held"
    NOT_OPEN = "not_open"
    OWN_PROPOSAL = "own_proposal"
    ALREADY_DECIDED = "already_decided"
    ROLE_HAS_DECIDED = "role_has_decided"
    NO_APPROVING_ROLE = "no_approving_role"


class ErasureError(FaultError):
    """An erasure is refused."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        ErasureFault.NO_ENTRIES: Wording(
            "没有可擦除的条目：没有选中，或者已经擦除", "there is nothing to erase: none chosen, or erased already"
        ),
        ErasureFault.TOO_MANY_ENTRIES: Wording(
            f"一次最多 {MAX_ERASURE_ENTRIES:,} 条，请缩小范围", f"at most {MAX_ERASURE_ENTRIES:,} entries at a time"
        ),
        ErasureFault.HELD: Wording(
            "其中有条目正被法律保全，不得擦除；解除保全后可以再申请",
            "some of these entries are under legal hold and may not be erased; lift the hold first",
        ),
        ErasureFault.NOT_OPEN: Wording("该申请已办结", "this proposal is closed already"),
        ErasureFault.OWN_PROPOSAL: Wording(
            "不得批准本人提出的申请，请另一位人员办理", "nobody decides on their own proposal; another person has to"
        ),
        ErasureFault.ALREADY_DECIDED: Wording("您已对该申请作出决定", "you have decided on this proposal already"),
        ErasureFault.ROLE_HAS_DECIDED: Wording(
            "同一角色已有人批准；还需另一角色的人员批准",
            "somebody of your role has approved already; the other role has to as well",
        ),
        ErasureFault.NO_APPROVING_ROLE: Wording(
            "须由隐私专员和安全管理员各一人批准", "one privacy officer and one security administrator have to approve"
        ),
    }


@dataclass(frozen=True, slots=True)
class ErasureDecision:
    """What one account decided on a proposal, in which role."""

    account: str
    role: Role
    approves: bool


def require_may_decide(account: Account, proposed_by: str | None, decisions: Collection[ErasureDecision]) -> Role:
    """Return the role in which `account` may decide on a proposal that is still open.

    Raises:
        ErasureError: no such role or permission, the account's own proposal, decided before, or the role has approved.
    """
    role = next((role for role in APPROVING_ROLES if role in account.roles), None)
    if role is None or not account.may(Permission.APPROVE_ERASURE):
        raise ErasureError(ErasureFault.NO_APPROVING_ROLE)
    if account.id == proposed_by:
        raise ErasureError(ErasureFault.OWN_PROPOSAL)
    if any(decision.account == account.id for decision in decisions):
        raise ErasureError(ErasureFault.ALREADY_DECIDED)
    if any(decision.role is role for decision in decisions):
        raise ErasureError(ErasureFault.ROLE_HAS_DECIDED)
    return role


def state_after(decisions: Collection[ErasureDecision]) -> ErasureState:
    """Return what the decisions come to: one who declines is enough, all roles have to approve."""
    if any(not decision.approves for decision in decisions):
        return ErasureState.DECLINED
    approved = {decision.role for decision in decisions}
    return ErasureState.APPROVED if approved.issuperset(APPROVING_ROLES) else ErasureState.PROPOSED
