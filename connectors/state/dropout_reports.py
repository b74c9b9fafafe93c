"""Regular reports on dropouts that were sent: for which duty and period, by whom, under which reference."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, insert, select

from connectors.state.database import reading
from connectors.state.dropout_tables import dropout_report

WHOLE_COUNTY = ""
"""Stands for the school of a report that is about all schools."""


@dataclass(frozen=True, slots=True)
class SentReport:
    """A report that was sent; `sent_at` in POSIX seconds."""

    duty: str
    first_on: date
    account: str
    reference: str
    sent_at: int


def keep_sent_report(connection: Connection, school: str, report: SentReport) -> None:
    """Note that a report was sent; what is noted for the same period is replaced."""
    values = {
        "duty": report.duty,
        "first_on": report.first_on.isoformat(),
        "school": school,
        "account": report.account,
        "reference": report.reference,
        "sent_at": report.sent_at,
    }
    connection.execute(insert(dropout_report).prefix_with("OR REPLACE").values(values))


def find_sent_report(state: Engine, duty: str, first_on: date, school: str) -> SentReport | None:
    """Return the report of a duty about the period that began on a day, or None."""
    query = select(dropout_report).where(
        dropout_report.c.duty == duty,
        dropout_report.c.first_on == first_on.isoformat(),
        dropout_report.c.school == school,
    )
    with reading(state) as connection:
        row = connection.execute(query).first()
    return None if row is None else SentReport(row.duty, first_on, row.account, row.reference, row.sent_at)
