"""From one cell to a typed value, by the kind of its field; refused with a code and never with the value."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Literal

from connectors.sources.findings import code_of_fault
from connectors.sources.source import CellValue
from schemas.citizen_id import CitizenId, parse_citizen_id
from schemas.citizen_id_faults import CitizenIdError, CitizenIdFault
from schemas.citizen_id_repair import DamagedCitizenId, find_damaged_cert_no, find_damaged_citizen_id
from schemas.code_table import CodeTable
from schemas.codes import SEX, Sex
from schemas.dates import LedgerDate, parse_ledger_date
from schemas.disability_cert_no import DisabilityCertNo, parse_disability_cert_no
from schemas.faults import FaultError
from schemas.person_name import normalise_name
from schemas.regions import parse_region

FieldKind = Literal[
    "citizen_id",
    "student_no",
    "disability_cert_no",
    "person_name",
    "date",
    "month",
    "sex",
    "region",
    "place",
    "code",
    "codes",
    "phone",
    "count",
    "text",
]

_STUDENT_NO = re.compile(r"[GJL][0-9]{17}[0-9X]")
_SEVERAL = re.compile(r"[、,;/|\n\r]+")
_SEVERAL_NAMES = re.compile(r"\S\s*[、,;/|\n\r]\s*\S")
_PHONE = re.compile(r"(\+?86)?(1[0-9]{10}|0[0-9]{9,11}|[2-9][0-9]{6,7})")
# What offices write where there is nothing to write; in a code list or remark the same word may mean something.
_PLACEHOLDERS = frozenset({"无", "暂无", "/", "-", "--", "—", "——", "\\"})
_KINDS_WITH_WORDS: frozenset[FieldKind] = frozenset({"code", "codes", "text"})
_PHONE_MARKS = re.compile(r"[\s()-]")
_COUNT = re.compile(r"([0-9]{1,4})[天日次个]?")
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class StudentNo:
    """A national student number; with `G` it is a citizen ID and has the same protection. Its repr shows nothing."""

    text: str = field(repr=False)
    citizen_id: CitizenId | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class WrittenPlace:
    """A place in words, where a region's code may stand as well; it is no evidence. Its repr shows nothing."""

    text: str = field(repr=False)


CellParsed = (
    CitizenId
    | StudentNo
    | DisabilityCertNo
    | LedgerDate
    | Sex
    | StrEnum
    | tuple[StrEnum, ...]
    | WrittenPlace
    | int
    | str
)
"""By kind: `date` and `month` give a LedgerDate, `code` a member of its table, `codes` a tuple of them.

`place` gives a region's code as text, or a WrittenPlace; `count` a number from 0.
"""


