"""What the columns of one row say about who a child and its guardian are, column by column."""

from dataclasses import dataclass, field
from typing import Final, Literal

from connectors.sources.cells import CellParsed, StudentNo
from schemas.citizen_id import CitizenId
from schemas.citizen_id_repair import DamagedCitizenId
from schemas.codes import Sex
from schemas.dates import LedgerDate
from schemas.disability_cert_no import DisabilityCertNo

IdentityPart = Literal[
    "citizen_id", "name", "birth_on", "sex", "region", "guardian_name", "guardian_id", "guardian_phone"
]

GUARDIAN_PARTS: Final[frozenset[IdentityPart]] = frozenset({"guardian_name", "guardian_id", "guardian_phone"})


@dataclass(slots=True, repr=False)
class IdentityParts:
    """What the columns of one row say: values with the name of their column. Its repr shows nothing."""

    citizen_ids: list[tuple[str, CitizenId]] = field(default_factory=list)
    damaged_ids: list[tuple[str, DamagedCitizenId]] = field(default_factory=list)
    name: str | None = None
    birth: tuple[str, LedgerDate] | None = None
    sex: tuple[str, Sex] | None = None
    regions: list[tuple[str, str]] = field(default_factory=list)
    guardian_id: tuple[str, CitizenId] | None = None
    guardian_name: str | None = None
    guardian_phone: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return "IdentityParts(redacted)"

    def add(self, column: str, part: IdentityPart, value: CellParsed) -> None:
        """Put one parsed value in its place; a student number without a citizen ID in it says nothing."""
        if isinstance(value, CitizenId | StudentNo | DisabilityCertNo):
            self._add_number(column, part, value if isinstance(value, CitizenId) else value.citizen_id)
        elif isinstance(value, LedgerDate):
            self.birth = column, value
        elif isinstance(value, Sex):
            self.sex = column, value
        elif isinstance(value, str):
            self._add_text(column, part, value)

    def _add_number(self, column: str, part: IdentityPart, number: CitizenId | None) -> None:
        if number is None:
            return
        if part == "guardian_id":
            self.guardian_id = column, number
        else:
            self.citizen_ids.append((column, number))

    def _add_text(self, column: str, part: IdentityPart, text: str) -> None:
        match part:
            case "name":
                self.name = text
            case "region":
                self.regions.append((column, text))
            case "guardian_name":
                self.guardian_name = text
            case "guardian_phone":
                self.guardian_phone = column, text
