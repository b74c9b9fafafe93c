"""Names that the event catalogue is made of: event types, leaf members, personal fields, audiences."""

from enum import StrEnum


class EventType(StrEnum):
    """What happened. The value stands in the leaf; none is ever renamed."""

    LOG_START = "log.start"
    EVALUATE_QUERY = "evaluate.query"
    EVALUATE_RESULT = "evaluate.result"
    PART_QUERY = "part.query"
    PART_RESULT = "part.result"
    MATCH_QUERY = "match.query"
    MATCH_RESULT = "match.result"
    REVIEW_QUERY = "review.query"
    REVIEW_RESULT = "review.result"
    FIELD_QUERY = "field.query"
    FIELD_RELEASE = "field.release"
    FIELD_RECEIPT = "field.receipt"
    REFUSAL = "refusal"
    INDEX_BEGIN = "index.begin"
    INDEX_ACTIVATE = "index.activate"
    INDEX_DESTROY = "index.destroy"
    MODEL_CHANGE = "model.change"
    AGREEMENT_PROPOSE = "agreement.propose"
    AGREEMENT_SIGN = "agreement.sign"
    AGREEMENT_ACTIVATE = "agreement.activate"
    AGREEMENT_SUSPEND = "agreement.suspend"
    AGREEMENT_REVOKE = "agreement.revoke"
    AGREEMENT_EXPIRE = "agreement.expire"
    AGENCY_ENROL = "agency.enrol"
    KEY_CHANGE = "key.change"
    REGISTRY_PUBLISH = "registry.publish"
    AUDIT_EXPORT = "audit.export"


class LeafMember(StrEnum):
    """What an event may state in the leaf, where it stays for ever. Named as the attributes of `Event`."""

    ACTOR = "actor"
    PEER = "peer"
    PURPOSE = "purpose"
    BASIS = "basis"
    POLICY = "policy"
    DECISION = "decision"
    REASON = "reason"
    FIELDS = "fields"
    RECORDS = "records"
    REQUEST = "request"
    CORRELATION_ID = "correlation_id"
    REF = "ref"
    APPROVALS = "approvals"


class PersonalField(StrEnum):
    """What an event may say about a person: enters the leaf as a salted digest only, and can be erased."""

    OFFICER = "officer"
    APPROVER = "approver"
    SUBJECT_REF = "subject_ref"
    RESULT = "result"
    CASE_REF = "case_ref"
    NOTE = "note"
    IP = "ip"
    EMERGENCY_REASON = "emergency_reason"


class Audience(StrEnum):
    """Who reads the log."""

    OPERATOR = "operator"
    PARTY_AUDITOR = "party_auditor"
    OVERSIGHT_AUDITOR = "oversight_auditor"
    PRIVACY_OFFICER = "privacy_officer"
    CITIZEN = "citizen"
