"""Every type of event has its class and activity in OCSF, and the entry goes along verbatim."""

import json
from typing import Any

import pytest

from gateway.log.event_names import EventType
from gateway.log.events import Actor, Event
from gateway.reports.ocsf import ocsf_event
from gateway.reports.ocsf_classes import ACTIVITIES
from tests.audit_log import ORIGIN, query_event
from tests.unit.gateway.reports.entries import AT, logged, plain_event

# As the table of the mapping says it: type_uid = class_uid * 100 + activity_id.
TYPE_UIDS = {
    EventType.LOG_START: 100806,
    EventType.LOG_SEAL: 100807,
    EventType.LOG_WITNESS: 100899,
    EventType.LOG_ALARM: 200601,
    EventType.LOG_VERIFY: 100899,
    EventType.EVALUATE_QUERY: 600504,
    EventType.EVALUATE_RESULT: 600504,
    EventType.PART_QUERY: 600505,
    EventType.PART_RESULT: 600505,
    EventType.MATCH_QUERY: 600504,
    EventType.MATCH_RESULT: 600504,
    EventType.REVIEW_QUERY: 600502,
    EventType.REVIEW_RESULT: 600502,
    EventType.FIELD_QUERY: 600102,
    EventType.FIELD_RELEASE: 600108,
    EventType.FIELD_RECEIPT: 600106,
    EventType.STATISTICS_QUERY: 600102,
    EventType.STATISTICS_RELEASE: 600108,
    EventType.REFUSAL: 600399,
    EventType.INDEX_BEGIN: 300401,
    EventType.INDEX_ACTIVATE: 300410,
    EventType.INDEX_DESTROY: 300404,
    EventType.MODEL_CHANGE: 300403,
    EventType.BOARD_OPEN: 300401,
    EventType.BOARD_SHARE: 300403,
    EventType.BOARD_READ: 300402,
    EventType.BOARD_TURN: 300403,
    EventType.BOARD_ACTIVATE: 300410,
    EventType.BOARD_DESTROY: 300404,
    EventType.AGREEMENT_PROPOSE: 300401,
    EventType.AGREEMENT_SIGN: 300403,
    EventType.AGREEMENT_ACTIVATE: 300410,
    EventType.AGREEMENT_SUSPEND: 300412,
    EventType.AGREEMENT_REVOKE: 300411,
    EventType.AGREEMENT_EXPIRE: 300411,
    EventType.AGREEMENT_REVIEW: 300403,
    EventType.AGREEMENT_OVERDUE: 300499,
    EventType.AGREEMENT_COUNTERSIGN: 300403,
    EventType.AGREEMENT_RESUME: 300413,
    EventType.AGREEMENT_REPLACE: 300411,
    EventType.ITEM_OPEN: 300401,
    EventType.ITEM_ACT: 300403,
    EventType.ITEM_READ: 300402,
    EventType.ITEM_ESCALATE: 300499,
    EventType.EMERGENCY_REVIEW: 300499,
    EventType.OFFICER_SUSPEND: 300412,
    EventType.OFFICER_RESTORE_PROPOSE: 300499,
    EventType.OFFICER_RESTORE: 300413,
    EventType.AGENCY_ENROL: 300406,
    EventType.KEY_CHANGE: 300403,
    EventType.REGISTRY_PUBLISH: 300403,
    EventType.AUDIT_SEARCH: 600504,
    EventType.AUDIT_VIEW: 600501,
    EventType.AUDIT_EXPORT: 100803,
    EventType.AUDIT_HOLD: 100804,
    EventType.AUDIT_UNHOLD: 100899,
    EventType.AUDIT_ERASE_PROPOSE: 100899,
    EventType.AUDIT_ERASE_APPROVE: 100899,
    EventType.AUDIT_ERASE: 100802,
    EventType.ALERT_CLOSE: 200603,
    EventType.REPORT_MAKE: 100803,
    EventType.AUTH_SUCCEED: 300201,
    EventType.AUTH_FAIL: 300201,
    EventType.ROLE_GRANT: 300503,
    EventType.ROLE_REVOKE: 300504,
}
# What the schema demands of a class besides the base event.
REQUIRED = {
    1008: {"log_name"},
    2006: {"finding_info"},
    3002: {"user", "service"},
    3004: {"entity"},
    3005: {"user", "privileges"},
    6001: {"web_resources", "src_endpoint"},
    6003: {"actor", "api", "src_endpoint"},
    6005: {"actor", "database", "src_endpoint"},
}
BASE = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}


def test_the_mapping_knows_every_type() -> None:
    assert set(TYPE_UIDS) == set(ACTIVITIES) == set(EventType)


@pytest.mark.parametrize("event_type", EventType)
def test_every_type_has_its_class_and_what_that_demands(event_type: EventType) -> None:
    found = ocsf_event(logged(plain_event(event_type)))
    assert found["type_uid"] == TYPE_UIDS[event_type]
    assert found["type_uid"] == found["class_uid"] * 100 + found["activity_id"]
    assert found["category_uid"] == found["class_uid"] // 1000
    assert found.keys() >= BASE | REQUIRED[found["class_uid"]]
    assert json.loads(json.dumps(found)) == found
    assert None not in _values(found)


def _values(members: Any) -> list[Any]:
    if isinstance(members, dict):
        return [value for member in members.values() for value in _values(member)]
    return [members]


def test_integrity_and_the_entry_itself_go_along() -> None:
    entry = logged(query_event())
    found = ocsf_event(entry, "c2sp.org/tlog-proof@v1\n")
    (attestation,) = found["attestation_list"]
    assert (attestation["uid"], attestation["chain_uid"]) == ("7", ORIGIN)
    assert attestation["fingerprint"] == {
        "algorithm_id": 3,
        "algorithm": "SHA-256",
        "value": entry.leaf_hash.hex(),
    }
    assert found["metadata"]["profiles"] == ["record_integrity"]
    assert found["unmapped"] == {"entry": entry.entry.decode(), "tlog_proof": "c2sp.org/tlog-proof@v1\n"}


def test_time_severity_status_and_parties() -> None:
    found = ocsf_event(logged(query_event()))
    assert found["time"] == int(AT.timestamp() * 1000)
    assert (found["severity_id"], found["status_id"]) == (1, 1)
    assert found["actor"]["app_uid"] == "education.990101"
    assert found["dst_endpoint"] == {"uid": "civil_affairs.990101"}
    refused = ocsf_event(logged(Event(type=EventType.REFUSAL, decision="deny", reason="no_agreement")))
    assert (refused["severity_id"], refused["status_id"], refused["status_code"]) == (3, 2, "no_agreement")
    failed = ocsf_event(logged(Event(type=EventType.AUTH_FAIL, actor=Actor("education.990101"))))
    assert failed["status_id"] == 2
