"""Alerts as an account sees them, and closing one with a finding, by somebody who is named for it."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection

from gateway.alerts.closing import Closing
from gateway.alerts.facts import Place
from gateway.domain.account import Account
from gateway.domain.roles import Permission, Role
from gateway.log.event_names import EventType
from gateway.log.journal import Draft
from gateway.persistence.alert_queries import (
    StoredAlert,
    close_open_alert,
    count_alerts,
    find_alert,
    list_alert_entries,
    list_alerts,
)
from gateway.persistence.alert_tables import alert
from gateway.persistence.engine import read_transaction
from gateway.services.console_events import console_event
from gateway.services.context import Gateway

MAX_NOTE_CHARACTERS: Final = 2_000
OPEN: Final = alert.c.closed_at.is_(None)
CLOSED: Final = alert.c.closed_at.is_not(None)


class AlertClosedError(LookupError):
    """There is no such alert for this account, or somebody has closed it already."""


class NotPermittedToCloseError(PermissionError):
    """The account may not close alerts."""


@dataclass(frozen=True, slots=True)
class SeenAlert:
    """An alert with the entries concerned."""

    alert: StoredAlert
    entries: tuple[Place, ...]


def agency_seen(account: Account) -> str | None:
    """Return the one agency whose alerts and figures an account sees; None for all.

    Whoever works for an agency sees that agency's; whoever works at the gateway, and oversight, see all.
    """
    return None if Role.OVERSIGHT_AUDITOR in account.roles else account.agency


def list_seen_alerts(
    gateway: Gateway, account: Account, *, is_open: bool, limit: int, offset: int = 0
) -> list[StoredAlert]:
    """Return open or closed alerts that the account sees, newest first."""
    with read_transaction(gateway.engine) as connection:
        condition = OPEN if is_open else CLOSED
        return list_alerts(connection, agency_seen(account), condition, limit=limit, offset=offset)


def count_seen_alerts(gateway: Gateway, account: Account, *, is_open: bool) -> int:
    """Return how many open or closed alerts the account sees."""
    with read_transaction(gateway.engine) as connection:
        return count_alerts(connection, agency_seen(account), OPEN if is_open else CLOSED)


def find_seen_alert(gateway: Gateway, account: Account, reference: str) -> SeenAlert | None:
    """Return an alert that the account sees, or None."""
    with read_transaction(gateway.engine) as connection:
        found = _find(connection, account, reference)
        return None if found is None else SeenAlert(found, tuple(list_alert_entries(connection, reference)))


def close_alert(gateway: Gateway, account: Account, reference: str, closing: Closing, note: str) -> None:
    """Close an alert with a finding; the note enters the log as a salted digest only.

    Raises:
        NotPermittedToCloseError: the account may not.
        AlertClosedError: no such alert, or it is closed.
        ValueError: the note is empty or longer than `MAX_NOTE_CHARACTERS`.
        AuditUnavailableError: it could not be logged, so nothing was closed.
    """
    if not account.may(Permission.CLOSE_ALERTS):
        raise NotPermittedToCloseError("只有隐私专员可以处置预警 / only a privacy officer closes alerts")
    if not 0 < len(note.strip()) <= MAX_NOTE_CHARACTERS:
        raise ValueError("处置说明不能为空，也不能过长 / the note is empty or too long")
    gateway.journal.write(partial(_close, gateway, account, reference, closing, note.strip()))


def _close(
    gateway: Gateway, account: Account, reference: str, closing: Closing, note: str, connection: Connection
) -> Draft[None]:
    found = _find(connection, account, reference)
    if found is None or not close_open_alert(connection, reference, closing.value, gateway.now()):
        raise AlertClosedError("没有该预警，或已处置 / no such alert, or it is closed")
    event = console_event(
        gateway, account, EventType.ALERT_CLOSE, reason=closing.value, correlation_id=reference, note=note
    )
    return Draft(None, (event,))


def _find(connection: Connection, account: Account, reference: str) -> StoredAlert | None:
    found, agency = find_alert(connection, reference), agency_seen(account)
    return found if found is not None and (agency is None or agency in found.agencies) else None
