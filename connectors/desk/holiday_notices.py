"""The administrator adds a year's holidays; what waits for its answer is counted anew, and a missing year is told."""

from datetime import date

from sqlalchemy import select, update

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.context import Connector
from connectors.desk.correction_rules import due_on
from connectors.holidays import calendar_for
from connectors.state.correction_tables import correction
from connectors.state.database import reading, writing
from hosting.holiday_notices import add_notice, missing_years, own_notices
from schemas.holiday_notice import HolidayNotice


class HolidayNoticeMissingError(RuntimeError):
    """A year's holiday notice is not here, or an added file is no notice."""

    def __init__(self, years: tuple[int, ...], faulty: int) -> None:
        named = ", ".join(str(year) for year in years)
        super().__init__(
            f"缺少放假通知 {named}，不能用的文件 {faulty} 个 / notices missing: {named}; faulty files: {faulty}"
        )


def take_notice(console: Console, account: Account, file: bytes) -> HolidayNotice:
    """Keep a year's notice that somebody uploaded, and count anew what depends on it.

    Raises:
        CatalogueError: it is no sound notice; nothing is kept.
    """
    notice = add_notice(console.connector.folder, file)
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), account.id, Action.HOLIDAYS_ADDED, None, f"year={notice.year}")
    recount_corrections(console.connector)
    return notice


def count_missing_years(console: Console, account: Account) -> int:
    """Return how many years' notices the account, an administrator's, should add."""
    if not account.may(Permission.SEE_JOBS):
        return 0
    return len(missing_years(calendar_for(console.connector), console.connector.today()))


def check_holidays(connector: Connector) -> None:
    """Count anew what the notices that are here settle: what is done by the clock.

    Raises:
        HolidayNoticeMissingError: a notice that should be here is not; the job shows as failed until it is.
    """
    recount_corrections(connector)
    missing, faulty = missing_years(calendar_for(connector), connector.today()), own_notices(connector.folder).faulty
    if missing or faulty:
        raise HolidayNoticeMissingError(missing, len(faulty))


def recount_corrections(connector: Connector) -> int:
    """Count the due day of requests anew that wait and are provisional, with a line in the record for each that moved.

    Returns:
        How many are settled now.
    """
    calendar, settled = calendar_for(connector), 0
    is_open = correction.c.is_provisional & correction.c.outcome.is_(None)
    with reading(connector.state) as connection:
        rows = connection.execute(select(correction.c.id, correction.c.received_on, correction.c.due_on).where(is_open))
        waiting = [(row.id, row.received_on, row.due_on) for row in rows]
    for id_, received_on, before in waiting:
        due = due_on(date.fromisoformat(received_on), calendar)
        if not due.provisional:
            _settle(connector, id_, before, due.on.isoformat())
            settled += 1
    return settled


def _settle(connector: Connector, id_: str, before: str, due: str) -> None:
    with writing(connector.state) as connection:
        values = {"due_on": due, "is_provisional": False}
        connection.execute(update(correction).where(correction.c.id == id_).values(values))
        if due != before:
            record_in(connection, connector.seconds(), None, Action.CORRECTION_DUE_MOVED, id_, f"due={due}")
