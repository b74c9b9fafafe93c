"""Counts that rules need besides entries: requests by officer's tag and hour, runs, signatures of witnesses."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update

from gateway.alerts.facts import EntryRow, OfficerHour, RunCount, SkewedSignature
from gateway.domain.budgets import LEGAL_ZONE
from gateway.log.timestamp import format_timestamp, parse_timestamp
from gateway.persistence.agreement_tables import agreement
from gateway.persistence.alert_tables import officer_hour
from gateway.persistence.audit_tables import audit_checkpoint, audit_cosignature
from gateway.persistence.run_queries import RunState
from gateway.persistence.run_tables import match_run
from schemas.messages.match import MAX_MATCH_ANSWER_BYTES, RunSummary

MAX_SKEWED_SIGNATURES = 100
WITNESS_SUFFIX = "/witness"
"""What a member's witness is called after the agency."""


def count_requests(connection: Connection, rows: Iterable[EntryRow]) -> None:
    """Add requests to the counters of their officers; those without one are not counted."""
    counts: Counter[tuple[str, str, bytes, int]] = Counter()
    for row in rows:
        if row.actor is not None and row.officer is not None:
            counts[row.actor, row.day_on.isoformat(), row.officer, row.hour] += 1
    columns = officer_hour.c
    for (agency, day, officer, hour), requests in counts.items():
        place = (columns.agency == agency, columns.day == day, columns.officer == officer, columns.hour == hour)
        added = connection.execute(
            update(officer_hour).where(*place).values(requests=officer_hour.c.requests + requests)
        )
        if not added.rowcount:
            connection.execute(
                insert(officer_hour).values(agency=agency, day=day, officer=officer, hour=hour, requests=requests)
            )


def list_activity(connection: Connection, agencies: Iterable[str], from_on: date, to_on: date) -> list[OfficerHour]:
    """Return the counters of these agencies' officers on these days, both included."""
    columns = officer_hour.c
    query = select(officer_hour).where(
        columns.agency.in_(sorted(agencies)), columns.day >= from_on.isoformat(), columns.day <= to_on.isoformat()
    )
    return [
        OfficerHour(row.agency, row.officer, date.fromisoformat(row.day), row.hour, row.requests)
        for row in connection.execute(query)
    ]


def forget_activity(connection: Connection, before_on: date) -> None:
    """Delete the counters of the days before."""
    connection.execute(delete(officer_hour).where(officer_hour.c.day < before_on.isoformat()))


def list_run_counts(connection: Connection, from_at: datetime) -> list[RunCount]:
    """Return the judged runs that began at `from_at` or later, as far as they are still kept."""
    query = (
        select(match_run.c.requester, agreement.c.id, match_run.c.created_at, match_run.c.summary, match_run.c.officer)
        .join(agreement, agreement.c.digest == match_run.c.agreement)
        .where(match_run.c.created_at >= int(from_at.timestamp()), match_run.c.state == RunState.JUDGED.value)
    )
    return [_run_count(*row) for row in connection.execute(query)]


def list_skewed_signatures(connection: Connection, from_at: datetime) -> list[SkewedSignature]:
    """Return signatures of witnesses that are older than the checkpoint they stand under, made since `from_at`."""
    signed, made = audit_cosignature.c, audit_checkpoint.c
    query = (
        select(signed.witness, signed.shard, signed.size, made.time.label("made"), signed.time.label("signed"))
        .join(audit_checkpoint, (made.shard == signed.shard) & (made.size == signed.size))
        .where(made.time >= format_timestamp(from_at), signed.time < made.time)
        .limit(MAX_SKEWED_SIGNATURES)
    )
    return [
        SkewedSignature(
            row.witness.removesuffix(WITNESS_SUFFIX),
            row.shard,
            row.size,
            parse_timestamp(row.made),
            parse_timestamp(row.signed),
        )
        for row in connection.execute(query)
    ]


def _run_count(agency: str, agreement_id: str, created_at: int, summary: bytes, officer: bytes | None) -> RunCount:
    stated = RunSummary.from_bytes(summary, MAX_MATCH_ANSWER_BYTES)
    asked = stated.matches + stated.possible_matches + stated.non_matches
    day_on = datetime.fromtimestamp(created_at, LEGAL_ZONE).date()
    return RunCount(agency, agreement_id, day_on, asked, stated.matches + stated.possible_matches, officer)
