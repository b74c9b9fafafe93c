"""What the states and steps of an agreement are called."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.agreement import AgreementState, Approval
from schemas.agreement_steps import AgreementStep
from schemas.faults import Wording

STATE_WORDS: Final[Mapping[AgreementState, Wording]] = MappingProxyType(
    {
        AgreementState.PROPOSED: Wording("已提出，待受理", "proposed, to be looked through"),
        AgreementState.INCOMPLETE: Wording("已告知补正", "returned as incomplete"),
        AgreementState.IN_REVIEW: Wording("提供部门审核中", "under review by the provider"),
        AgreementState.AGREED: Wording("双方已签署，待牵头机构会签", "signed by both, the lead body is to countersign"),
        AgreementState.ACTIVE: Wording("有效", "in force"),
        AgreementState.SUSPENDED: Wording("已中止", "suspended"),
        AgreementState.REFUSED: Wording("提供部门不同意", "refused by the provider"),
        AgreementState.DISPUTED: Wording("有异议，待牵头机构裁定", "disputed, the lead body decides"),
        AgreementState.REPLACED: Wording("已被新版本取代", "replaced by a newer version"),
        AgreementState.EXPIRED: Wording("已到期", "expired"),
        AgreementState.REVOKED: Wording("已终止", "revoked"),
    }
)

STEP_WORDS: Final[Mapping[AgreementStep, Wording]] = MappingProxyType(
    {
        AgreementStep.PROPOSE: Wording("签署并提出", "signed and proposed"),
        AgreementStep.ACCEPT_COMPLETE: Wording("受理，开始审核", "taken as complete, review begun"),
        AgreementStep.RETURN_INCOMPLETE: Wording("一次告知补正", "returned, all that is missing was told"),
        AgreementStep.EXTEND: Wording("延长审核 10 个工作日", "review extended by 10 working days"),
        AgreementStep.SIGN: Wording("签署", "signed"),
        AgreementStep.REFUSE: Wording("不同意", "refused"),
        AgreementStep.DISPUTE: Wording("提出异议", "refusal disputed"),
        AgreementStep.SETTLE_REOPEN: Wording("裁定重新审核", "decided: to be reviewed again"),
        AgreementStep.SETTLE_REFUSE: Wording("裁定维持不同意", "decided: stays refused"),
        AgreementStep.COUNTERSIGN: Wording("会签", "countersigned"),
        AgreementStep.SUSPEND: Wording("中止", "suspended"),
        AgreementStep.RESUME: Wording("恢复", "resumed"),
        AgreementStep.REVOKE: Wording("终止，密钥和索引已销毁", "revoked, key and index destroyed"),
        AgreementStep.REPLACE: Wording("新版本生效，本版本终止", "replaced by the newer version"),
        AgreementStep.EXPIRE: Wording("到期，索引已销毁", "expired, index destroyed"),
    }
)

APPROVAL_WORDS: Final[Mapping[Approval, Wording]] = MappingProxyType(
    {
        Approval.NONE: Wording("不另设审批", "none beyond the purpose's own"),
        Approval.SECOND_PERSON: Wording("每次查询须由第二人批准", "a second person approves each question"),
    }
)