class CellError(Exception):
    """A cell can't be used.

    Attributes:
        code: key of `connectors.sources.findings.FINDINGS`.
        partial: for `codes`, those that were understood.
    """

    def __init__(self, code: str, partial: tuple[StrEnum, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.partial = partial


@dataclass(frozen=True, slots=True)
class CellContext:
    """What parsing needs to know beside the cell."""

    today: date
    allow_test_regions: bool
    codes: CodeTable[Any] | None = None


def parse_cell(kind: FieldKind, cell: CellValue, context: CellContext) -> CellParsed | None:
    """Return the value of a cell, or None if it is empty.

    Raises:
        CellError: the cell holds something else than its field wants.
    """
    if cell is None or (isinstance(cell, str) and _is_empty(kind, cell)):
        return None
    try:
        return _PARSERS[kind](cell, context)
    except FaultError as fault:
        raise CellError(code_of_fault(fault)) from None


def find_damaged_number(kind: FieldKind, cell: CellValue) -> DamagedCitizenId | None:
    """Return the citizen ID in a cell that `parse_cell` refused, if it can be repaired; no error carries it."""
    find = _FIND_DAMAGED.get(kind)
    return find(cell) if find is not None and isinstance(cell, str) else None


def _is_empty(kind: FieldKind, text: str) -> bool:
    stripped = text.strip()
    return not stripped or (stripped in _PLACEHOLDERS and kind not in _KINDS_WITH_WORDS)


def _text_or_number(cell: CellValue) -> str | float:
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise CellError("record.cell_type")
    return cell


def _text(cell: CellValue, _: CellContext) -> str:
    """Return plain text; a whole number as its digits, a date in ISO form."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    number = _text_or_number(cell)
    return str(int(number)) if isinstance(number, float) and number.is_integer() else str(number)


def _citizen_id(cell: CellValue, context: CellContext) -> CitizenId:
    number = _text_or_number(cell)
    return parse_citizen_id(number, allow_test_regions=context.allow_test_regions, today=context.today)


def _student_no(cell: CellValue, context: CellContext) -> StudentNo:
    text = unicodedata.normalize("NFKC", _text(cell, context)).upper().strip("'` ")
    if not _STUDENT_NO.fullmatch(text):
        raise CellError("record.student_no_malformed")
    try:
        return StudentNo(text, _citizen_id(text, context))
    except CitizenIdError as error:
        if error.code is CitizenIdFault.TEMPORARY_STUDENT_NUMBER:
            return StudentNo(text, None)
        raise


def _disability_cert_no(cell: CellValue, context: CellContext) -> DisabilityCertNo:
    number = _text_or_number(cell)
    if not isinstance(number, str):
        # Twenty digits never survive as a number.
        raise CellError(f"citizen_id.{CitizenIdFault.DAMAGED_BY_SPREADSHEET}")
    return parse_disability_cert_no(number, allow_test_regions=context.allow_test_regions, today=context.today)


def _person_name(cell: CellValue, _: CellContext) -> str:
    if not isinstance(cell, str):
        raise CellError("record.cell_type")
    name = cell.strip()
    if _SEVERAL_NAMES.search(unicodedata.normalize("NFKC", name)):
        raise CellError("record.several_names")
    normalise_name(name)
    return name


def _date(cell: CellValue, _: CellContext) -> LedgerDate:
    return parse_ledger_date(cell if isinstance(cell, date) else _text_or_number(cell))


def _sex(cell: CellValue, _: CellContext) -> Sex:
    return SEX.parse(_text_or_number(cell))


def _region(cell: CellValue, _: CellContext) -> str:
    return parse_region(_text_or_number(cell))


def _place(cell: CellValue, context: CellContext) -> str | WrittenPlace:
    """Return a region's code, or the words that stand in its place."""
    text = _text(cell, context)
    return parse_region(text) if _DIGITS.fullmatch(text) else WrittenPlace(text)


def _count(cell: CellValue, context: CellContext) -> int:
    found = _COUNT.fullmatch("".join(unicodedata.normalize("NFKC", _text(cell, context)).split()))
    if found is None:
        raise CellError("record.count_malformed")
    return int(found[1])


def _code(cell: CellValue, context: CellContext) -> StrEnum:
    code: StrEnum = _table(context).parse(_text_or_number(cell))
    return code


def _codes(cell: CellValue, context: CellContext) -> tuple[StrEnum, ...]:
    """Return the codes in the order in which they are written, each once."""
    known: dict[StrEnum, None] = {}
    unknown: CellError | None = None
    for piece in _SEVERAL.split(unicodedata.normalize("NFKC", _text(cell, context))):
        if not piece.strip():
            continue
        try:
            known[_table(context).parse(piece)] = None
        except FaultError as fault:
            unknown = CellError(code_of_fault(fault))
    if unknown is not None:
        raise CellError(unknown.code, tuple(known))
    return tuple(known)


def _phone(cell: CellValue, context: CellContext) -> str:
    digits = _PHONE_MARKS.sub("", unicodedata.normalize("NFKC", _text(cell, context)))
    if not _PHONE.fullmatch(digits):
        raise CellError("record.phone_malformed")
    return digits


def _table(context: CellContext) -> CodeTable[Any]:
    if context.codes is None:
        raise TypeError("a field of kind code needs a code table")
    return context.codes


_PARSERS: Final[Mapping[FieldKind, Callable[[CellValue, CellContext], CellParsed]]] = {
    "citizen_id": _citizen_id,
    "student_no": _student_no,
    "disability_cert_no": _disability_cert_no,
    "person_name": _person_name,
    "date": _date,
    "month": _date,
    "sex": _sex,
    "region": _region,
    "place": _place,
    "code": _code,
    "codes": _codes,
    "phone": _phone,
    "count": _count,
    "text": _text,
}

_FIND_DAMAGED: Final[Mapping[FieldKind, Callable[[str], DamagedCitizenId | None]]] = {
    "citizen_id": find_damaged_citizen_id,
    "student_no": find_damaged_citizen_id,
    "disability_cert_no": find_damaged_cert_no,
}
