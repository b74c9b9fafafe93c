"""Who takes part: four agencies of one fictional county, and what their offices agree on."""

from dataclasses import dataclass

from demo.province import Agency

COUNTY = "990101"
OTHER_COUNTY = "990201"
GATEWAY_ID = "gateway.990101"

OFFICER = "officer-07"
APPROVER = "section-head-02"
CASE = "TA-2026-0415"

PASSPHRASE = "demo passphrase, not a secret"  # noqa: S105 - printed on purpose: the demo's keys protect nobody


@dataclass(frozen=True, slots=True)
class Part:
    """One agency of the county."""

    kind: Agency
    name_zh: str
    name_en: str

    @property
    def agency(self) -> str:
        """The agency's id at the gateway."""
        return f"{self.kind.value}.{COUNTY}"


PARTS = {
    Agency.CIVIL_AFFAIRS: Part(Agency.CIVIL_AFFAIRS, "童安县民政局", "Tong'an County Civil Affairs Bureau"),
    Agency.EDUCATION: Part(Agency.EDUCATION, "童安县教育局", "Tong'an County Education Bureau"),
    Agency.PUBLIC_SECURITY: Part(Agency.PUBLIC_SECURITY, "童安县公安局", "Tong'an County Public Security Bureau"),
    Agency.DISABLED_FEDERATION: Part(
        Agency.DISABLED_FEDERATION, "童安县残疾人联合会", "Tong'an County Disabled Persons' Federation"
    ),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One agreement and the question that is asked under it, about the roster with this name."""

    purpose: str
    requester: Agency
    provider: Agency
    regions: tuple[str, ...]
    roster: str
    truth_column: str
    attribute: str


PLANS = (
    Plan(
        "P04",
        Agency.CIVIL_AFFAIRS,
        Agency.DISABLED_FEDERATION,
        (COUNTY,),
        "disability_subsidy",
        "care_subsidy_eligible",
        "care_subsidy_eligible",
    ),
    Plan(
        "P01",
        Agency.EDUCATION,
        Agency.CIVIL_AFFAIRS,
        (COUNTY,),
        "dropout",
        "known_to_civil_affairs",
        "known_to_civil_affairs",
    ),
    Plan("P09", Agency.CIVIL_AFFAIRS, Agency.EDUCATION, ("9901",), "enrolment", "enrolled", "enrolled"),
    Plan("P14", Agency.CIVIL_AFFAIRS, Agency.PUBLIC_SECURITY, ("99",), "life_events", "hukou_status", "life_status"),
)
"""One question for each pair of agencies: within the county, the prefecture and the province."""
