"""One request as a story, with its evidence checked while it is told; each telling is an entry of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.domain.log_filter import LogFilter
from gateway.domain.request_story import Story, receipts_of, tell
from gateway.log.event_names import EventType
from gateway.log.journal import Draft
from gateway.log.logged_entry import LoggedEntry
from gateway.persistence.agreement_queries import find_agreement
from gateway.persistence.engine import read_transaction
from gateway.persistence.search_queries import Search, list_entries, list_following
from gateway.services.check_entry import CheckedEntry, EntryChecker
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.search_log import search_of
from schemas.agreement import Agreement

MAX_STORY_ENTRIES: Final = 200
MAX_RECEIPTS_READ: Final = 500
"""Receipts under the same agreement that are looked through for those of this request."""

_NOT_TOLD: Final = frozenset({EventType.AUDIT_VIEW, EventType.AUDIT_SEARCH, EventType.AUDIT_EXPORT})


@dataclass(frozen=True, slots=True)
class ToldRequest:
    """A story and what stands behind it.

    Attributes:
        correlation_id: the request's.
        story: its steps.
        checked: its entries as they were checked, by place.
        agreement: that under which was asked, where the gateway holds it.
        looks: entries of those who looked at it before; None where the reader may not see them.
    """

    correlation_id: str
    story: Story
    checked: Mapping[str, CheckedEntry]
    agreement: Agreement | None
    looks: tuple[LoggedEntry, ...] | None


def tell_request(gateway: Gateway, account: Account, correlation_id: str) -> ToldRequest | None:
    """Return the story of a request, after logging that it is looked at; None where the account may read none of it.

    Raises:
        NothingToReadError: the account may read no entries.
        AuditUnavailableError: the look could not be logged.
    """
    found = find_story(gateway, account, correlation_id)
    if found is None:
        return None
    told = len(found.entries)
    event = console_event(gateway, account, EventType.AUDIT_VIEW, records=told, correlation_id=correlation_id)
    gateway.journal.write(lambda _: Draft(None, (event,)))
    with read_transaction(gateway.engine) as connection:
        checker = EntryChecker(gateway, connection)
        return ToldRequest(
            correlation_id=correlation_id,
            story=found,
            checked={entry.place: checker.check(entry) for entry in found.entries},
            agreement=_agreement(connection, found),
            looks=_looks(connection, search_of(account, LogFilter(corr=correlation_id))),
        )


def find_story(gateway: Gateway, account: Account, correlation_id: str) -> Story | None:
    """Return the story of a request, unchecked, or None where the account may read none of it."""
    search = search_of(account, LogFilter(corr=correlation_id))
    with read_transaction(gateway.engine) as connection:
        entries = [
            entry
            for entry in list_entries(connection, search, limit=MAX_STORY_ENTRIES, oldest_first=True)
            if entry.leaf.event.type not in _NOT_TOLD
        ]
        receipts = _receipts(connection, search_of(account, LogFilter(type=EventType.FIELD_RECEIPT)), entries)
    return tell(entries, receipts, gateway.now()) if entries else None


def _receipts(connection: Connection, search: Search, entries: list[LoggedEntry]) -> list[LoggedEntry]:
    released = [entry for entry in entries if entry.leaf.event.type is EventType.FIELD_RELEASE]
    policies = {entry.leaf.event.policy.id: entry for entry in released if entry.leaf.event.policy is not None}
    following = [
        list_following(connection, search, after, policy, limit=MAX_RECEIPTS_READ) for policy, after in policies.items()
    ]
    return receipts_of(entries, [entry for some in following for entry in some])


def _agreement(connection: Connection, story: Story) -> Agreement | None:
    policies = [step.event.policy for step in story.steps if step.event.policy is not None]
    stored = find_agreement(connection, policies[0].digest) if policies else None
    return None if stored is None else stored.standing.agreement


def _looks(connection: Connection, search: Search) -> tuple[LoggedEntry, ...] | None:
    if EventType.AUDIT_VIEW not in search.types:
        return None
    looked = list_entries(connection, search, limit=MAX_STORY_ENTRIES)
    return tuple(entry for entry in looked if entry.leaf.event.type is EventType.AUDIT_VIEW)
