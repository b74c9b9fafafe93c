"""What is wrong with a row, for people: place, code, sentence; never the value."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from connectors.sources.absence_sentences import ABSENCE_FINDINGS
from connectors.sources.sentences import RECORD_FINDINGS
from schemas.citizen_id_faults import CitizenIdError
from schemas.code_table import CodeError
from schemas.dates import DateError
from schemas.faults import FaultError, Wording
from schemas.person_name import PersonNameError
from schemas.regions import RegionError

Severity = Literal["error", "warning", "note"]
"""`error` where the child may not be found because of it; `note` where nothing is wrong and something was put right."""

_FAULTS: Final[Mapping[type[FaultError], str]] = MappingProxyType(
    {
        CitizenIdError: "citizen_id",
        DateError: "date",
        CodeError: "code",
        PersonNameError: "name",
        RegionError: "region",
    }
)

FINDINGS: Final[Mapping[str, Wording]] = MappingProxyType(
    dict(RECORD_FINDINGS)
    | dict(ABSENCE_FINDINGS)
    | {f"{group}.{code}": wording for kind, group in _FAULTS.items() for code, wording in kind.wordings.items()}
)
"""Every finding's sentence by its code."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a row.

    Attributes:
        row: row number as in `Row.number`.
        column: the column's name as the mapping writes it; None when the row as a whole is meant.
        code: key of `FINDINGS`.
        severity: how much it matters.
    """

    row: int
    column: str | None
    code: str
    severity: Severity

    @property
    def wording(self) -> Wording:
        """The sentence for people."""
        return FINDINGS[self.code]


def code_of_fault(fault: FaultError) -> str:
    """Return the finding code of an input that a schema refused."""
    return f"{_FAULTS[type(fault)]}.{fault.code}"
