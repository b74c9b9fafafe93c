"""What the data steward sees and decides of indexes that are refreshed by the clock."""

from sqlalchemy import Connection, func, select

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.state.database import reading, writing
from connectors.state.index_refreshes import IndexRefresh, RefreshOutcome, accept_found, list_refreshes
from connectors.state.tables import publication


def wants_decision(refresh: IndexRefresh | None, published_at: int | None) -> bool:
    """Return whether a source shrank and nobody has said since that this is right, nor published by hand."""
    return (
        refresh is not None
        and refresh.outcome is RefreshOutcome.SHRANK
        and refresh.accepted is None
        and (refresh.ended_at or 0) >= (published_at or 0)
    )


def count_shrunk_indexes(console: Console, account: Account) -> int:
    """Return how many indexes wait for the account's word that a smaller register is right."""
    if not account.may(Permission.HOLD_AGREEMENTS):
        return 0
    with reading(console.connector.state) as connection:
        refreshes = list_refreshes(connection)
        return sum(wants_decision(one, last_publication(connection, one.agreement)) for one in refreshes.values())


def accept_shrinkage(console: Console, account: Account, agreement: str, found: int) -> bool:
    """Take `found` records for right: the next refresh, which is due at once, publishes them.

    Returns:
        False if the register was found to hold another number by now, or nothing waits for a word.
    """
    with writing(console.connector.state) as connection:
        if not accept_found(connection, agreement, found, console.seconds()):
            return False
        record_in(
            connection,
            console.seconds(),
            account.id,
            Action.INDEX_SHRINKAGE_ACCEPTED,
            agreement,
            f"records={found}",
        )
    return True


def last_publication(connection: Connection, agreement: str) -> int | None:
    """Return when the newest index of an agreement that is active was prepared (POSIX seconds)."""
    newest = select(func.max(publication.c.prepared_at))
    is_active = (publication.c.agreement == agreement) & (publication.c.state == "active")
    return connection.execute(newest.where(is_active)).scalar()
