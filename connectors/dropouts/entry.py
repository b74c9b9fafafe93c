"""One pupil of an absence ledger, understood: what is flagged, kept sealed, and written into the county's ledgers."""

from datetime import date
from typing import Annotated, Final

from pydantic import Field, TypeAdapter, ValidationError

from connectors.data_sets import Record
from connectors.dropouts.contacts import Contacts, read_contacts
from connectors.sources.cells import StudentNo, WrittenPlace
from schemas.citizen_id import CitizenId
from schemas.codes import Sex
from schemas.dates import LedgerDate
from schemas.dropouts.reasons import DropoutReason
from schemas.formats import Reference
from schemas.message import Message

_REFERENCE: Final[TypeAdapter[str]] = TypeAdapter(Reference)
_HIDDEN: Final = Field(default=None, repr=False)

MAX_ENTRY_BYTES: Final = 16 * 1024
"""Largest entry that is kept."""

Hidden = Annotated[str | None, _HIDDEN]
HiddenDay = Annotated[date | None, _HIDDEN]


_PLAIN: Final = (
    "school_code", "grade_class", "student_no", "hukou_kind", "boarding", "special_group", "guardian_name",
    "guardian_relation", "guardian_phone", "whereabouts", "contacts", "remark",
)  # fmt: skip
"""Fields that are kept as the ledger writes them."""


class AbsenceEntry(Message):
    """What a school knows of a pupil who stays away. It rests sealed; its repr shows nothing of the pupil."""

    school: str
    school_code: Hidden = None
    grade_class: Hidden = None
    name: Annotated[str, Field(repr=False)]
    gender: Hidden = None
    birth_on: HiddenDay = None
    citizen_id: Hidden = None
    student_no: Hidden = None
    hukou: Hidden = None
    residence: Hidden = None
    hukou_kind: Hidden = None
    boarding: Hidden = None
    special_group: Hidden = None
    guardian_name: Hidden = None
    guardian_relation: Hidden = None
    guardian_phone: Hidden = None
    first_absent_on: HiddenDay = None
    absent_days: Annotated[int | None, Field(default=None, repr=False)] = None
    reason: Annotated[DropoutReason | None, Field(default=None, repr=False)] = None
    whereabouts: Hidden = None
    contacts: Hidden = None
    contacted: Annotated[bool, Field(repr=False)] = False
    visited: Annotated[bool, Field(repr=False)] = False
    last_contact_on: HiddenDay = None
    visit_proof: Hidden = None
    reported_on: HiddenDay = None
    report_proof: Hidden = None
    remark: Hidden = None


def entry_of(record: Record, school: str) -> AbsenceEntry:
    """Return the entry of a row without errors; `school` is the school of whoever uploaded it.

    Raises:
        ValueError: the row has no name.
    """
    name = find_text(record, "name")
    if name is None:
        raise ValueError("a row without a name is no entry")
    number = record.identity.citizen_id
    said = contacts_of(record)
    return AbsenceEntry(
        school=school,
        name=name,
        **{name: find_text(record, name) for name in _PLAIN},
        gender=_gender(record),
        birth_on=find_day(record, "birth_date"),
        citizen_id=None if number is None else number.text,
        hukou=find_text(record, "hukou_region"),
        residence=find_text(record, "residence_region"),
        first_absent_on=find_day(record, "first_absent_on"),
        absent_days=find_count(record, "absent_days"),
        reason=find_reason(record),
        contacted=said.contacted,
        visited=said.visited,
        last_contact_on=said.last_on,
        visit_proof=find_reference(record, "visit_proof"),
        reported_on=find_day(record, "reported_on"),
        report_proof=find_reference(record, "report_proof"),
    )


def contacts_of(record: Record) -> Contacts:
    """Return what the row says of contacts with the family, in one cell or in columns of their own."""
    said = read_contacts(find_text(record, "contacts") or "")
    contacted_on, visited_on = find_day(record, "contacted_on"), find_day(record, "visited_on")
    days = [day for day in (said.last_on, contacted_on, visited_on) if day is not None]
    visited = said.visited or visited_on is not None
    return Contacts(said.contacted or visited or contacted_on is not None, visited, max(days, default=None))


def find_text(record: Record, field: str) -> str | None:
    """Return a cell's text, or None."""
    value = record.values.get(field)
    if isinstance(value, WrittenPlace | StudentNo | CitizenId):
        return value.text
    return value if isinstance(value, str) and value else None


def find_day(record: Record, field: str) -> date | None:
    """Return the whole date in a cell, or None."""
    value = record.values.get(field)
    return value.on if isinstance(value, LedgerDate) and value.precision == "day" else None


def find_count(record: Record, field: str) -> int | None:
    """Return the number in a cell, or None."""
    value = record.values.get(field)
    return value if isinstance(value, int) else None


def find_reason(record: Record) -> DropoutReason | None:
    """Return the reason that the row gives, or None."""
    value = record.values.get("reason")
    return value if isinstance(value, DropoutReason) else None


def find_reference(record: Record, field: str) -> str | None:
    """Return the reference of a paper in a cell, None where it has no form that may travel."""
    text = find_text(record, field)
    try:
        return None if text is None else _REFERENCE.validate_python(text)
    except ValidationError:
        return None


def _gender(record: Record) -> str | None:
    declared = record.values.get("sex")
    number = record.identity.citizen_id
    sex = declared if isinstance(declared, Sex) else None if number is None else number.sex
    return {Sex.MALE: "male", Sex.FEMALE: "female"}.get(sex) if sex is not None else None
