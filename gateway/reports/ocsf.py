"""Entries as events of the Open Cybersecurity Schema Framework (OCSF 1.9) with its profile `record_integrity`.

That profile knows hash chains alone, so the proof in the tree travels under `unmapped`, beside the entry verbatim:
whoever doubts the mapping has what was logged.
"""

from typing import Any, Final

from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.event_names import EventType
from gateway.log.events import Event
from gateway.log.logged_entry import LoggedEntry
from gateway.reports.ocsf_classes import ACTIVITIES, OcsfClass

OCSF_VERSION: Final = "1.9.0-dev"
PRODUCT: Final = {"name": "Tongxin Gateway", "vendor_name": "Tongxin"}
_FINGERPRINT_SHA_256: Final = 3
_SEVERITIES: Final = {"I": (1, "Informational"), "W": (3, "Medium"), "E": (4, "High")}
_SUCCESS: Final = (1, "Success")
_FAILURE: Final = (2, "Failure")
_STATUS_OF: Final = {"permit": _SUCCESS, "deny": _FAILURE, "partial": (99, "Partial")}
_CLOSED: Final = "closed"
"""Stands for a person whom the log names by a salted digest alone."""


def ocsf_event(logged: LoggedEntry, proof: str | None = None) -> dict[str, Any]:
    """Return an entry as an OCSF event, ready for JSON.

    Args:
        logged: the entry.
        proof: its inclusion proof (C2SP tlog-proof), where it is in a checkpoint.

    Raises:
        LeafError: the entry is none of an audit log.
    """
    leaf = logged.leaf
    event, declaration = leaf.event, DECLARATIONS[leaf.event.type]
    activity = ACTIVITIES[event.type]
    severity_id, severity = _SEVERITIES[declaration.code[-1]]
    status_id, status = _status(event)
    common: dict[str, Any] = {
        "category_uid": activity.ocsf_class.category_uid,
        "class_uid": int(activity.ocsf_class),
        "activity_id": activity.activity_id,
        "activity_name": activity.name,
        "type_uid": activity.type_uid,
        "time": int(leaf.at.timestamp() * 1_000),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "status_code": event.reason,
        "message": f"{declaration.zh} / {declaration.en}",
        "count": event.records,
        "metadata": {
            "version": OCSF_VERSION,
            "product": PRODUCT,
            "profiles": ["record_integrity"],
            "uid": leaf.event_id,
            "event_code": declaration.code,
            "log_name": leaf.origin,
            "correlation_uid": event.correlation_id,
        },
        "actor": _actor(event, leaf.origin),
        "attestation_list": [_attestation(logged)],
        "unmapped": {"entry": logged.entry.decode(), "tlog_proof": proof},
    }
    return _stated(common | _members_of_class(activity.ocsf_class, event, leaf.origin, leaf.event_id))


def _status(event: Event) -> tuple[int, str]:
    if event.type is EventType.AUTH_FAIL:
        return _FAILURE
    return _STATUS_OF[event.decision or "permit"]


def _actor(event: Event, origin: str) -> dict[str, Any]:
    """Name the agency and its system; events without an actor are the log's own."""
    if event.actor is None:
        return {"app_uid": origin}
    return {"app_uid": event.actor.org, "app_name": event.actor.client}


def _attestation(logged: LoggedEntry) -> dict[str, Any]:
    return {
        "uid": str(logged.index),
        "chain_uid": logged.leaf.origin,
        "authority_uid": logged.leaf.origin,
        "fingerprint": {
            "algorithm_id": _FINGERPRINT_SHA_256,
            "algorithm": "SHA-256",
            "value": logged.leaf_hash.hex(),
        },
    }


def _members_of_class(ocsf_class: OcsfClass, event: Event, origin: str, event_id: str) -> dict[str, Any]:
    """Return what a class demands besides the members that all have."""
    parties = {
        "src_endpoint": {"uid": event.actor.org if event.actor else origin},
        "dst_endpoint": {"uid": event.peer} if event.peer else None,
    }
    subject = event.policy.id if event.policy else origin
    members: dict[OcsfClass, dict[str, Any]] = {
        OcsfClass.DATASTORE_ACTIVITY: parties | {"database": {"name": subject, "type_id": 99, "type": "Other"}},
        OcsfClass.WEB_RESOURCES_ACTIVITY: parties
        | {"web_resources": [{"name": name} for name in event.fields or (subject,)]},
        OcsfClass.API_ACTIVITY: parties | {"api": {"operation": event.purpose or "unknown"}},
        OcsfClass.ENTITY_MANAGEMENT: {
            "entity": {"type": event.type.value.split(".")[0], "uid": _entity_uid(event, event_id)}
        },
        OcsfClass.USER_ACCESS_MANAGEMENT: {"user": {"name": _CLOSED}, "privileges": list(event.fields)},
        OcsfClass.AUTHENTICATION: {"user": {"name": _CLOSED}, "service": {"name": "console"}},
        OcsfClass.DATA_SECURITY_FINDING: {
            "finding_info": {"uid": event.ref or event_id, "title": DECLARATIONS[event.type].en},
            "is_alert": event.type is EventType.LOG_ALARM,
        },
        OcsfClass.EVENT_LOG_ACTIVITY: {"log_name": origin},
    }
    return members[ocsf_class]


def _entity_uid(event: Event, event_id: str) -> str:
    return event.policy.id if event.policy else event.peer or event.correlation_id or event_id


def _stated(members: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not known, at every depth."""
    return {
        name: _stated(value) if isinstance(value, dict) else value
        for name, value in members.items()
        if value is not None
    }
