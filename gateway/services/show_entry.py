"""One entry of the log, checked while it is shown; each look is an entry of its own."""

from gateway.domain.account import Account
from gateway.log.event_names import EventType
from gateway.log.journal import Draft
from gateway.log.logged_entry import LoggedEntry
from gateway.persistence.engine import read_transaction
from gateway.persistence.search_queries import find_entry
from gateway.services.check_entry import CheckedEntry, EntryChecker
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.search_log import search_of


def find_readable(gateway: Gateway, account: Account, shard: int, index: int) -> LoggedEntry | None:
    """Return the entry at a place, or None where there is none that the account may read; for a form's own checks."""
    with read_transaction(gateway.engine) as connection:
        return find_entry(connection, search_of(account), shard, index)


def show_entry(gateway: Gateway, account: Account, shard: int, index: int) -> CheckedEntry | None:
    """Return the entry at a place, checked now, after logging that it is looked at; None as `find_readable`.

    Raises:
        NothingToReadError: the account may read no entries.
        AuditUnavailableError: the look could not be logged.
    """
    found = find_readable(gateway, account, shard, index)
    if found is None:
        return None
    leaf = found.leaf
    event = console_event(
        gateway,
        account,
        EventType.AUDIT_VIEW,
        records=1,
        correlation_id=leaf.event.correlation_id,
        ref=leaf.event_id,
    )
    gateway.journal.write(lambda _: Draft(None, (event,)))
    with read_transaction(gateway.engine) as connection:
        return EntryChecker(gateway, connection).check(found)
