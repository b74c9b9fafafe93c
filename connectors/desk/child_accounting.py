"""The accounting for one child: found in the agency's own register, what was answered about it, the guardian's letter.

Every look is recorded, by the row and the child's handle; what was typed to find it is not.
"""

import json
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final

from sqlalchemy import select

from connectors.accounting.check_accounting import read_accounting
from connectors.accounting.find_child import RowNotFoundError, get_record, handles_of
from connectors.accounting.letter import Letter, letter_bytes
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.data_sets import Record
from connectors.desk.ledger_text import cover_number
from connectors.desk.purposes_for import name_agency
from connectors.register import open_register
from connectors.state.agreements import find_agreement
from connectors.state.database import reading, writing
from connectors.state.tables import release, released_record
from schemas.base64url import decode_base64url
from schemas.faults import Wording
from schemas.messages.accounting import Accounting
from schemas.purpose_catalogue import Purpose, load_purposes

MAX_SOUGHT_CHARACTERS: Final = 60
MOST_FOUND: Final = 20


class OtherChildError(Exception):
    """The accounting is not about the child in this row."""


@dataclass(frozen=True, slots=True)
class FoundChild:
    """A child in a row of the register; `number` with its middle covered."""

    row: int
    name: str = field(repr=False)
    birth_on: date | None = field(repr=False)
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """One exchange in which this agency was asked about the child; `refused` is the code why it was not answered."""

    receipt_number: str
    at: int
    requester: Wording
    purpose: Purpose | None
    attributes: tuple[str, ...]
    refused: str | None


@dataclass(frozen=True, slots=True)
class ChildAccount:
    """A child, the handles under which it can be found by others, and what was answered about it, the newest first."""

    child: FoundChild
    handles: tuple[str, ...]
    answers: tuple[OwnAnswer, ...]


def seek_children(console: Console, account: str, sought: str) -> list[FoundChild]:
    """Return the children of the register who have this name or this number, `MOST_FOUND` at most.

    Raises:
        SettingsError, SourceError: there is no register that can be read.
    """
    wanted = _plain(sought[:MAX_SOUGHT_CHARACTERS])
    records = open_register(console.connector).records()
    matching = (record for record in records if wanted and wanted in _names(record))
    found = [_child_of(record) for record in islice(matching, MOST_FOUND)]
    _record(console, account, Action.CHILD_SOUGHT, None, f"rows={len(found)}")
    return found


def open_account(console: Console, account: str, row: int) -> ChildAccount:
    """Return the account of the child in a row of the register.

    Raises:
        RowNotFoundError, SettingsError, SourceError: there is no such child.
    """
    record = get_record(open_register(console.connector), row)
    handles = handles_of(console.connector, record)
    answers = _answers(console, handles)
    _record(console, account, Action.CHILD_ACCOUNT_VIEWED, _subject(handles), f"row={row},answers={len(answers)}")
    return ChildAccount(_child_of(record), handles, answers)


def check_accounting(console: Console, account: str, child: ChildAccount, data: bytes) -> Accounting:
    """Return the accounting of a file that the gateway signed, if it is about this child.

    Raises:
        AccountingError: it is not the gateway's, or not for this agency.
        OtherChildError: it is about another child.
    """
    checked = read_accounting(console.connector, console.trust, data)
    if set(checked.handles).isdisjoint(child.handles):
        raise OtherChildError
    detail = f"row={child.child.row},requests={len(checked.accesses)}"
    _record(console, account, Action.ACCOUNTING_VIEWED, _subject(child.handles), detail)
    return checked


def make_letter(console: Console, account: str, child: ChildAccount, accounting: Accounting, language: str) -> bytes:
    """Return the letter for the guardian, as the content of a document; raises RowNotFoundError without a name."""
    if not child.child.name:
        raise RowNotFoundError(f"登记册第{child.child.row}行没有姓名 / row {child.child.row} holds no name")
    letter = Letter(
        accounting=accounting,
        child_name=child.child.name,
        agency_name=lambda agency: name_agency(console, agency),
        written_on=console.connector.today(),
        language=language,
        is_from_resolver=console.connector.settings.family_register_mapping is not None,
    )
    _record(console, account, Action.LETTER_WRITTEN, _subject(child.handles), f"row={child.child.row}")
    return letter_bytes(letter)


def _record(console: Console, account: str, action: Action, subject: str | None, detail: str) -> None:
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), account, action, subject, detail)


def _subject(handles: tuple[str, ...]) -> str | None:
    return handles[0] if handles else None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _names(record: Record) -> tuple[str, ...]:
    """Return what a child is sought by: the whole name, the whole number."""
    identity = record.identity
    number = None if identity.citizen_id is None else identity.citizen_id.text
    return tuple(_plain(text) for text in (identity.name, number) if text)


def _child_of(record: Record) -> FoundChild:
    identity, number = record.identity, record.identity.citizen_id
    birth_on = number.birth_on if number is not None else next(iter(identity.birth_dates), None)
    covered = "" if number is None else cover_number(number.text)
    return FoundChild(record.row_number, identity.name or "", birth_on, covered)


def _answers(console: Console, handles: tuple[str, ...]) -> tuple[OwnAnswer, ...]:
    raw = [decode_base64url(handle) for handle in handles]
    query = (
        select(release, released_record.c.refused)
        .join(released_record, released_record.c.receipt_number == release.c.receipt_number)
        .where(released_record.c.handle.in_(raw))
        .order_by(release.c.released_at.desc(), release.c.receipt_number)
    )
    with reading(console.connector.state) as connection:
        rows = connection.execute(query).all()
    return tuple(
        OwnAnswer(
            receipt_number=row.receipt_number,
            at=row.released_at,
            requester=name_agency(console, row.requester),
            purpose=_purpose(console, row.agreement),
            attributes=tuple(json.loads(row.attributes)),
            refused=row.refused,
        )
        for row in rows
    )


def _purpose(console: Console, agreement: str) -> Purpose | None:
    copy = find_agreement(console.connector.state, agreement)
    return None if copy is None else load_purposes()[copy.agreement.purpose]
