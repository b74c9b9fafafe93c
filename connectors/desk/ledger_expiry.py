"""Destroy ledgers whose day has come, by the clock."""

from connectors.console.actions import Action
from connectors.console.record import record_in
from connectors.context import Connector
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.database import writing


def destroy_expired_ledgers(connector: Connector) -> int:
    """Destroy what has expired, with a line in the record for each; returns how many."""
    store = ledger_store_of(connector)
    expired = store.expired(connector.today())
    if expired:
        store.destroy(*expired)
        with writing(connector.state) as connection:
            for ledger_id in expired:
                record_in(connection, connector.seconds(), None, Action.LEDGER_DESTROYED, ledger_id, "expired")
    return len(expired)
