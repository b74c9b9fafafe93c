"""Who takes part: four agencies of a fictional province, and what their offices agree on."""

from dataclasses import dataclass

from demo.province import Agency
from schemas.messages.match import SubjectKind

COUNTY = "990101"
OTHER_COUNTY = "990201"
PROVINCE = "99"
GATEWAY_ID = "gateway.990000"

OFFICER = "officer-07"
APPROVER = "section-head-02"
SIGNATORIES = ("deputy-head-03", "sharing-head-01")
"""Who stand for an agency when it signs an agreement."""

CASE = "TA-2026-0415"
DUTY_OFFICE = "0990-5551234"

PASSPHRASE = "demo passphrase, not a secret"  # noqa: S105 - printed on purpose: the demo's keys protect nobody


@dataclass(frozen=True, slots=True)
class Part:
    """One agency of the province, or of a county in it."""

    kind: Agency
    name_zh: str
    name_en: str
    region: str = PROVINCE

    @property
    def agency(self) -> str:
        """The agency's id at the gateway."""
        return f"{self.kind.value}.{self.region:0<6}"


PARTS = {
    Agency.CIVIL_AFFAIRS: Part(Agency.CIVIL_AFFAIRS, "童心省民政厅", "Tongxin Province Department of Civil Affairs"),
    Agency.EDUCATION: Part(Agency.EDUCATION, "童心省教育厅", "Tongxin Province Department of Education"),
    Agency.PUBLIC_SECURITY: Part(
        Agency.PUBLIC_SECURITY, "童心省公安厅", "Tongxin Province Department of Public Security"
    ),
    Agency.DISABLED_FEDERATION: Part(
        Agency.DISABLED_FEDERATION, "童心省残疾人联合会", "Tongxin Province Disabled Persons' Federation"
    ),
}

COUNTY_PARTS = {
    Agency.CIVIL_AFFAIRS: Part(Agency.CIVIL_AFFAIRS, "童安县民政局", "Tong'an County Civil Affairs Bureau", COUNTY),
    Agency.EDUCATION: Part(Agency.EDUCATION, "童安县教育局", "Tong'an County Education Bureau", COUNTY),
}
"""The two bureaus of the demo of a county."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One agreement and the question that is asked under it, about the roster with this name.

    `attribute` is the answer that is compared with the truth.
    """

    purpose: str
    requester: Agency
    provider: Agency
    regions: tuple[str, ...]
    roster: str
    attribute: str
    subject: SubjectKind = SubjectKind.CHILD


PLANS = (
    Plan(
        "P04",
        Agency.CIVIL_AFFAIRS,
        Agency.DISABLED_FEDERATION,
        (COUNTY,),
        "disability_subsidy",
        "care_subsidy_eligible",
    ),
    Plan("P01", Agency.EDUCATION, Agency.CIVIL_AFFAIRS, (COUNTY,), "dropout", "known_to_civil_affairs"),
    Plan("P09", Agency.CIVIL_AFFAIRS, Agency.EDUCATION, ("9901",), "enrolment", "enrolled"),
    Plan("P14", Agency.CIVIL_AFFAIRS, Agency.PUBLIC_SECURITY, ("99",), "life_events", "life_status"),
)
"""One question for each pair of agencies: within the county, the prefecture and the province."""

GUARDIAN_PLAN = Plan(
    "P10",
    Agency.PUBLIC_SECURITY,
    Agency.CIVIL_AFFAIRS,
    (COUNTY,),
    "guardians",
    "open_case",
    SubjectKind.GUARDIAN,
)
"""The question that finds a child at home whose guardian was taken away: are there children on file of this person?"""

COUNTY_PLAN = Plan("P09", Agency.CIVIL_AFFAIRS, Agency.EDUCATION, (COUNTY,), "enrolment", "enrolled")
"""The one question of the demo of a county: are these children enrolled?"""
