"""From the log's entries about one record to the accesses that a person can be told of: one line a request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.domain.protective_filter import Telling, telling_of
from gateway.log.event_names import EventType
from gateway.log.logged_entry import LoggedEntry
from schemas.messages.accounting import AccessKind

_COMPARED: Final = frozenset({EventType.MATCH_RESULT, EventType.REVIEW_RESULT})
_RELEASES: Final[Mapping[str | None, AccessKind]] = {
    "permit": AccessKind.RELEASED,
    "partial": AccessKind.PARTLY_RELEASED,
    "deny": AccessKind.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Access:
    """One request about a child's record, and what the protective filter says of it.

    Attributes:
        place: of the entry that decided, as people name it: `2026/123`.
        at: when.
        requester: the asking agency's id.
        provider: the id of the agency whose record it is.
        purpose: the purpose's id, None where the entry states none.
        kind: what became of it.
        attributes: names of what was released; of what was asked for where nothing was.
        correlation_id: the request's.
        leaf_hash: of the entry that decided (32 bytes).
        telling: whether a guardian is told.
    """

    place: str
    at: datetime
    requester: str
    provider: str
    purpose: str | None
    kind: AccessKind
    attributes: tuple[str, ...]
    correlation_id: str
    leaf_hash: bytes
    telling: Telling


def accesses_of(entries: Iterable[LoggedEntry], provider: str) -> tuple[Access, ...]:
    """Return the accesses that `entries` tell of, those to records of `provider` alone, oldest first.

    An exchange is told once, by its outcome; without one it was refused or broke off, and nothing was released.
    """
    asked = [entry for entry in entries if entry.leaf.event.peer == provider]
    answered = {entry.leaf.event.ref for entry in asked if entry.leaf.event.type is EventType.FIELD_RELEASE}
    told = [_access(entry, provider) for entry in asked if _decides(entry, answered)]
    return tuple(sorted((access for access in told if access is not None), key=lambda access: access.at))


def reviewed(accesses: Sequence[Access], told: Iterable[str]) -> tuple[list[Access], list[Access]]:
    """Return the accesses at the places `told`, and those that are withheld."""
    places = frozenset(told)
    return [one for one in accesses if one.place in places], [one for one in accesses if one.place not in places]


def _decides(entry: LoggedEntry, answered: frozenset[str | None] | set[str | None]) -> bool:
    event_type = entry.leaf.event.type
    if event_type is EventType.FIELD_QUERY:
        return entry.leaf.event_id not in answered
    return event_type in _COMPARED or event_type is EventType.FIELD_RELEASE


def _access(entry: LoggedEntry, provider: str) -> Access | None:
    event = entry.leaf.event
    if event.actor is None:
        return None
    if event.type in _COMPARED:
        kind = AccessKind.COMPARED
    else:
        kind = AccessKind.REFUSED if event.type is EventType.FIELD_QUERY else _RELEASES[event.decision]
    return Access(
        place=entry.place,
        at=entry.leaf.at,
        requester=event.actor.org,
        provider=provider,
        purpose=event.purpose,
        kind=kind,
        attributes=() if kind is AccessKind.COMPARED else event.fields,
        correlation_id=event.correlation_id or "",
        leaf_hash=entry.leaf_hash,
        telling=telling_of(event.purpose, event.actor.org),
    )
