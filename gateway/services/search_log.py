"""Searching the log: within what the account may read, and never without an entry of its own."""

from dataclasses import dataclass
from urllib.parse import urlencode

from gateway.domain.account import Account, scope_of
from gateway.domain.log_filter import LogFilter
from gateway.domain.stated_reason import StatedReason
from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.event_names import Audience, EventType
from gateway.log.journal import Draft
from gateway.log.logged_entry import LoggedEntry
from gateway.persistence.engine import read_transaction
from gateway.persistence.search_queries import Search, count_entries, list_entries
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.index_subjects import handle_tags, officer_tags

PAGE_SIZE = 50


class NothingToReadError(PermissionError):
    """The account's roles let it read no entry at all."""


@dataclass(frozen=True, slots=True)
class PageOf:
    """Which part of what is found: the number of the page, from 1, and the order."""

    number: int = 1
    oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A page of entries, in the order of the log, and how many there are on all pages.

    `page` is the number of the page: the last one, where fewer were found than asked for.
    """

    entries: tuple[LoggedEntry, ...]
    total: int
    page: int


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer as their agency refers to them."""

    agency: str
    reference: str


def audience_of(account: Account) -> Audience:
    """Return as whom the account reads.

    Raises:
        NothingToReadError: as nobody.
    """
    scope = scope_of(account)
    if scope is None:
        raise NothingToReadError("本账号无权查阅日志条目 / this account may read no entries")
    return Audience.OVERSIGHT_AUDITOR if scope.agency is None else Audience.PARTY_AUDITOR


def search_of(account: Account, asked: LogFilter | None = None, tags: tuple[bytes, ...] | None = None) -> Search:
    """Return what a search by this account may find.

    Raises:
        NothingToReadError: nothing at all.
    """
    audience, scope = audience_of(account), scope_of(account)
    if scope is None:
        raise NothingToReadError("本账号无权查阅日志条目 / this account may read no entries")
    types = frozenset(name for name, declaration in DECLARATIONS.items() if audience in declaration.audiences)
    return Search(scope, types, asked or LogFilter(), tags)


def search_log(gateway: Gateway, account: Account, asked: LogFilter, page: PageOf) -> Found:
    """Return a page of what the filter finds; the filter is logged first, the result never.

    Raises:
        NothingToReadError: the account may read no entries.
        AuditUnavailableError: the search could not be logged; nothing was read.
    """
    search = search_of(account, asked)
    parameters = asked.parameters()
    event = console_event(
        gateway, account, EventType.AUDIT_SEARCH, fields=tuple(parameters), note=urlencode(parameters) or None
    )
    gateway.journal.write(lambda _: Draft(None, (event,)))
    return _find(gateway, search, page)


def search_by_officer(
    gateway: Gateway, account: Account, officer: Officer, reason: StatedReason, page: PageOf
) -> Found:
    """Return a page of the requests that an officer made; the officer and the reason are logged, closed.

    Raises:
        NothingToReadError, AuditUnavailableError: as `search_log`.
    """
    tags = officer_tags(gateway, officer.agency, officer.reference)
    _log_reasoned(gateway, account, "officer", f"{officer.agency}/{officer.reference}", reason)
    return _find(gateway, search_of(account, tags=tags), page)


def search_by_record(gateway: Gateway, account: Account, handle: str, reason: StatedReason, page: PageOf) -> Found:
    """Return a page of the requests about one record (`schemas.formats.Handle`), which is logged, closed.

    Raises:
        NothingToReadError, AuditUnavailableError: as `search_log`.
    """
    tags = handle_tags(gateway, handle)
    _log_reasoned(gateway, account, "subject_ref", handle, reason)
    return _find(gateway, search_of(account, tags=tags), page)


def _log_reasoned(gateway: Gateway, account: Account, name: str, subject: str, reason: StatedReason) -> None:
    audience_of(account)
    event = console_event(
        gateway,
        account,
        EventType.AUDIT_SEARCH,
        reason=reason.code.value,
        fields=(name,),
        note=reason.text,
        subject_ref=subject,
        case_ref=reason.case,
    )
    gateway.journal.write(lambda _: Draft(None, (event,)))


def _find(gateway: Gateway, search: Search, page: PageOf) -> Found:
    with read_transaction(gateway.engine) as connection:
        total = count_entries(connection, search)
        number = min(page.number, max(1, -(-total // PAGE_SIZE)))
        entries = list_entries(
            connection, search, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE, oldest_first=page.oldest_first
        )
    return Found(tuple(entries), total, number)
