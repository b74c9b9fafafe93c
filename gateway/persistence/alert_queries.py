"""Reading and writing alerts, and how far each rule has read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update

from gateway.alerts.facts import Place, Severity
from gateway.log.timestamp import format_timestamp, parse_timestamp
from gateway.persistence.alert_entry_queries import START
from gateway.persistence.alert_tables import alert, alert_agency, alert_entry, alert_place

MAX_ALERT_ENTRIES = 500
"""Places kept for one alert; its count says how many there were."""


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert. `cause` is a digest; `finding` and `closed_at` are None while it is open."""

    id: str
    rule: str
    severity: Severity
    cause: bytes = field(repr=False)
    raised_at: datetime
    first_at: datetime
    last_at: datetime
    count: int
    finding: str | None = None
    closed_at: datetime | None = None
    agencies: tuple[str, ...] = ()


def find_place(connection: Connection, rule: str) -> Place:
    """Return how far a rule has read; `START` where it has not begun."""
    row = connection.execute(select(alert_place).where(alert_place.c.rule == rule)).first()
    return START if row is None else Place(row.shard, row.idx)


def set_place(connection: Connection, rule: str, place: Place) -> None:
    """Note how far a rule has read."""
    values = {"shard": place.shard, "idx": place.idx}
    if not connection.execute(update(alert_place).where(alert_place.c.rule == rule).values(**values)).rowcount:
        connection.execute(insert(alert_place).values(rule=rule, **values))


def find_same_cause(connection: Connection, rule: str, cause: bytes, since_at: datetime) -> StoredAlert | None:
    """Return the newest alert of this rule and cause whose last entry is not older than `since_at`, or None."""
    query = _alerts().where(alert.c.rule == rule, alert.c.cause == cause, alert.c.last_at >= format_timestamp(since_at))
    row = connection.execute(query.order_by(alert.c.id.desc()).limit(1)).first()
    return None if row is None else _stored(connection, row)


def next_reference(connection: Connection, year: int) -> str:
    """Return the reference of the next alert of a year: `A-2026-000123`. The caller holds the write lock."""
    first, last = f"A-{year}-000000", f"A-{year}-999999"
    query = select(alert.c.id).where(alert.c.id >= first, alert.c.id <= last).order_by(alert.c.id.desc()).limit(1)
    return f"A-{year}-{int((connection.scalar(query) or first)[-6:]) + 1:06}"


def add_alert(connection: Connection, new: StoredAlert, entries: Sequence[Place]) -> None:
    """Store an alert with the agencies and the entries concerned."""
    connection.execute(
        insert(alert).values(
            id=new.id,
            rule=new.rule,
            severity=new.severity.value,
            cause=new.cause,
            raised_at=format_timestamp(new.raised_at),
            first_at=format_timestamp(new.first_at),
            last_at=format_timestamp(new.last_at),
            counted=new.count,
        )
    )
    _add_agencies(connection, new.id, new.agencies)
    _add_entries(connection, new.id, entries[:MAX_ALERT_ENTRIES])


def extend_alert(connection: Connection, known: StoredAlert, entries: Sequence[Place]) -> None:
    """Store an alert's new severity, last time, count and agencies, and further entries."""
    values = {
        "severity": known.severity.value,
        "last_at": format_timestamp(known.last_at),
        "counted": known.count,
    }
    connection.execute(update(alert).where(alert.c.id == known.id).values(**values))
    stored = set(connection.scalars(select(alert_agency.c.agency).where(alert_agency.c.alert == known.id)))
    _add_agencies(connection, known.id, sorted(set(known.agencies) - stored))
    kept = set(list_alert_entries(connection, known.id))
    fresh = [place for place in entries if place not in kept]
    _add_entries(connection, known.id, fresh[: MAX_ALERT_ENTRIES - len(kept)])


def close_open_alert(connection: Connection, reference: str, finding: str, closed_at: datetime) -> bool:
    """Close an alert; return whether it was open."""
    is_open = (alert.c.id == reference, alert.c.closed_at.is_(None))
    values = {"finding": finding, "closed_at": format_timestamp(closed_at)}
    return connection.execute(update(alert).where(*is_open).values(**values)).rowcount == 1


def find_alert(connection: Connection, reference: str) -> StoredAlert | None:
    """Return an alert, or None."""
    row = connection.execute(_alerts().where(alert.c.id == reference)).first()
    return None if row is None else _stored(connection, row)


def list_alerts(
    connection: Connection, agency: str | None, *conditions: ColumnElement[bool], limit: int, offset: int = 0
) -> list[StoredAlert]:
    """Return alerts that concern `agency`, or all for None, newest first."""
    query = _seen_by(_alerts(), agency).where(*conditions).order_by(alert.c.id.desc())
    return [_stored(connection, row) for row in connection.execute(query.limit(limit).offset(offset))]


def count_alerts(connection: Connection, agency: str | None, *conditions: ColumnElement[bool]) -> int:
    """Return how many alerts there are that `list_alerts` lists without a limit."""
    return connection.scalar(_seen_by(select(func.count()).select_from(alert), agency).where(*conditions)) or 0


def list_alert_entries(connection: Connection, reference: str) -> list[Place]:
    """Return the entries concerned, at most `MAX_ALERT_ENTRIES`, in the order of the log."""
    columns = alert_entry.c
    query = select(columns.shard, columns.idx).where(columns.alert == reference).order_by(columns.shard, columns.idx)
    return [Place(row.shard, row.idx) for row in connection.execute(query)]


def _add_agencies(connection: Connection, reference: str, agencies: Sequence[str]) -> None:
    if agencies:
        connection.execute(insert(alert_agency), [{"alert": reference, "agency": agency} for agency in agencies])


def _add_entries(connection: Connection, reference: str, entries: Sequence[Place]) -> None:
    rows = [{"alert": reference, "shard": place.shard, "idx": place.idx} for place in dict.fromkeys(entries)]
    if rows:
        connection.execute(insert(alert_entry), rows)


def _alerts() -> Select[Any]:
    return select(alert)


def _seen_by(query: Select[Any], agency: str | None) -> Select[Any]:
    if agency is None:
        return query
    return query.where(alert.c.id.in_(select(alert_agency.c.alert).where(alert_agency.c.agency == agency)))


def _stored(connection: Connection, row: Row[Any]) -> StoredAlert:
    agencies = connection.scalars(select(alert_agency.c.agency).where(alert_agency.c.alert == row.id))
    return StoredAlert(
        id=row.id,
        rule=row.rule,
        severity=Severity(row.severity),
        cause=row.cause,
        raised_at=parse_timestamp(row.raised_at),
        first_at=parse_timestamp(row.first_at),
        last_at=parse_timestamp(row.last_at),
        count=row.counted,
        finding=row.finding,
        closed_at=None if row.closed_at is None else parse_timestamp(row.closed_at),
        agencies=tuple(sorted(agencies)),
    )
