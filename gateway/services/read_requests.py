"""Reads the logged requests between two agencies for one purpose, as a draft agreement would have met them.

Nothing but what the operator may see is read: entries without disclosures. The reading is an entry of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import Connection

from gateway.domain.account import Account, LogScope
from gateway.domain.budgets import LEGAL_ZONE
from gateway.domain.log_filter import LogFilter
from gateway.domain.simulation import LoggedRequest
from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.event_names import Audience, EventType, PersonalField
from gateway.log.events import Actor, Event
from gateway.log.journal import Draft
from gateway.log.logged_entry import LoggedEntry
from gateway.persistence.agreement_queries import find_agreement
from gateway.persistence.engine import read_transaction
from gateway.persistence.search_queries import Search, list_entries
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from schemas.agreement import Agreement
from schemas.envelope import MessageType

MAX_SIMULATED_ENTRIES: Final = 100_000
_PAGE: Final = 10_000

_MESSAGES: Final[Mapping[EventType, MessageType]] = MappingProxyType(
    {
        EventType.EVALUATE_QUERY: MessageType.EVALUATE,
        EventType.PART_QUERY: MessageType.MATCH_PART,
        EventType.MATCH_QUERY: MessageType.MATCH,
        EventType.REVIEW_QUERY: MessageType.MATCH_REVIEW,
        EventType.FIELD_QUERY: MessageType.EXCHANGE,
    }
)
_READ: Final = frozenset({*_MESSAGES, EventType.REFUSAL})


@dataclass(frozen=True, slots=True)
class RequestsRead:
    """Logged requests in the order of the log, from this day on; `is_cut` where there were more than are read."""

    from_on: date
    requests: tuple[LoggedRequest, ...]
    is_cut: bool


def read_requests(gateway: Gateway, draft: Agreement, days: int, account: Account | None = None) -> RequestsRead:
    """Return the requests of the last `days` days between the draft's parties for its purpose.

    Args:
        gateway: whose log is read.
        draft: the agreement that is thought of.
        days: how many days back.
        account: who reads at the console; None for the operator on the server.

    Raises:
        AuditUnavailableError: the reading could not be logged; nothing was read.
    """
    from_on = gateway.now().astimezone(LEGAL_ZONE).date() - timedelta(days=days)
    asked = LogFilter(from_on=from_on, actor=draft.requester.agency, peer=draft.provider.agency, purpose=draft.purpose)
    _log(gateway, account, asked)
    types = frozenset(name for name in _READ if Audience.OPERATOR in DECLARATIONS[name].audiences)
    with read_transaction(gateway.engine) as connection:
        entries = list(_entries(connection, Search(LogScope(None), types, asked)))
        requests = tuple(_requests(connection, entries[:MAX_SIMULATED_ENTRIES]))
    return RequestsRead(from_on, requests, len(entries) > MAX_SIMULATED_ENTRIES)


def _log(gateway: Gateway, account: Account | None, asked: LogFilter) -> None:
    fields, note = tuple(asked.parameters()), urlencode(asked.parameters())
    event = Event(
        type=EventType.AUDIT_SEARCH,
        actor=Actor(org=gateway.id),
        fields=fields,
        personal={PersonalField.NOTE: note},
    )
    if account is not None:
        event = console_event(gateway, account, EventType.AUDIT_SEARCH, fields=fields, note=note)
    gateway.journal.write(lambda _: Draft(None, (event,)))


def _entries(connection: Connection, search: Search) -> Iterator[LoggedEntry]:
    for offset in range(0, MAX_SIMULATED_ENTRIES + 1, _PAGE):
        page = list_entries(connection, search, limit=_PAGE, offset=offset, oldest_first=True)
        yield from page
        if len(page) < _PAGE:
            return


def _requests(connection: Connection, entries: Sequence[LoggedEntry]) -> Iterator[LoggedRequest]:
    find = cache(partial(_agreement, connection))
    for entry in entries:
        event = entry.leaf.event
        # What has an intent to refer to is the outcome of a request that stands here as permitted.
        if event.ref is None:
            yield as_logged(entry, None if event.policy is None else find(event.policy.digest))


def as_logged(entry: LoggedEntry, under: Agreement | None) -> LoggedRequest:
    """Return what an entry states of the request that it permits or refuses."""
    event = entry.leaf.event
    return LoggedRequest(
        at=entry.leaf.at,
        under=under,
        refused=event.reason if event.type is EventType.REFUSAL else None,
        message=_MESSAGES.get(event.type),
        attributes=event.fields,
        records=event.records or 0,
    )


def _agreement(connection: Connection, digest: str) -> Agreement | None:
    stored = find_agreement(connection, digest)
    return None if stored is None else stored.standing.agreement
