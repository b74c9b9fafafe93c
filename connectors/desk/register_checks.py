"""Checks of the agency's register in the background: rows, usable share and findings by column, never a value."""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select, update

from connectors.agencies import agency_of
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.context import Connector
from connectors.data_sets import Record, read_records
from connectors.settings import SettingsError
from connectors.sources.check import CheckReport, check_records
from connectors.sources.errors import SourceError
from connectors.sources.mapping import load_mapping, open_source
from connectors.state.database import reading, writing
from connectors.state.desk_tables import register_check

LOST_SECONDS: Final = 60
"""A check that says nothing for so long has ended with its process."""

_ROWS_AT_ONCE: Final = 2_000


class CheckState(StrEnum):
    """Where a check is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RegisterCheck:
    """The latest check; times in POSIX seconds, `report` as `CheckReport.as_json`, `failure` a code of sources."""

    id: int
    state: CheckState
    account: str
    begun_at: int
    seen_at: int
    rows: int
    report: dict[str, Any] | None
    failure: str | None

    def is_running(self, now: int) -> bool:
        """Return whether it is still being done."""
        return self.state is CheckState.RUNNING and now < self.seen_at + LOST_SECONDS


def latest_check(console: Console) -> RegisterCheck | None:
    """Return the latest check, or None before the first."""
    with reading(console.connector.state) as connection:
        row = connection.execute(select(register_check).order_by(register_check.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    report = None if row.report is None else json.loads(row.report)
    state = CheckState(row.state)
    return RegisterCheck(row.id, state, row.account, row.begun_at, row.seen_at, row.rows, report, row.failure)


def begin_check(console: Console, account: str) -> threading.Thread | None:
    """Begin a check in a thread of its own, unless one is under way; it ends with the process."""
    latest, now = latest_check(console), console.seconds()
    if latest is not None and latest.is_running(now):
        return None
    with writing(console.connector.state) as connection:
        begun = {"state": CheckState.RUNNING.value, "account": account, "begun_at": now, "seen_at": now}
        (number,) = connection.execute(insert(register_check).values(**begun)).inserted_primary_key or (0,)
        record_in(connection, now, account, Action.DATA_VIEWED, None, f"check={number}")
    thread = threading.Thread(target=run_check, args=(console, number), name=f"register-{number}", daemon=True)
    thread.start()
    return thread


def run_check(console: Console, number: int) -> None:
    """Read the whole register and keep the report, or the code of why it can't be read."""
    try:
        report = _check(console, number)
    except SourceError as error:
        _note(console, number, state=CheckState.FAILED.value, failure=error.code)
    except SettingsError:
        _note(console, number, state=CheckState.FAILED.value, failure="file_missing")
    else:
        _note(console, number, state=CheckState.DONE.value, rows=report.rows, report=json.dumps(report.as_json()))


def _check(console: Console, number: int) -> CheckReport:
    connector = console.connector
    if connector.settings.register_mapping is None:
        raise SettingsError("没有设置登记册映射文件 register_mapping / the setting register_mapping is missing")
    path = Path(connector.folder, connector.settings.register_mapping)
    mapping = load_mapping(path)
    source = open_source(mapping, path.parent, os.environ)
    data_set = agency_of(connector.settings.agency_type).index_data_set
    records = read_records(
        source,
        mapping,
        data_set,
        today=connector.today(),
        allow_test_regions=connector.settings.allow_test_regions,
        max_age_years=connector.settings.max_child_age_years,
    )
    return check_records(_counted(console, number, records), data_set, source.notes)


def _counted(console: Console, number: int, records: Iterator[Record]) -> Iterator[Record]:
    for done, record in enumerate(records, 1):
        if done % _ROWS_AT_ONCE == 0:
            _note(console, number, rows=done)
        yield record


def _note(console: Console, number: int, **values: object) -> None:
    connector: Connector = console.connector
    with writing(connector.state) as connection:
        seen = {**values, "seen_at": connector.seconds()}
        connection.execute(update(register_check).where(register_check.c.id == number).values(**seen))
