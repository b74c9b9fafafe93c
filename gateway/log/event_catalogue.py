"""The closed catalogue of audit events: for each type its code, its sentence, what it may state and who may read it.

A code ends in I (information), W (warning) or E (failure) and never changes its meaning. What is not declared here
can't be logged, and what is not logged can't happen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.log.event_names import Audience, EventType, LeafMember, PersonalField


@dataclass(frozen=True, slots=True)
class Declaration:
    """One event type. `personal` is also the number of digests in its leaf: decoys fill the missing ones."""

    code: str
    zh: str
    en: str
    members: frozenset[LeafMember]
    personal: frozenset[PersonalField]
    audiences: frozenset[Audience]


_PARTIES = frozenset(
    {LeafMember.ACTOR, LeafMember.PEER, LeafMember.POLICY, LeafMember.REQUEST, LeafMember.CORRELATION_ID}
)
_ASKED = _PARTIES | {LeafMember.PURPOSE, LeafMember.BASIS, LeafMember.RECORDS, LeafMember.FIELDS, LeafMember.DECISION}
_ANSWERED = _ASKED | {LeafMember.REASON, LeafMember.REF}
_REGISTERED = _PARTIES | {LeafMember.REF, LeafMember.APPROVALS}
_INDEXED = _REGISTERED | {LeafMember.RECORDS}
_STARTED = _INDEXED | {LeafMember.CONTENT}
_ENDED = _REGISTERED | {LeafMember.REASON}
_MOVED = frozenset(
    {
        LeafMember.ACTOR,
        LeafMember.PEER,
        LeafMember.REASON,
        LeafMember.REQUEST,
        LeafMember.CONTENT,
        LeafMember.CORRELATION_ID,
    }
)
_CALLED = _ENDED | {LeafMember.PURPOSE}
_AUDITED = frozenset(
    {
        LeafMember.ACTOR,
        LeafMember.PEER,
        LeafMember.PURPOSE,
        LeafMember.REASON,
        LeafMember.FIELDS,
        LeafMember.RECORDS,
        LeafMember.CONTENT,
        LeafMember.CORRELATION_ID,
        LeafMember.REF,
        LeafMember.APPROVALS,
    }
)

_ASKERS = frozenset({PersonalField.OFFICER, PersonalField.APPROVER, PersonalField.CASE_REF})
_QUERY = _ASKERS | {PersonalField.SUBJECT_REF, PersonalField.EMERGENCY_REASON, PersonalField.IP}
_ANSWER = frozenset({PersonalField.SUBJECT_REF, PersonalField.RESULT, PersonalField.NOTE})
_REFUSED = _QUERY | {PersonalField.NOTE}
_ACTED = frozenset({PersonalField.OFFICER})
_STAFF = frozenset({PersonalField.OFFICER, PersonalField.APPROVER, PersonalField.NOTE})
_AUDITOR = frozenset({PersonalField.OFFICER, PersonalField.SUBJECT_REF, PersonalField.CASE_REF, PersonalField.NOTE})
_ACCOUNT = frozenset({PersonalField.OFFICER, PersonalField.ACCOUNT, PersonalField.NOTE})
_SIGN_IN = frozenset({PersonalField.ACCOUNT, PersonalField.IP})
_NOBODY: frozenset[PersonalField] = frozenset()

_REGISTER = frozenset({Audience.OPERATOR, Audience.PARTY_AUDITOR, Audience.OVERSIGHT_AUDITOR})
_EXCHANGE = _REGISTER | {Audience.PRIVACY_OFFICER}
_ACCOUNTED = _EXCHANGE | {Audience.CITIZEN}
_OVERSIGHT = frozenset({Audience.OVERSIGHT_AUDITOR, Audience.PRIVACY_OFFICER})

DECLARATIONS: Final[Mapping[EventType, Declaration]] = MappingProxyType(
    {
        EventType.LOG_START: Declaration(
            "TX-LOG-001I", "审计日志启用", "The log was started", _STARTED, _NOBODY, _REGISTER
        ),
        EventType.LOG_SEAL: Declaration(
            "TX-LOG-002I", "审计日志封存", "The log of a year was sealed", _AUDITED, _NOBODY, _REGISTER
        ),
        EventType.LOG_WITNESS: Declaration(
            "TX-LOG-003W", "见证规则变更", "The witness policy was changed", _AUDITED, _STAFF, _REGISTER
        ),
        EventType.LOG_ALARM: Declaration(
            "TX-LOG-004W", "产生预警", "An alert was raised", _AUDITED, _NOBODY, _OVERSIGHT
        ),
        EventType.LOG_VERIFY: Declaration(
            "TX-LOG-005I", "全部日志已核验", "The whole log was verified", _AUDITED, _STAFF, _REGISTER
        ),
        EventType.EVALUATE_QUERY: Declaration(
            "TX-EVALUATE-001I", "请求计算关联键", "Evaluation of keys was asked for", _ASKED, _QUERY, _EXCHANGE
        ),
        EventType.EVALUATE_RESULT: Declaration(
            "TX-EVALUATE-002I", "关联键计算已答复", "Evaluation of keys was answered", _ANSWERED, _ANSWER, _EXCHANGE
        ),
        EventType.PART_QUERY: Declaration(
            "TX-PART-001I", "请求接收比对散列", "Hashes to match were sent", _ASKED, _QUERY, _EXCHANGE
        ),
        EventType.PART_RESULT: Declaration(
            "TX-PART-002I", "比对散列已接收", "Hashes to match were received", _ANSWERED, _ANSWER, _EXCHANGE
        ),
        EventType.MATCH_QUERY: Declaration(
            "TX-MATCH-001I", "请求比对", "A match was asked for", _ASKED, _QUERY, _ACCOUNTED
        ),
        EventType.MATCH_RESULT: Declaration(
            "TX-MATCH-002I",
            "比对已答复",
            "A match was answered",
            _ANSWERED | {LeafMember.CONTENT},
            _ANSWER,
            _EXCHANGE,
        ),
        EventType.REVIEW_QUERY: Declaration(
            "TX-REVIEW-001I",
            "请求登记复核决定",
            "A reviewer's decision was sent",
            _ASKED | {LeafMember.REASON},
            _QUERY,
            _ACCOUNTED,
        ),
        EventType.REVIEW_RESULT: Declaration(
            "TX-REVIEW-002I", "复核决定已生效", "A reviewer's decision is in force", _ANSWERED, _ANSWER, _EXCHANGE
        ),
        EventType.FIELD_QUERY: Declaration(
            "TX-FIELD-001I", "请求提供信息项", "Attributes were asked for", _ASKED, _QUERY, _ACCOUNTED
        ),
        EventType.FIELD_RELEASE: Declaration(
            "TX-FIELD-002I", "信息项已提供", "Attributes were released", _ANSWERED, _ANSWER, _ACCOUNTED
        ),
        EventType.FIELD_RECEIPT: Declaration(
            "TX-FIELD-003I",
            "请求方确认收到",
            "The requester confirmed receipt",
            _ANSWERED | {LeafMember.CONTENT},
            _STAFF,
            _EXCHANGE,
        ),
        EventType.STATISTICS_QUERY: Declaration(
            "TX-STATISTICS-001I", "请求提供统计表", "A table of statistics was asked for", _ASKED, _QUERY, _EXCHANGE
        ),
        EventType.STATISTICS_RELEASE: Declaration(
            "TX-STATISTICS-002I",
            "统计表已提供",
            "A table of statistics was released",
            _ANSWERED | {LeafMember.CONTENT},
            _ANSWER,
            _EXCHANGE,
        ),
        EventType.REFUSAL: Declaration(
            "TX-REFUSAL-001W", "请求被拒绝", "A request was refused", _ANSWERED, _REFUSED, _EXCHANGE
        ),
        EventType.INDEX_BEGIN: Declaration(
            "TX-INDEX-001I", "开始发布索引", "An index began", _INDEXED, _NOBODY, _REGISTER
        ),
        EventType.INDEX_ACTIVATE: Declaration(
            "TX-INDEX-002I",
            "索引启用",
            "An index became active",
            _REGISTERED | {LeafMember.RECORDS},
            _NOBODY,
            _REGISTER,
        ),
        EventType.INDEX_DESTROY: Declaration(
            "TX-INDEX-003W", "索引销毁", "An index was destroyed", _ENDED | {LeafMember.RECORDS}, _STAFF, _REGISTER
        ),
        EventType.MODEL_CHANGE: Declaration(
            "TX-MODEL-001I",
            "比对模型变更",
            "A linkage model was fitted anew",
            _INDEXED | {LeafMember.PURPOSE},
            _NOBODY,
            _REGISTER,
        ),
        EventType.AGREEMENT_PROPOSE: Declaration(
            "TX-AGREEMENT-001I",
            "提出协议",
            "An agreement was proposed",
            _REGISTERED | {LeafMember.PURPOSE, LeafMember.BASIS, LeafMember.FIELDS},
            _STAFF,
            _REGISTER,
        ),
        EventType.AGREEMENT_SIGN: Declaration(
            "TX-AGREEMENT-002I", "签署协议", "An agreement was signed", _REGISTERED, _STAFF, _REGISTER
        ),
        EventType.AGREEMENT_ACTIVATE: Declaration(
            "TX-AGREEMENT-003I",
            "协议生效",
            "An agreement became active",
            _REGISTERED | {LeafMember.PURPOSE, LeafMember.FIELDS},
            _STAFF,
            _REGISTER,
        ),
        EventType.AGREEMENT_SUSPEND: Declaration(
            "TX-AGREEMENT-004W", "协议中止", "An agreement was suspended", _ENDED, _STAFF, _REGISTER
        ),
        EventType.AGREEMENT_REVOKE: Declaration(
            "TX-AGREEMENT-005W", "协议撤销", "An agreement was revoked", _ENDED, _STAFF, _REGISTER
        ),
        EventType.AGREEMENT_EXPIRE: Declaration(
            "TX-AGREEMENT-006I", "协议到期", "An agreement expired", _ENDED, _NOBODY, _REGISTER
        ),
        EventType.AGREEMENT_REVIEW: Declaration(
            "TX-AGREEMENT-007I", "协议审核一步", "A step of a proposal's review was taken", _ENDED, _STAFF, _REGISTER
        ),
        EventType.AGREEMENT_OVERDUE: Declaration(
            "TX-AGREEMENT-008W",
            "协议答复或索引发布逾期",
            "The answer to a proposal, or the index of an agreement, is overdue",
            _ENDED,
            _NOBODY,
            _REGISTER,
        ),
        EventType.AGREEMENT_COUNTERSIGN: Declaration(
            "TX-AGREEMENT-009I",
            "牵头机构会签协议",
            "The lead body countersigned an agreement",
            _REGISTERED,
            _STAFF,
            _REGISTER,
        ),
        EventType.AGREEMENT_RESUME: Declaration(
            "TX-AGREEMENT-010I", "解除协议中止", "A suspension of an agreement was lifted", _ENDED, _STAFF, _REGISTER
        ),
        EventType.AGREEMENT_REPLACE: Declaration(
            "TX-AGREEMENT-011I", "协议被新版本取代", "A newer version replaced an agreement", _ENDED, _NOBODY, _REGISTER
        ),
        EventType.ITEM_OPEN: Declaration("TX-ITEM-001I", "事项发起", "An item was opened", _MOVED, _ACTED, _EXCHANGE),
        EventType.ITEM_ACT: Declaration(
            "TX-ITEM-002I", "事项办理一步", "A step of an item was taken", _MOVED, _ACTED, _EXCHANGE
        ),
        EventType.ITEM_READ: Declaration("TX-ITEM-003I", "读取事项", "An item was read", _MOVED, _NOBODY, _EXCHANGE),
        EventType.ITEM_ESCALATE: Declaration(
            "TX-ITEM-004W", "事项逾期督办", "An overdue item was escalated", _MOVED, _NOBODY, _EXCHANGE
        ),
        EventType.BOARD_OPEN: Declaration(
            "TX-BOARD-001I", "开板", "A board was opened", _REGISTERED, _NOBODY, _REGISTER
        ),
        EventType.BOARD_SHARE: Declaration(
            "TX-BOARD-002I", "保管方交出密钥份额", "A keeper stated its share", _REGISTERED, _NOBODY, _REGISTER
        ),
        EventType.BOARD_READ: Declaration(
            "TX-BOARD-003I", "读取板", "An office read a board", _INDEXED, _NOBODY, _REGISTER
        ),
        EventType.BOARD_TURN: Declaration(
            "TX-BOARD-004I", "部门轮到一次", "An office took its turn", _INDEXED, _NOBODY, _REGISTER
        ),
        EventType.BOARD_ACTIVATE: Declaration(
            "TX-BOARD-005I", "板启用", "A board became live", _INDEXED, _NOBODY, _REGISTER
        ),
        EventType.BOARD_DESTROY: Declaration(
            "TX-BOARD-006W", "板销毁", "A board was destroyed", _INDEXED, _NOBODY, _REGISTER
        ),
        EventType.EMERGENCY_REVIEW: Declaration(
            "TX-EMERGENCY-001I",
            "紧急查询已由第二人复核",
            "A second person reviewed an emergency call",
            _ANSWERED,
            _ACTED,
            _EXCHANGE,
        ),
        EventType.OFFICER_SUSPEND: Declaration(
            "TX-OFFICER-001W",
            "经办人被暂停查询",
            "An officer was suspended",
            _CALLED,
            _ACTED,
            _EXCHANGE,
        ),
        EventType.OFFICER_RESTORE_PROPOSE: Declaration(
            "TX-OFFICER-002W",
            "申请解除对经办人的暂停",
            "Lifting an officer's suspension was asked for",
            _CALLED,
            _ACCOUNT,
            _EXCHANGE,
        ),
        EventType.OFFICER_RESTORE: Declaration(
            "TX-OFFICER-003W",
            "解除对经办人的暂停",
            "An officer's suspension was lifted",
            _CALLED,
            _ACCOUNT,
            _EXCHANGE,
        ),
        EventType.AGENCY_ENROL: Declaration(
            "TX-AGENCY-001I", "机构接入", "An agency was enrolled", _REGISTERED, _STAFF, _REGISTER
        ),
        EventType.KEY_CHANGE: Declaration("TX-KEY-001W", "密钥变更", "A key was changed", _ENDED, _STAFF, _REGISTER),
        EventType.REGISTRY_PUBLISH: Declaration(
            "TX-REGISTRY-001I", "公布登记信息", "The registry was published", _REGISTERED, _STAFF, _REGISTER
        ),
        EventType.AUDIT_EXPORT: Declaration(
            "TX-AUDIT-001I",
            "导出审计日志",
            "The log was exported",
            _AUDITED | {LeafMember.BASIS},
            _STAFF | {PersonalField.CASE_REF},
            _OVERSIGHT,
        ),
        EventType.AUDIT_SEARCH: Declaration(
            "TX-AUDIT-002I", "检索审计日志", "The log was searched", _AUDITED, _AUDITOR, _OVERSIGHT
        ),
        EventType.AUDIT_VIEW: Declaration(
            "TX-AUDIT-003I", "查看日志条目", "Entries of the log were looked at", _AUDITED, _AUDITOR, _OVERSIGHT
        ),
        EventType.AUDIT_HOLD: Declaration(
            "TX-AUDIT-004W",
            "设置法律保全",
            "A legal hold was set",
            _AUDITED,
            _STAFF | {PersonalField.CASE_REF},
            _OVERSIGHT,
        ),
        EventType.AUDIT_UNHOLD: Declaration(
            "TX-AUDIT-005W",
            "解除法律保全",
            "A legal hold was lifted",
            _AUDITED,
            _STAFF | {PersonalField.CASE_REF},
            _OVERSIGHT,
        ),
        EventType.AUDIT_ERASE_PROPOSE: Declaration(
            "TX-AUDIT-006W",
            "申请擦除个人信息",
            "Erasure was asked for",
            _AUDITED,
            _STAFF | {PersonalField.CASE_REF},
            _OVERSIGHT,
        ),
        EventType.AUDIT_ERASE_APPROVE: Declaration(
            "TX-AUDIT-007W", "批准擦除个人信息", "Erasure was approved", _AUDITED, _STAFF, _OVERSIGHT
        ),
        EventType.AUDIT_ERASE: Declaration(
            "TX-AUDIT-008W", "个人信息已擦除", "Disclosures were erased", _AUDITED, _STAFF, _OVERSIGHT
        ),
        EventType.ALERT_CLOSE: Declaration(
            "TX-ALERT-001I", "预警已处置", "An alert was closed with a finding", _AUDITED, _STAFF, _OVERSIGHT
        ),
        EventType.REPORT_MAKE: Declaration(
            "TX-REPORT-001I", "生成报告", "A report was made", _AUDITED, _STAFF, _OVERSIGHT
        ),
        EventType.AUTH_SUCCEED: Declaration(
            "TX-AUTH-001I", "登录成功", "Somebody signed in", _AUDITED, _SIGN_IN, _OVERSIGHT
        ),
        EventType.AUTH_FAIL: Declaration(
            "TX-AUTH-002W", "登录失败", "A sign-in failed", _AUDITED, _SIGN_IN, _OVERSIGHT
        ),
        EventType.ROLE_GRANT: Declaration(
            "TX-ROLE-001W", "授予角色", "A role was granted", _AUDITED, _ACCOUNT, _OVERSIGHT
        ),
        EventType.ROLE_REVOKE: Declaration(
            "TX-ROLE-002W", "收回角色", "A role was revoked", _AUDITED, _ACCOUNT, _OVERSIGHT
        ),
    }
)

_CLOSED_TO_PRIVACY_OFFICERS = frozenset({PersonalField.SUBJECT_REF, PersonalField.IP})
_DISCLOSABLE: Final[Mapping[Audience, frozenset[PersonalField]]] = MappingProxyType(
    {
        Audience.OPERATOR: frozenset(),
        Audience.PARTY_AUDITOR: frozenset(PersonalField),
        Audience.OVERSIGHT_AUDITOR: frozenset(PersonalField),
        Audience.PRIVACY_OFFICER: frozenset(PersonalField) - _CLOSED_TO_PRIVACY_OFFICERS,
        Audience.CITIZEN: frozenset(),  # owed dates and purposes, not the officer (CJEU C-579/21)
    }
)


def may_disclose(audience: Audience, event_type: EventType, field: PersonalField) -> bool:
    """Return whether `audience` may be handed the value of `field` of an event of this type."""
    return audience in DECLARATIONS[event_type].audiences and field in _DISCLOSABLE[audience]
