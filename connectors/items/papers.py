"""Papers of items: what offices tell one another about a child. In clear inside an agency alone; sealed outside it.

Every text is cleaned (blanks around it, line ends); what is left is checked, and nothing else is carried.
"""

import re
import unicodedata
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, TypeAdapter, ValidationError

from connectors.items.words import Danger, Service, Situation
from schemas.citizen_id import parse_citizen_id
from schemas.dates import LATEST_ON
from schemas.message import Message, MessageError
from schemas.workflows.events import Reporter

MAX_PAPER_BYTES: Final = 16 * 1024
MAX_NOTE_CHARACTERS: Final = 500
MAX_CHILDREN: Final = 12

_LINE_ENDS = re.compile(r"\r\n?")


def _cleaned(text: object) -> object:
    """Return a text without the blanks around it, with one kind of line end; None for an empty one."""
    return _LINE_ENDS.sub("\n", text).strip() or None if isinstance(text, str) else text


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise ValueError("a character that can't be printed")
    return text


def _lines(text: str) -> str:
    _one_line(text.replace("\n", " "))
    return text


def _whole_number(text: str) -> str:
    # Whether never-issued regions may be used is each agency's own setting; the form of the number is the same.
    if parse_citizen_id(text, allow_test_regions=True, today=LATEST_ON).text != text:
        raise ValueError("not the form with 18 characters")
    return text


_CLEANED = BeforeValidator(_cleaned)
_HIDDEN = Field(repr=False)
_Line = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_one_line)]
_Address = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_one_line)]
_Note = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NOTE_CHARACTERS), AfterValidator(_lines)]
_Phone = Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{5,20}$")]
_Number = Annotated[str, StringConstraints(min_length=18, max_length=18), AfterValidator(_whole_number)]

Line = Annotated[_Line, _CLEANED, _HIDDEN]
OptionalLine = Annotated[_Line | None, _CLEANED, _HIDDEN]
OptionalAddress = Annotated[_Address | None, _CLEANED, _HIDDEN]
OptionalNote = Annotated[_Note | None, _CLEANED, _HIDDEN]
OptionalPhone = Annotated[_Phone | None, _CLEANED, _HIDDEN]
OptionalNumber = Annotated[_Number | None, _CLEANED, _HIDDEN]
Day = Annotated[date, _HIDDEN]
OptionalDay = Annotated[date | None, _HIDDEN]
DropoutReason = Annotated[str, StringConstraints(pattern=r"^R[0-9]{2}$")]


class Child(Message):
    """Whom a paper is about, as far as the office knows; `citizen_id` is the valid 18-character number."""

    name: Line
    gender: Annotated[Literal["male", "female"] | None, _HIDDEN] = None
    birth_date: OptionalDay = None
    citizen_id: OptionalNumber = None
    address: OptionalAddress = None
    guardian_name: OptionalLine = None
    guardian_phone: OptionalPhone = None
    school: OptionalLine = None


class ReferralPaper(Message):
    """Goes with a referral (W6) to the office that is asked to take it."""

    kind: Literal["referral"] = "referral"
    child: Annotated[Child, _HIDDEN]
    situations: Annotated[tuple[Situation, ...], Field(min_length=1, max_length=10, repr=False)]
    wanted: Annotated[tuple[Service, ...], Field(max_length=14, repr=False)] = ()
    note: OptionalNote = None


class VisitPaper(Message):
    """What was seen on a home visit; goes to the office that owns the item."""

    kind: Literal["visit"] = "visit"
    visited_on: Day
    child_seen: Annotated[bool, _HIDDEN]
    note: OptionalNote = None


class ResultPaper(Message):
    """What came of a referral; goes back to its sender."""

    kind: Literal["result"] = "result"
    services: Annotated[tuple[Service, ...], Field(max_length=14, repr=False)] = ()
    note: OptionalNote = None


class ReportPaper(Message):
    """A mandatory report (W2). `reporter` stands in the receiving office's own copy alone."""

    kind: Literal["report"] = "report"
    child: Annotated[Child | None, _HIDDEN] = None
    situations: Annotated[tuple[Danger, ...], Field(min_length=1, max_length=9, repr=False)]
    place: OptionalAddress = None
    note: OptionalNote = None
    reporter: Annotated[Reporter | None, _HIDDEN] = None


class NoticePaper(Message):
    """A guardian can't care for these children from a day on (P07); neither why nor for how long."""

    kind: Literal["notice"] = "notice"
    children: Annotated[tuple[Child, ...], Field(min_length=1, max_length=MAX_CHILDREN, repr=False)]
    guardian_name: OptionalLine = None
    care_needed_from: Day
    note: OptionalNote = None


class DropoutPaper(Message):
    """A pupil who stays away (W1); education's own, with a copy to the township that helps to persuade."""

    kind: Literal["dropout"] = "dropout"
    child: Annotated[Child, _HIDDEN]
    last_seen_on: OptionalDay = None
    absent_days: Annotated[int | None, Field(ge=0, le=1000, repr=False)] = None
    reason_code: Annotated[DropoutReason | None, _HIDDEN] = None
    note: OptionalNote = None


Paper = ReferralPaper | VisitPaper | ResultPaper | ReportPaper | NoticePaper | DropoutPaper
_PAPER: Final[TypeAdapter[Paper]] = TypeAdapter(Annotated[Paper, Field(discriminator="kind")])


def parse_paper(body: bytes) -> Paper:
    """Return the paper in `body`, its one canonical form (RFC 8785).

    Raises:
        MessageError: too large, malformed or not canonical; never with a value.
    """
    if len(body) > MAX_PAPER_BYTES:
        raise MessageError("too_large")
    try:
        paper = _PAPER.validate_json(body)
    except ValidationError:
        raise MessageError("malformed") from None
    if paper.to_bytes() != body:
        raise MessageError("not_canonical")
    return paper


def without_reporter(paper: Paper) -> Paper:
    """Return the paper as it may leave the office that took a report down (Anti-Domestic Violence Law 14)."""
    return paper.model_copy(update={"reporter": None}) if isinstance(paper, ReportPaper) else paper


def child_named_in(paper: Paper) -> str | None:
    """Return the name of the first child that the paper is about, or None."""
    match paper:
        case ReferralPaper(child=child) | DropoutPaper(child=child):
            return child.name
        case ReportPaper(child=Child() as child):
            return child.name
        case NoticePaper(children=children):
            return children[0].name
        case _:
            return None
