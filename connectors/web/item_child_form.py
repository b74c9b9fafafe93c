"""A child, or another paper's fields, as officers type them: read strictly, each fault beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from connectors.items.papers import Child
from hosting.web.language import Text, choose
from schemas.citizen_id import CitizenId, parse_citizen_id
from schemas.codes import Sex
from schemas.dates import parse_ledger_date
from schemas.faults import FaultError

CHILD_FIELDS: Final = (
    "name",
    "gender",
    "birth_date",
    "citizen_id",
    "address",
    "guardian_name",
    "guardian_phone",
    "school",
)
FAULT_WORDS: Final[Mapping[str, Text]] = {
    "name": Text("请填写姓名，至多 60 个字", "Give the name, at most 60 characters"),
    "gender": Text("请选择男或女，不清楚可不选", "Choose male or female, or leave it open"),
    "address": Text("住址至多 120 个字，写在一行里", "The address has at most 120 characters on one line"),
    "guardian_name": Text("监护人姓名至多 60 个字", "The guardian's name has at most 60 characters"),
    "guardian_phone": Text(
        "电话应为 5 至 20 位数字，可带空格、括号和横线",
        "A telephone number has 5 to 20 digits, blanks, brackets and dashes",
    ),
    "school": Text("学校名称至多 60 个字", "The school's name has at most 60 characters"),
    "place": Text("地点至多 120 个字，写在一行里", "The place has at most 120 characters on one line"),
    "note": Text("说明至多 500 个字", "The note has at most 500 characters"),
    "situations": Text("请至少选择一项", "Choose at least one"),
    "wanted": Text("请从列出的事项中选择", "Choose from those listed"),
    "services": Text("请从列出的事项中选择", "Choose from those listed"),
    "contact": Text("联系方式至多 80 个字", "The contact has at most 80 characters"),
    "children": Text("请至少填写一名儿童", "Give at least one child"),
}
_OTHER_FAULT: Final = Text("请核对这一项", "Check this")
_FUTURE: Final = Text("日期不能晚于今天", "The day can't lie in the future")
_DAY_WANTED: Final = Text("请填写日期，例如 2026-03-05", "Give a day, such as 2026-03-05")
_WHOLE_DAY: Final = Text("请填写到日，例如 2026-03-05", "Give the day as well, such as 2026-03-05")
_OTHER_DAY: Final = Text(
    "与身份号码中的出生日期不一致，请核对", "It differs from the birth date in the ID number: check both"
)


@dataclass
class TypedFields:
    """The fields of a form that are being read; `errors` collects a sentence for each that is wrong.

    `allow_test_regions` is the agency's own setting; `today` is the day in China.
    """

    form: MultiDict[str, str] = field(repr=False)
    today: date
    allow_test_regions: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return what was typed, without the blanks around it."""
        return self.form.get(name, "").strip()

    def day(self, name: str, *, is_wanted: bool = False, may_come: bool = False) -> date | None:
        """Return the day that was typed; notes what is wrong with it, or that it is missing."""
        typed = self.text(name)
        if not typed:
            if is_wanted:
                self.refuse(name, _DAY_WANTED)
            return None
        try:
            found = parse_ledger_date(typed)
        except FaultError as error:
            self.refuse(name, error.wording)
            return None
        if found.precision != "day":
            self.refuse(name, _WHOLE_DAY)
            return None
        if found.on > self.today and not may_come:
            self.refuse(name, _FUTURE)
            return None
        return found.on

    def number(self, name: str) -> CitizenId | None:
        """Return the ID number that was typed; notes what is wrong with it."""
        typed = self.text(name)
        if not typed:
            return None
        try:
            return parse_citizen_id(typed, allow_test_regions=self.allow_test_regions, today=self.today)
        except FaultError as error:
            self.refuse(name, error.wording)
            return None

    def refuse(self, name: str, words: Text) -> None:
        """Note what is wrong with a field, unless something is noted already."""
        self.errors.setdefault(name, choose(words))

    def refuse_all(self, error: ValidationError, prefix: str = "") -> None:
        """Note every field that a paper's own rules refuse."""
        for one in error.errors(include_input=False, include_url=False, include_context=False):
            name = str(one["loc"][0]) if one["loc"] else ""
            self.refuse(f"{prefix}{name}", FAULT_WORDS.get(name, _OTHER_FAULT))


def is_child_typed(typed: TypedFields, prefix: str) -> bool:
    """Return whether anything was typed about the child."""
    return any(typed.text(f"{prefix}{name}") for name in CHILD_FIELDS)


def read_child(typed: TypedFields, prefix: str) -> Child | None:
    """Return the child, or None with the faults noted. Sex and birth date come from the ID number where left open."""
    number, born_on = typed.number(f"{prefix}citizen_id"), typed.day(f"{prefix}birth_date")
    if number is not None and born_on is not None and born_on != number.birth_on:
        typed.refuse(f"{prefix}birth_date", _OTHER_DAY)
    values: dict[str, Any] = {name: typed.text(f"{prefix}{name}") for name in CHILD_FIELDS}
    values["citizen_id"] = None if number is None else number.text
    values["birth_date"] = number.birth_on if born_on is None and number is not None else born_on
    values["gender"] = values["gender"] or _gender_of(number)
    try:
        return Child(**values)
    except ValidationError as error:
        typed.refuse_all(error, prefix)
        return None


def _gender_of(number: CitizenId | None) -> Literal["male", "female"] | None:
    if number is None:
        return None
    return "male" if number.sex is Sex.MALE else "female"
