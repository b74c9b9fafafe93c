"""Who takes part in the private OR: civil affairs asks, five offices know something of parents, one is the keeper.

A lead body countersigns what they agree on.
"""

from dataclasses import dataclass

from demo.scenario.cast import COUNTY, PROVINCE
from schemas.agency_kinds import AgencyKind

PREFECTURE = "9901"
COUNTY_WITHOUT_HEALTH = "990201"
"""The prefecture's health commission has no data on those who are registered here."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One agency at the table, and the region on which it has data."""

    kind: AgencyKind
    name_zh: str
    name_en: str
    region: str = PROVINCE

    @property
    def agency(self) -> str:
        """The agency's id at the gateway."""
        return f"{self.kind.value}.{self.region:0<6}"


REQUESTER = Seat(AgencyKind.CIVIL_AFFAIRS, "童安县民政局", "Tong'an County Civil Affairs Bureau", COUNTY)
RESOLVER = Seat(AgencyKind.PUBLIC_SECURITY, "童心省公安厅", "Tongxin Province Department of Public Security")
KEEPER = Seat(AgencyKind.WOMENS_FEDERATION, "童心省妇女联合会", "Tongxin Province Women's Federation")
OTHER_OFFICES = (
    Seat(AgencyKind.DISABLED_FEDERATION, "童心省残疾人联合会", "Tongxin Province Disabled Persons' Federation"),
    Seat(AgencyKind.HEALTH, "童安市卫生健康委员会", "Tong'an City Health Commission", PREFECTURE),
    Seat(AgencyKind.JUSTICE, "童心省司法厅", "Tongxin Province Department of Justice"),
    Seat(AgencyKind.COURT, "童心省高级人民法院", "High People's Court of Tongxin Province"),
)
LEAD = Seat(
    AgencyKind.LEAD_BODY,
    "童心省未成年人保护工作领导小组办公室",
    "Office of the Leading Group on the Protection of Minors",
)
"""Countersigns every agreement, and has no part in boards."""

OFFICES = (RESOLVER, *OTHER_OFFICES)
SEATS = (REQUESTER, KEEPER, *OFFICES)
