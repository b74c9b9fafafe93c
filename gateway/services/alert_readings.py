"""What the rules of one round have read of the log: those that read on from the same place read it once."""

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from gateway.alerts.facts import EntryRow, Place
from gateway.log.event_names import EventType
from gateway.persistence.alert_entry_queries import find_last_place, list_entries_after

MAX_NEW_ENTRIES: Final = 500
"""Entries that a rule reads at a time: what it finds in them is stored under the log's write lock."""

MAX_KEPT: Final = 8
"""Readings that are kept; rules that share one come soon after one another, or read it again."""

T = TypeVar("T")
Rows = tuple[EntryRow, ...]


class Readings:
    """Keeps the latest readings of one round. What they hold never changes: the log only grows."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}

    def entries(self, connection: Connection, types: frozenset[EventType], since: Place) -> tuple[Rows, Place]:
        """Return the entries of these types behind a place, and the newest place of all: both of one snapshot."""
        return self.shared(
            (types, since),
            lambda: (
                list_entries_after(connection, types, since, MAX_NEW_ENTRIES) if types else (),
                find_last_place(connection),
            ),
        )

    def shared(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return what was read under this key, or read and keep it."""
        if key not in self._kept:
            if len(self._kept) == MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = read()
        found: T = self._kept[key]
        return found
