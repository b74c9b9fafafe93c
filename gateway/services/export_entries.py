"""Exporting what a search finds: in the log with digest and number before the file leaves, and never too easily."""

from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.domain.export_limits import BULK_FLAG, MAX_EXPORT_ENTRIES, ExportFormat, needs_of
from gateway.domain.log_filter import LogFilter
from gateway.domain.stated_reason import StatedReason
from gateway.log.event_names import EventType, PersonalField
from gateway.log.events import Event
from gateway.log.journal import Draft
from gateway.log.logged_entry import LoggedEntry
from gateway.persistence.engine import read_transaction
from gateway.persistence.saved_search_queries import delete_export_request
from gateway.persistence.search_queries import count_entries, list_entries
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.export_files import ExportedFile, make_file
from gateway.services.search_log import search_of


class ExportFault(StrEnum):
    """Why nothing leaves."""

    NOTHING_FOUND = "nothing_found"
    REASON_MISSING = "reason_missing"
    NOT_CONFIRMED = "not_confirmed"
    APPROVAL_MISSING = "approval_missing"
    APPROVAL_NOT_NEEDED = "approval_not_needed"
    TOO_MANY = "too_many"
    APPROVAL_UNKNOWN = "approval_unknown"


class ExportRefusedError(PermissionError):
    """The export does not leave; `fault` says why, `records` how many entries were found."""

    def __init__(self, fault: ExportFault, records: int) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.records = records


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What is to leave: the filter, the form of the file, and what was said for it."""

    filter: LogFilter
    form: ExportFormat
    reason: StatedReason | None = None
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """A second person's word: the request's id, how many entries, who, and the digest of the approval."""

    request_id: str
    records: int
    approver: str
    digest: str


def count_export(gateway: Gateway, account: Account, asked: LogFilter) -> int:
    """Return how many entries an export would hold."""
    with read_transaction(gateway.engine) as connection:
        return count_entries(connection, search_of(account, asked))


def export_entries(
    gateway: Gateway, account: Account, wish: ExportWish, approval: Approval | None = None
) -> ExportedFile:
    """Return the file of what the filter finds, oldest first, after logging its digest and number.

    With an approval it holds the oldest entries found, as many as were approved: the log only grows, so they are
    those that the approver was told of. An approval is used up by it.

    Raises:
        ExportRefusedError: there is nothing, too much, or a reason, confirmation or approval is missing.
        SeveralYearsError: evidence of more than one year.
        AuditUnavailableError: the export could not be logged; nothing leaves.
    """
    entries = _entries(gateway, account, wish, approval)
    file = make_file(gateway, entries, wish.form, urlencode(wish.filter.parameters()))
    event = _event(gateway, account, wish, file, approval)

    def change(connection: Connection) -> Draft[bool]:
        is_due = approval is None or delete_export_request(connection, approval.request_id)
        return Draft(is_due, (event,) if is_due else ())

    try:
        is_due = gateway.journal.write(change).value
    except BaseException:
        file.stream.close()
        raise
    if not is_due:
        file.stream.close()
        raise ExportRefusedError(ExportFault.APPROVAL_UNKNOWN, file.records)
    return file


def _entries(gateway: Gateway, account: Account, wish: ExportWish, approval: Approval | None) -> list[LoggedEntry]:
    search = search_of(account, wish.filter)
    with read_transaction(gateway.engine) as connection:
        found = count_entries(connection, search)
        records = found if approval is None else min(found, approval.records)
        _require(wish, records, is_approved=approval is not None)
        return list_entries(connection, search, limit=records, oldest_first=True)


def _require(wish: ExportWish, records: int, *, is_approved: bool) -> None:
    needs = needs_of(records)
    faults = {
        ExportFault.NOTHING_FOUND: records == 0,
        ExportFault.TOO_MANY: records > MAX_EXPORT_ENTRIES,
        ExportFault.APPROVAL_MISSING: needs.approval and not is_approved,
        ExportFault.REASON_MISSING: needs.reason and wish.reason is None,
        ExportFault.NOT_CONFIRMED: needs.confirmation and not (wish.is_confirmed or is_approved),
    }
    for fault, is_there in faults.items():
        if is_there:
            raise ExportRefusedError(fault, records)


def _event(
    gateway: Gateway, account: Account, wish: ExportWish, file: ExportedFile, approval: Approval | None
) -> Event:
    parameters = wish.filter.parameters()
    flags = (BULK_FLAG,) if needs_of(file.records).confirmation else ()
    said = urlencode({"format": wish.form.value, **parameters})
    event = console_event(
        gateway,
        account,
        EventType.AUDIT_EXPORT,
        reason=wish.reason.code.value if wish.reason else None,
        fields=(*parameters, *flags),
        records=file.records,
        content=file.content,
        note=f"{said} {wish.reason.text}" if wish.reason else said,
        case_ref=wish.reason.case if wish.reason else None,
    )
    if approval is None:
        return event
    personal = {**event.personal, PersonalField.APPROVER: approval.approver}
    return replace(event, approvals=(approval.digest,), personal=personal)


def export_one_entry(gateway: Gateway, account: Account, entry: LoggedEntry) -> ExportedFile:
    """Return the evidence bundle of one entry that the account may read, after logging that it leaves.

    Raises:
        AuditUnavailableError: the export could not be logged; nothing leaves.
    """
    file = make_file(gateway, [entry], ExportFormat.EVIDENCE, "")
    event = console_event(
        gateway, account, EventType.AUDIT_EXPORT, records=1, content=file.content, ref=entry.leaf.event_id
    )
    try:
        gateway.journal.write(lambda _: Draft(None, (event,)))
    except BaseException:
        file.stream.close()
        raise
    return file
