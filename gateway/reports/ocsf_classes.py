"""Which class and activity of the Open Cybersecurity Schema Framework (OCSF 1.9) each type of event is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from gateway.log.event_names import EventType

OTHER: Final = 99


class OcsfClass(IntEnum):
    """A class by its `class_uid`: a thousand times its category, and its number there."""

    EVENT_LOG_ACTIVITY = 1008
    DATA_SECURITY_FINDING = 2006
    AUTHENTICATION = 3002
    ENTITY_MANAGEMENT = 3004
    USER_ACCESS_MANAGEMENT = 3005
    WEB_RESOURCES_ACTIVITY = 6001
    API_ACTIVITY = 6003
    DATASTORE_ACTIVITY = 6005

    @property
    def category_uid(self) -> int:
        """The class's category."""
        return self.value // 1_000


@dataclass(frozen=True, slots=True)
class OcsfActivity:
    """An activity of a class; `name` is the schema's own caption, or ours where the activity is 99 (other)."""

    ocsf_class: OcsfClass
    activity_id: int
    name: str

    @property
    def type_uid(self) -> int:
        """The class's number times a hundred, and the activity."""
        return self.ocsf_class * 100 + self.activity_id


_QUERY: Final = OcsfActivity(OcsfClass.DATASTORE_ACTIVITY, 4, "Query")
_UPDATE_DATA: Final = OcsfActivity(OcsfClass.DATASTORE_ACTIVITY, 2, "Update")
_WRITE: Final = OcsfActivity(OcsfClass.DATASTORE_ACTIVITY, 5, "Write")
_CREATE: Final = OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 1, "Create")
_UPDATE: Final = OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 3, "Update")
_ACTIVATE: Final = OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 10, "Activate")
_DEACTIVATE: Final = OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 11, "Deactivate")
_LOGON: Final = OcsfActivity(OcsfClass.AUTHENTICATION, 1, "Logon")
_LOG_EXPORT: Final = OcsfActivity(OcsfClass.EVENT_LOG_ACTIVITY, 3, "Export")


def _of_log(name: str) -> OcsfActivity:
    return OcsfActivity(OcsfClass.EVENT_LOG_ACTIVITY, OTHER, name)


