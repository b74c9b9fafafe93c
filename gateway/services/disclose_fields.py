"""Personal fields of entries: named to who may read them, opened only for a stated reason, each time with an entry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from gateway.domain.account import Account
from gateway.domain.stated_reason import StatedReason
from gateway.log.disclosure import disclosure_digest, parse_disclosure
from gateway.log.event_catalogue import may_disclose
from gateway.log.event_names import EventType, PersonalField
from gateway.log.journal import Draft
from gateway.log.logged_entry import LoggedEntry
from gateway.persistence.engine import read_transaction
from gateway.persistence.search_queries import list_disclosures
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.search_log import audience_of


@dataclass(frozen=True, slots=True)
class DisclosedField:
    """A personal field in clear. `is_proven`: its digest stands in the entry."""

    entry: LoggedEntry
    name: PersonalField
    value: str = field(repr=False)
    is_proven: bool


def closed_fields(gateway: Gateway, account: Account, entries: Sequence[LoggedEntry]) -> tuple[PersonalField, ...]:
    """Return the names of the fields that are kept of these entries and that the account may ask for."""
    names = {found.name for found in _read(gateway, account, entries)}
    return tuple(name for name in PersonalField if name in names)


def disclose_fields(
    gateway: Gateway,
    account: Account,
    entries: Sequence[LoggedEntry],
    names: Collection[PersonalField],
    reason: StatedReason,
) -> tuple[DisclosedField, ...]:
    """Return the values of the fields `names` of these entries, after logging that they were looked at and why.

    The entries are of one request or one alone; what was erased is missing.

    Raises:
        NothingToReadError: the account may read no entries.
        AuditUnavailableError: the look could not be logged; nothing was read.
    """
    audience_of(account)
    only = entries[0].leaf if len(entries) == 1 else None
    event = console_event(
        gateway,
        account,
        EventType.AUDIT_VIEW,
        reason=reason.code.value,
        fields=tuple(sorted(names)),
        records=len(entries),
        correlation_id=entries[0].leaf.event.correlation_id,
        ref=None if only is None else only.event_id,
        note=reason.text,
        case_ref=reason.case,
    )
    gateway.journal.write(lambda _: Draft(None, (event,)))
    return tuple(found for found in _read(gateway, account, entries) if found.name in names)


def _read(gateway: Gateway, account: Account, entries: Sequence[LoggedEntry]) -> list[DisclosedField]:
    audience = audience_of(account)
    with read_transaction(gateway.engine) as connection:
        kept = list_disclosures(connection, entries)
    found: list[DisclosedField] = []
    for entry in entries:
        for text in kept[entry.shard, entry.index]:
            disclosure = parse_disclosure(text)
            if may_disclose(audience, entry.leaf.event.type, disclosure.name):
                is_proven = disclosure_digest(text) in entry.leaf.digests
                found.append(DisclosedField(entry, disclosure.name, disclosure.value, is_proven))
    return found
