import re

import pytest

from gateway.log.event_catalogue import DECLARATIONS, may_disclose
from gateway.log.events import (
    Actor,
    Audience,
    Event,
    EventMisuseError,
    EventType,
    PersonalField,
    PolicyRef,
    RequestRef,
)
from schemas.formats import digest_of
from tests.audit_log import query_event

DIGEST = digest_of(b"")

CODES = {
    "item.open": "TX-ITEM-001I",
    "item.act": "TX-ITEM-002I",
    "item.read": "TX-ITEM-003I",
    "item.escalate": "TX-ITEM-004W",
    "emergency.review": "TX-EMERGENCY-001I",
    "officer.suspend": "TX-OFFICER-001W",
    "officer.restore_propose": "TX-OFFICER-002W",
    "officer.restore": "TX-OFFICER-003W",
    "agency.enrol": "TX-AGENCY-001I",
    "agreement.propose": "TX-AGREEMENT-001I",
    "agreement.sign": "TX-AGREEMENT-002I",
    "agreement.activate": "TX-AGREEMENT-003I",
    "agreement.suspend": "TX-AGREEMENT-004W",
    "agreement.revoke": "TX-AGREEMENT-005W",
    "agreement.expire": "TX-AGREEMENT-006I",
    "agreement.review": "TX-AGREEMENT-007I",
    "agreement.overdue": "TX-AGREEMENT-008W",
    "agreement.countersign": "TX-AGREEMENT-009I",
    "agreement.resume": "TX-AGREEMENT-010I",
    "agreement.replace": "TX-AGREEMENT-011I",
    "alert.close": "TX-ALERT-001I",
    "audit.export": "TX-AUDIT-001I",
    "audit.search": "TX-AUDIT-002I",
    "audit.view": "TX-AUDIT-003I",
    "audit.hold": "TX-AUDIT-004W",
    "audit.unhold": "TX-AUDIT-005W",
    "audit.erase_propose": "TX-AUDIT-006W",
    "audit.erase_approve": "TX-AUDIT-007W",
    "audit.erase": "TX-AUDIT-008W",
    "auth.succeed": "TX-AUTH-001I",
    "auth.fail": "TX-AUTH-002W",
    "evaluate.query": "TX-EVALUATE-001I",
    "evaluate.result": "TX-EVALUATE-002I",
    "field.query": "TX-FIELD-001I",
    "field.release": "TX-FIELD-002I",
    "field.receipt": "TX-FIELD-003I",
    "statistics.query": "TX-STATISTICS-001I",
    "statistics.release": "TX-STATISTICS-002I",
    "board.open": "TX-BOARD-001I",
    "board.share": "TX-BOARD-002I",
    "board.read": "TX-BOARD-003I",
    "board.turn": "TX-BOARD-004I",
    "board.activate": "TX-BOARD-005I",
    "board.destroy": "TX-BOARD-006W",
    "index.begin": "TX-INDEX-001I",
    "index.activate": "TX-INDEX-002I",
    "index.destroy": "TX-INDEX-003W",
    "key.change": "TX-KEY-001W",
    "log.start": "TX-LOG-001I",
    "log.seal": "TX-LOG-002I",
    "log.witness": "TX-LOG-003W",
    "log.alarm": "TX-LOG-004W",
    "log.verify": "TX-LOG-005I",
    "match.query": "TX-MATCH-001I",
    "match.result": "TX-MATCH-002I",
    "model.change": "TX-MODEL-001I",
    "part.query": "TX-PART-001I",
    "part.result": "TX-PART-002I",
    "refusal": "TX-REFUSAL-001W",
    "registry.publish": "TX-REGISTRY-001I",
    "report.make": "TX-REPORT-001I",
    "review.query": "TX-REVIEW-001I",
    "review.result": "TX-REVIEW-002I",
    "role.grant": "TX-ROLE-001W",
    "role.revoke": "TX-ROLE-002W",
}


def test_types_and_codes_are_stable() -> None:
    """Others' rules are written on these; they are added to, never changed."""
    assert {str(event_type): declaration.code for event_type, declaration in DECLARATIONS.items()} == CODES


def test_every_type_is_declared_once_in_both_languages() -> None:
    assert set(DECLARATIONS) == set(EventType)
    declarations = list(DECLARATIONS.values())
    assert len({declaration.code for declaration in declarations}) == len(declarations)
    assert all(re.fullmatch(r"TX-[A-Z]+-[0-9]{3}[IWE]", declaration.code) for declaration in declarations)
    assert all(re.fullmatch(r"[\u4e00-\u9fff]+", declaration.zh) for declaration in declarations)
    assert all(declaration.en for declaration in declarations)


def test_oversight_reads_every_type() -> None:
    assert all(Audience.OVERSIGHT_AUDITOR in declaration.audiences for declaration in DECLARATIONS.values())


@pytest.mark.parametrize("audience", [Audience.OPERATOR, Audience.CITIZEN])
def test_operator_and_citizen_are_handed_no_disclosure(audience: Audience) -> None:
    assert not any(may_disclose(audience, event_type, field) for event_type in EventType for field in PersonalField)


def test_disclosure_needs_both_the_event_and_the_field() -> None:
    assert may_disclose(Audience.PARTY_AUDITOR, EventType.MATCH_QUERY, PersonalField.OFFICER)
    assert not may_disclose(Audience.PARTY_AUDITOR, EventType.AUDIT_EXPORT, PersonalField.OFFICER)
    assert not may_disclose(Audience.PRIVACY_OFFICER, EventType.MATCH_QUERY, PersonalField.SUBJECT_REF)


def test_undeclared_member_is_refused() -> None:
    with pytest.raises(EventMisuseError, match=r"match\.query does not declare reason"):
        query_event(reason="because")


def test_undeclared_personal_field_is_refused_without_its_value() -> None:
    with pytest.raises(EventMisuseError) as error:
        query_event(personal={PersonalField.NOTE: "canary-0712"})
    assert "canary" not in str(error.value)


def test_personal_values_do_not_show() -> None:
    assert "canary-0712" not in repr(query_event(personal={PersonalField.OFFICER: "canary-0712"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "to find 张三"},
        {"purpose": "two words"},
        {"purpose": ""},
        {"peer": "990101201501011234"},
        {"correlation_id": "a" * 201},
        {"fields": ("line\nbreak",)},
        {"decision": "maybe"},
        {"records": -1},
        {"records": 2**53},
        {"event_id": "01900000-0000-4000-8000-000000000000"},
        {"event_id": "01900000-0000-7000-8000-00000000000A"},
        {"personal": {PersonalField.OFFICER: ""}},
        {"personal": {PersonalField.OFFICER: "x" * 4_097}},
    ],
)
def test_values_that_are_no_codes_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(EventMisuseError) as error:
        query_event(**changes)
    for value in changes.values():
        assert not isinstance(value, str) or not value or value not in str(error.value)


def test_parts_are_checked_too() -> None:
    with pytest.raises(EventMisuseError):
        Actor("an agency")
    with pytest.raises(EventMisuseError):
        PolicyRef("p-1", "not a digest")
    with pytest.raises(EventMisuseError):
        RequestRef(DIGEST, DIGEST[:-1])
    with pytest.raises(EventMisuseError):
        Event(type=EventType.KEY_CHANGE, approvals=("x",))
    with pytest.raises(EventMisuseError):
        Event(type=EventType.MATCH_RESULT, ref="x")


def test_thumbprints_may_begin_with_a_hyphen() -> None:
    assert Actor("agency-a", None, "-xyz_").kid == "-xyz_"
