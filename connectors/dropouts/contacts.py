"""What a school notes of its contacts with a family in one cell, such as “电话联系2次、家访1次，2026.3.5”. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.dates import DateError, parse_ledger_date

# Possessive, so that “电话联系0次” is not read as “电话” with something behind it.
_VISIT: Final = re.compile(r"(?<![未没无])(?:家访|入户|走访)++(?:次数)?+[:]?+(?!0次)")
_CONTACT: Final = re.compile(r"(?<![未没无])(?:联系|电话|微信|短信|通话)++(?!不上|未果)(?:次数)?+[:]?+(?!0次)")
_TIMES: Final = re.compile(r"(?<![0-9])0*[1-9][0-9]*次")
_DAY: Final = re.compile(
    r"[0-9]{4}(?:年[0-9]{1,2}月[0-9]{1,2}[日号]|[./-][0-9]{1,2}[./-][0-9]{1,2})|(?<![0-9])[0-9]{8}(?![0-9])"
)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Whether the parents were reached and the home was visited, and the last day that is named."""

    contacted: bool
    visited: bool
    last_on: date | None


def read_contacts(text: str) -> Contacts:
    """Return what the cell says; a visit counts as a contact, and so does a bare number of times."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    visited = _VISIT.search(plain) is not None
    contacted = visited or _CONTACT.search(plain) is not None or _TIMES.search(plain) is not None
    return Contacts(contacted, visited, _last_day(plain))


def _last_day(plain: str) -> date | None:
    days = []
    for found in _DAY.findall(plain):
        try:
            days.append(parse_ledger_date(found).on)
        except DateError:
            continue
    return max(days, default=None)
