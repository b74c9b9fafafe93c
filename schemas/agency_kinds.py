"""The kinds of agency that ask or answer, with the names by which officers know them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from schemas.faults import Wording


class AgencyKind(StrEnum):
    """A kind of agency; the part of a member's id before the first dot."""

    CIVIL_AFFAIRS = "civil_affairs"
    EDUCATION = "education"
    PUBLIC_SECURITY = "public_security"
    DISABLED_FEDERATION = "disabled_federation"
    HEALTH = "health"
    MEDICAL_SECURITY = "medical_security"
    JUSTICE = "justice"
    COURT = "court"
    WOMENS_FEDERATION = "womens_federation"
    LEAD_BODY = "lead_body"
    JOINT = "joint"
    """Nobody's: the result of a computation between several agencies."""


AGENCY_KIND_NAMES: Final[Mapping[AgencyKind, Wording]] = {
    AgencyKind.CIVIL_AFFAIRS: Wording("民政部门", "civil affairs department"),
    AgencyKind.EDUCATION: Wording("教育行政部门", "education administration"),
    AgencyKind.PUBLIC_SECURITY: Wording("公安机关", "public security organ"),
    AgencyKind.DISABLED_FEDERATION: Wording("残疾人联合会", "disabled persons' federation"),
    AgencyKind.HEALTH: Wording("卫生健康部门", "health department"),
    AgencyKind.MEDICAL_SECURITY: Wording("医疗保障部门", "medical security department"),
    AgencyKind.JUSTICE: Wording("司法行政机关", "judicial administration"),
    AgencyKind.COURT: Wording("人民法院", "people's court"),
    AgencyKind.WOMENS_FEDERATION: Wording("妇女联合会", "women's federation"),
    AgencyKind.LEAD_BODY: Wording("牵头协调机构", "lead coordinating body"),
    AgencyKind.JOINT: Wording("联合计算结果", "joint result"),
}