ACTIVITIES: Final[Mapping[EventType, OcsfActivity]] = MappingProxyType(
    {
        EventType.LOG_START: OcsfActivity(OcsfClass.EVENT_LOG_ACTIVITY, 6, "Start"),
        EventType.LOG_SEAL: OcsfActivity(OcsfClass.EVENT_LOG_ACTIVITY, 7, "Stop"),
        EventType.LOG_WITNESS: _of_log("Change Witnesses"),
        EventType.LOG_ALARM: OcsfActivity(OcsfClass.DATA_SECURITY_FINDING, 1, "Create"),
        EventType.LOG_VERIFY: _of_log("Verify"),
        EventType.EVALUATE_QUERY: _QUERY,
        EventType.EVALUATE_RESULT: _QUERY,
        EventType.PART_QUERY: _WRITE,
        EventType.PART_RESULT: _WRITE,
        EventType.MATCH_QUERY: _QUERY,
        EventType.MATCH_RESULT: _QUERY,
        EventType.REVIEW_QUERY: _UPDATE_DATA,
        EventType.REVIEW_RESULT: _UPDATE_DATA,
        EventType.FIELD_QUERY: OcsfActivity(OcsfClass.WEB_RESOURCES_ACTIVITY, 2, "Read"),
        EventType.FIELD_RELEASE: OcsfActivity(OcsfClass.WEB_RESOURCES_ACTIVITY, 8, "Share"),
        EventType.FIELD_RECEIPT: OcsfActivity(OcsfClass.WEB_RESOURCES_ACTIVITY, 6, "Import"),
        EventType.STATISTICS_QUERY: OcsfActivity(OcsfClass.WEB_RESOURCES_ACTIVITY, 2, "Read"),
        EventType.STATISTICS_RELEASE: OcsfActivity(OcsfClass.WEB_RESOURCES_ACTIVITY, 8, "Share"),
        EventType.REFUSAL: OcsfActivity(OcsfClass.API_ACTIVITY, OTHER, "Refuse"),
        EventType.INDEX_BEGIN: _CREATE,
        EventType.INDEX_ACTIVATE: _ACTIVATE,
        EventType.INDEX_DESTROY: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 4, "Delete"),
        EventType.MODEL_CHANGE: _UPDATE,
        EventType.BOARD_OPEN: _CREATE,
        EventType.BOARD_SHARE: _UPDATE,
        EventType.BOARD_READ: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 2, "Read"),
        EventType.BOARD_TURN: _UPDATE,
        EventType.BOARD_ACTIVATE: _ACTIVATE,
        EventType.BOARD_DESTROY: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 4, "Delete"),
        EventType.AGREEMENT_PROPOSE: _CREATE,
        EventType.AGREEMENT_SIGN: _UPDATE,
        EventType.AGREEMENT_ACTIVATE: _ACTIVATE,
        EventType.AGREEMENT_SUSPEND: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 12, "Suspend"),
        EventType.AGREEMENT_REVOKE: _DEACTIVATE,
        EventType.AGREEMENT_EXPIRE: _DEACTIVATE,
        EventType.AGREEMENT_REVIEW: _UPDATE,
        EventType.AGREEMENT_OVERDUE: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, OTHER, "Overdue"),
        EventType.AGREEMENT_COUNTERSIGN: _UPDATE,
        EventType.AGREEMENT_RESUME: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 13, "Resume"),
        EventType.AGREEMENT_REPLACE: _DEACTIVATE,
        EventType.ITEM_OPEN: _CREATE,
        EventType.ITEM_ACT: _UPDATE,
        EventType.ITEM_READ: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 2, "Read"),
        EventType.ITEM_ESCALATE: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, OTHER, "Escalate"),
        EventType.EMERGENCY_REVIEW: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, OTHER, "Review"),
        EventType.OFFICER_SUSPEND: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 12, "Suspend"),
        EventType.OFFICER_RESTORE_PROPOSE: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, OTHER, "Propose Restoring"),
        EventType.OFFICER_RESTORE: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 13, "Resume"),
        EventType.AGENCY_ENROL: OcsfActivity(OcsfClass.ENTITY_MANAGEMENT, 6, "Enroll"),
        EventType.KEY_CHANGE: _UPDATE,
        EventType.REGISTRY_PUBLISH: _UPDATE,
        EventType.AUDIT_SEARCH: _QUERY,
        EventType.AUDIT_VIEW: OcsfActivity(OcsfClass.DATASTORE_ACTIVITY, 1, "Read"),
        EventType.AUDIT_EXPORT: _LOG_EXPORT,
        EventType.AUDIT_HOLD: OcsfActivity(OcsfClass.EVENT_LOG_ACTIVITY, 4, "Archive"),
        EventType.AUDIT_UNHOLD: _of_log("Lift Hold"),
        EventType.AUDIT_ERASE_PROPOSE: _of_log("Propose Erasure"),
        EventType.AUDIT_ERASE_APPROVE: _of_log("Approve Erasure"),
        EventType.AUDIT_ERASE: OcsfActivity(OcsfClass.EVENT_LOG_ACTIVITY, 2, "Delete"),
        EventType.ALERT_CLOSE: OcsfActivity(OcsfClass.DATA_SECURITY_FINDING, 3, "Close"),
        EventType.REPORT_MAKE: _LOG_EXPORT,
        EventType.AUTH_SUCCEED: _LOGON,
        EventType.AUTH_FAIL: _LOGON,
        EventType.ROLE_GRANT: OcsfActivity(OcsfClass.USER_ACCESS_MANAGEMENT, 3, "Assign Role"),
        EventType.ROLE_REVOKE: OcsfActivity(OcsfClass.USER_ACCESS_MANAGEMENT, 4, "Remove Role"),
    }
)
