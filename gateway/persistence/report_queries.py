"""Reading and writing reports: asked for, made or failed, each with the digest of its file."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from gateway.domain.report_kinds import ReportKind
from gateway.log.timestamp import format_timestamp, parse_timestamp
from gateway.persistence.report_tables import report


class ReportState(StrEnum):
    """Where a report stands."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report. `account` asked for it, nobody where the calendar did; the file's members are None until it is made."""

    id: str
    kind: ReportKind
    from_on: date
    to_on: date
    agency: str | None
    asked_at: datetime
    account: str | None = field(default=None, repr=False)
    agency_of_account: str | None = None
    state: ReportState = ReportState.WAITING
    made_at: datetime | None = None
    file: str | None = None
    bytes: int | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class MadeFile:
    """The file of a report: its name in the folder of reports, its size and its digest."""

    name: str
    bytes: int
    digest: str


def next_report_id(connection: Connection, year: int) -> str:
    """Return the id of the next report of a year: `R-2026-000123`. The caller holds the write lock."""
    first, last = f"R-{year}-000000", f"R-{year}-999999"
    query = select(report.c.id).where(report.c.id >= first, report.c.id <= last).order_by(report.c.id.desc()).limit(1)
    return f"R-{year}-{int((connection.scalar(query) or first)[-6:]) + 1:06}"


def add_report(connection: Connection, asked: StoredReport) -> None:
    """Store that a report is asked for."""
    connection.execute(
        insert(report).values(
            id=asked.id,
            kind=asked.kind.value,
            from_on=asked.from_on.isoformat(),
            to_on=asked.to_on.isoformat(),
            agency=asked.agency,
            account=asked.account,
            agency_of_account=asked.agency_of_account,
            asked_at=format_timestamp(asked.asked_at),
            state=ReportState.WAITING.value,
        )
    )


def is_report_asked(connection: Connection, kind: ReportKind, from_on: date, agency: str | None) -> bool:
    """Return whether the calendar has asked for a report of this kind and period already."""
    same_agency = report.c.agency.is_(None) if agency is None else report.c.agency == agency
    found = select(report.c.id).where(
        report.c.kind == kind.value,
        report.c.from_on == from_on.isoformat(),
        report.c.account.is_(None),
        same_agency,
    )
    return connection.scalar(found.limit(1)) is not None


def set_made(connection: Connection, report_id: str, made: MadeFile, made_at: datetime) -> bool:
    """Note the file of a report; return whether it was still waited for."""
    values = {
        "state": ReportState.READY.value,
        "made_at": format_timestamp(made_at),
        "file": made.name,
        "bytes": made.bytes,
        "digest": made.digest,
    }
    return _set(connection, report_id, values)


def set_failed(connection: Connection, report_id: str, at: datetime) -> bool:
    """Note that a report could not be made; return whether it was still waited for."""
    return _set(connection, report_id, {"state": ReportState.FAILED.value, "made_at": format_timestamp(at)})


def find_report(connection: Connection, report_id: str) -> StoredReport | None:
    """Return a report, or None."""
    row = connection.execute(select(report).where(report.c.id == report_id)).first()
    return None if row is None else _stored(row)


def list_reports(connection: Connection, state: ReportState | None = None, limit: int = 500) -> list[StoredReport]:
    """Return reports, in one state or in any, newest first."""
    query = select(report).order_by(report.c.id.desc()).limit(limit)
    return [
        _stored(row)
        for row in connection.execute(query if state is None else query.where(report.c.state == state.value))
    ]


def _set(connection: Connection, report_id: str, values: dict[str, object]) -> bool:
    waiting = (report.c.id == report_id, report.c.state == ReportState.WAITING.value)
    return connection.execute(update(report).where(*waiting).values(**values)).rowcount == 1


def _stored(row: Row[Any]) -> StoredReport:
    return StoredReport(
        id=row.id,
        kind=ReportKind(row.kind),
        from_on=date.fromisoformat(row.from_on),
        to_on=date.fromisoformat(row.to_on),
        agency=row.agency,
        asked_at=parse_timestamp(row.asked_at),
        account=row.account,
        agency_of_account=row.agency_of_account,
        state=ReportState(row.state),
        made_at=None if row.made_at is None else parse_timestamp(row.made_at),
        file=row.file,
        bytes=row.bytes,
        digest=row.digest,
    )
